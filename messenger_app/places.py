"""Places for calls: each bot has its own, so that one that hangs holds up nobody else's people.

A call that hangs keeps its place for seconds. Were the places shared, the people of one such bot
would soon have all of them, and whoever writes to another Page would wait, and who is to be handed
over or handed back.

How many places a bot has is found out as TCP finds out how much a line carries (RFC 5681). A bot
that gets more than it can do answers all of it too late; what is given up is looked for in its
tracker and asked again, and of that it would never recover.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from urllib.parse import urlsplit

from messenger_app.conversation.commands import OWN_BOT, AskBot, Command, TellBot
from messenger_app.conversation.policy import Policy, address
from messenger_app.in_hand import InHand
from messenger_app.jobs.job import Result, Settled, TryAgain

#: Calls that even a silent bot gets at once: it may hang over some people's words alone.
LEAST = 4


class Share:
    """How many calls one bot gets at once: half after silence, and with each answer more again."""

    def __init__(self, most: int) -> None:
        """``most`` is where it begins, and never more."""
        self._most = most
        self._least = min(LEAST, most)
        self._calls = float(most)
        #: Up to here it grows with each answer by one, and then with all that it gets at once.
        self._quickly_to = float(most)
        self._cut_at: int | None = None
        self._answered_since = True

    @property
    def calls(self) -> int:
        """How many calls the bot gets at once."""
        return int(self._calls)

    def answered(self) -> None:
        """Note that a call was answered."""
        self._answered_since = True
        more = 1.0 if self._calls < self._quickly_to else 1.0 / self._calls
        self._calls = min(self._most, self._calls + more)

    def unanswered(self, began: int, now: int) -> None:
        """Note that a call had no answer in time; when it began, and now, by a steady clock.

        Those that had begun before the last cut tell nothing new.
        """
        if self._cut_at is not None and began <= self._cut_at:
            return
        half = max(self._least, self._calls / 2)
        if self._answered_since:  # else it is away, not slow, and comes back as it was
            self._quickly_to = half
        self._calls, self._cut_at, self._answered_since = half, now, False


class Places:
    """Counts the calls to each bot. One turn of the worker's after the other, in one thread."""

    def __init__(self, most: int, policy: Policy) -> None:
        """Each bot gets ``most`` calls at once, or fewer; the policy says which bots there are.

        Bots with the same address are one, by whatever Page or target they are known.
        """
        self._names = {(page_id, OWN_BOT): _name(url) for page_id, url in policy.own_bots.items()}
        for name, target in policy.targets.items():
            if target.kind == "bot" and target.url:
                self._names["", name] = _name(target.url)
        #: How many threads may be in hand: each has a call, to a bot or to Graph.
        self.in_all = most * (1 + max(1, len({*self._names.values()})))
        self._shares: defaultdict[str, Share] = defaultdict(lambda: Share(most))
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
        if self.free(bot) <= 0:
            self.waited_for.add(bot)
            return False
        self._taken[bot] += 1
        return True

    @property
    def are_wanted(self) -> bool:
        """Whether somebody may wait for a bot that has a place."""
        return any(self.free(bot) > 0 for bot in self.waited_for)

    def free(self, bot: str) -> int:
        """Return how many more calls this bot may get."""
        return self._shares[bot].calls - self._taken[bot]

    def learn(self, bot: str, result: Result | None, began: int, now: int) -> None:
        """Note what came of a call to this bot; when it began, and now, by a steady clock."""
        if isinstance(result, Settled) and result.answered:
            self._shares[bot].answered()
        elif isinstance(result, TryAgain) and result.unanswered:
            self._shares[bot].unanswered(began, now)


def _name(url: str) -> str:
    """Return an address without the password that it may hold: it goes into the database."""
    parts = urlsplit(address(url))
    return f"{parts.netloc.rpartition('@')[2]}{parts.path}"
