"""A message whose echo comes while the call that sent it is still open."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import select

from messenger_app.clock import Clock
from messenger_app.conversation.commands import AskBot, SendMessage
from messenger_app.conversation.events import BotAnswered, MessageRefused, MessageSent, Refusal
from messenger_app.conversation.messages import BotMessage
from messenger_app.jobs.job import Job, Result, Settled, TryAgain
from messenger_app.store import inbox
from messenger_app.store.database import Database
from messenger_app.store.tables import outbox, transcript
from messenger_app.webhook.envelope import split
from messenger_app.webhook.parser import METADATA_PREFIX
from messenger_app.worker import Worker
from tests.support.waiting import wait_for
from tests.unit.payloads import OWN_APP_ID, PAGE_ID, delivery, echo, entry
from tests.unit.working import Silent, is_quiet, running, say

PICTURE = BotMessage(image="https://images.example/tiger.png")
WORDS = BotMessage(text="There.")


class Hanging(Silent):
    """Answers with a picture and words; the call that sends the picture hangs until it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.ends = threading.Event()
        self.outcome: Result | None = None

    def run(self, job: Job) -> Result:
        super().run(job)
        now, turn = self._clock.now(), job.open.turn
        match job.open.command:
            case AskBot():
                said = (PICTURE, WORDS)
                return Settled(BotAnswered(at=now, received_at=now, turn=turn, messages=said))
            case SendMessage(message) if message.image and self.outcome is not None:
                assert self.ends.wait(30)
                return self.outcome
            case SendMessage(message):
                mid = f"m_{job.open.key}"
                text = message.in_words
                sent = MessageSent(at=now, received_at=now, turn=turn, mid=mid, text=text)
                return Settled(sent, mid=mid)
        return Settled()

    @property
    def sent(self) -> list[Job]:
        """The tries to send something."""
        return [job for job in self.jobs if isinstance(job.open.command, SendMessage)]


@pytest.fixture
def executor() -> Hanging:
    return Hanging()


REFUSED = MessageRefused(at=1, received_at=1, turn=0, refusal=Refusal.INVALID, text="a picture")
OUTCOMES: dict[str, Result] = {
    "no answer": TryAgain(500, "no answer: ReadTimeout", uncertain=True),
    "refused": Settled(REFUSED, refused="100: out of order"),
}


@contextmanager
def echoed_while_it_hangs(
    worker: Worker, executor: Hanging, database: Database, outcome: str
) -> Iterator[None]:
    executor.outcome = OUTCOMES[outcome]
    say(database, "1")
    with running(worker):
        wait_for(lambda: executor.sent, "the call that hangs")
        come_back(database, executor.sent[0].open.key)
        wait_for(
            lambda: commands(database)[1:] == [("SendMessage", "m_echoed"), QUEUED], "its echo"
        )
        yield
        executor.ends.set()
        wait_for(lambda: is_quiet(database), "quiet")


QUEUED = ("SendMessage", None)


def come_back(database: Database, key: str) -> None:
    """Store the echo of a message that was sent with this key."""
    now = Clock.machine()
    ours = {"app_id": OWN_APP_ID, "metadata": f"{METADATA_PREFIX}{key}"}
    event = {**echo("m_echoed", **ours), "recipient": {"id": "1"}, "timestamp": now}
    with database.writing() as connection:
        inbox.add(connection, split(delivery(entry(event)), frozenset({PAGE_ID}), now), now)


def commands(database: Database) -> list[tuple[str, str | None]]:
    """Return each command with the mid that it is known to have sent."""
    with database.reading() as connection:
        rows = connection.execute(select(outbox.c.kind, outbox.c.mid).order_by(outbox.c.id))
        return [(row.kind, row.mid) for row in rows]


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_an_echo_settles_a_message_however_its_open_call_ends(
    worker: Worker, executor: Hanging, database: Database, outcome: str
) -> None:
    with echoed_while_it_hangs(worker, executor, database, outcome):
        assert len(executor.sent) == 1  # what comes next waits for the end of the call
    first, second = executor.sent
    assert [job.open.command for job in (first, second)] == [
        SendMessage(PICTURE),
        SendMessage(WORDS),
    ]
    with database.reading() as connection:
        said = connection.execute(
            select(transcript.c.text, transcript.c.note).where(transcript.c.author == "bot")
        )
        assert [tuple(row) for row in said] == [(PICTURE.in_words, ""), ("There.", "")]
