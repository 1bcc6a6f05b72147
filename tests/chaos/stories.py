"""Threads that are made up, for tests of those who judge them."""

from typing import Any

from tests.chaos import marks
from tests.chaos.journal import Call, Delivery, Journal
from tests.chaos.judge import judge
from tests.chaos.record import Turn
from tests.chaos.stand_in import replies
from tests.chaos.truth import GIVEN_UP, ThreadTruth, gather

US, INBOX, PSID = "1", "2", "77"


class Story:
    """A thread as the simulator, its journal and the bot would tell of it; a second a step."""

    def __init__(self) -> None:
        self.now = 0
        self.messages: list[dict[str, Any]] = []
        self.ownership: list[dict[str, Any]] = []
        self.journal = Journal()
        self.turns: list[Turn] = []
        self.owned_by(US)

    def owned_by(self, app_id: str | None) -> None:
        """Control moves."""
        self._tick()
        if self.ownership:
            self.ownership[-1]["to"] = self.now
        self.ownership.append({"app_id": app_id, "from": self.now, "to": None, "cause": "x"})

    def says(self, text: str, *, arrives_after: int = 100) -> str:
        """The person writes; returns the message's mark."""
        self._tick()
        mid = f"m_{len(self.messages)}"
        live = self.ownership[-1]["app_id"] in {US, None}
        channel = "messaging" if live else "standby"
        self._message("person", text, mid, {US: channel})
        arrived = self.now + arrives_after
        event = {"timestamp": self.now, "message": {"mid": mid, "text": text}}
        self.journal.deliveries.append(
            Delivery(PSID, arrived, arrived + 10, 200, True, channel, event)
        )
        return marks.of_message(text, mid)

    def hears(self, text: str, **metadata: str) -> None:
        """The bot is asked."""
        self._tick()
        said = marks.put_on(replies(text), marks.of_question(text, metadata))
        self.turns.append(Turn(self.now, PSID, text, metadata, said))

    def answers(self, mark: str, *, part: int = 1) -> None:
        """Messenger takes one part of an answer."""
        self._tick()
        self._message("app", f"You said it «{mark}/{part}»", f"m_{len(self.messages)}", {})

    def gives_up_the_handoff(self) -> None:
        """The bridge says that it could reach nobody."""
        self._tick()
        self._message("app", GIVEN_UP, f"m_{len(self.messages)}", {})

    def agent_says(self, text: str = "Mia here") -> None:
        """A human speaks."""
        self._tick()
        self._message("agent", text, f"m_{len(self.messages)}", {})

    def sends(self, metadata: str) -> None:
        """Graph takes a message."""
        began = self.now
        self.journal.calls.append(
            Call(PSID, "messages", began, began + 5, 200, (None, None), None, metadata, "Hi")
        )

    def tries_to_send(self, metadata: str, status: int | None = 400) -> None:
        """Graph refuses a message, because another app controls the thread.

        ``status`` is None where that answer is lost.
        """
        self._tick()
        refusal = (10, 2018300)
        began, ended = self.now, self.now + 5
        self.journal.calls.append(
            Call(PSID, "messages", began, ended, status, refusal, None, metadata, "Hi")
        )

    def is_told_of_the_take(self) -> None:
        """The webhook that tells of a human arrives."""
        self._tick()
        event = {"timestamp": self.now, "take_thread_control": {"new_owner_app_id": INBOX}}
        self.journal.deliveries.append(
            Delivery(PSID, self.now, self.now + 10, 200, True, "messaging", event)
        )

    def broken_rules(self) -> set[str]:
        """Return the names of the rules that the judge finds broken."""
        return {name for name, found in judge(self.threads()).offences.items() if found}

    def threads(self) -> list[ThreadTruth]:
        """Return it as it is told to the judge."""
        shown = {
            "psid": PSID, "name": "Ana", "messages": self.messages, "ownership": self.ownership,
        }  # fmt: skip
        return gather([shown], self.journal, self.turns, our_app_id=US, inbox_app_id=INBOX)

    def _tick(self) -> None:
        self.now += 1_000

    def _message(self, author: str, text: str, mid: str, channels: dict[str, str]) -> None:
        self.messages.append(
            {"author": author, "text": text, "mid": mid, "at": self.now, "channels": channels}
        )
