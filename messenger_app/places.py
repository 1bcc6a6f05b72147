"""Places for calls: each bot has its own, so that one that hangs holds up nobody else's people.

A call that hangs keeps its place for seconds. Were the places shared, the people of one such bot
would soon have all of them, and whoever writes to another Page, or asks for a human, would wait.
"""

from collections import Counter
from collections.abc import Iterable

from messenger_app.conversation.commands import OWN_BOT, AskBot, Command, TellBot
from messenger_app.conversation.policy import Policy, address
from messenger_app.in_hand import InHand


class Places:
    """Counts the calls to each bot. One turn of the worker's after the other, in one thread."""

    def __init__(self, most: int, policy: Policy) -> None:
        """``most`` is how many calls each bot gets at once; the policy says which bots there are.

        Bots with the same address are one, by whatever Page or target they are known.
        """
        self._most = most
        self._names: dict[tuple[str, str], str] = {}
        by_url: dict[str, str] = {}
        for page_id, url in sorted(policy.own_bots.items()):
            self._names[page_id, OWN_BOT] = by_url.setdefault(address(url), f"page {page_id}")
        for name, target in sorted(policy.targets.items()):
            if target.kind == "bot" and target.url:
                self._names["", name] = by_url.setdefault(address(target.url), f"target {name}")
        #: How many threads may be in hand: each has a call, to a bot or to Graph.
        self.in_all = most * (1 + max(1, len(by_url)))
        self._taken: Counter[str] = Counter()
        #: The bots that somebody may wait for.
        self.waited_for: set[str] = set()

    def count(self, hands: Iterable[InHand]) -> None:
        """Begin a turn: see which places are taken."""
        self._taken = Counter(
            bot
            for hand in hands
            if hand.running is not None
            if (bot := self.bot_of(hand.conversation.page_id, hand.running.command))
        )

    def bot_of(self, page_id: str, command: Command) -> str | None:
        """Name the bot that a command calls; None where it calls none."""
        if not isinstance(command, AskBot | TellBot):
            return None
        key = ("", command.bot) if command.bot != OWN_BOT else (page_id, OWN_BOT)
        return self._names.get(key, " ".join(key).strip())

    def take(self, bot: str | None) -> bool:
        """Take a place for a call to this bot. False where all are taken."""
        if bot is None:
            return True
        if self._taken[bot] >= self._most:
            self.waited_for.add(bot)
            return False
        self._taken[bot] += 1
        return True

    def free(self, bot: str) -> int:
        """Return how many more calls this bot may get."""
        return self._most - self._taken[bot]
