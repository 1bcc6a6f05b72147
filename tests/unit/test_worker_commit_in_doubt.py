"""One worker on PostgreSQL whose connection is lost over a commit, which happened or did not."""

from collections import Counter
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from messenger_app import doubt, logs
from messenger_app.clock import Clock
from messenger_app.conversation.commands import AskBot, SendMessage
from messenger_app.conversation.events import BotAnswered, MessageSent
from messenger_app.conversation.messages import BotMessage
from messenger_app.errors import StoreInDoubt
from messenger_app.jobs.job import Job, Result, Settled
from messenger_app.store.database import Database
from messenger_app.store.tables import outbox, transcript
from messenger_app.store.wakeup import SocketBell
from messenger_app.worker import Worker
from tests.support.cable import Cable, Fate
from tests.support.waiting import wait_for
from tests.unit.payloads import PAGE_ID
from tests.unit.working import POLICY, Silent, counts, is_quiet, running, say

FATES: list[Fate] = ["committed", "lost"]


class Answering(Silent):
    """Knows what the bot says to each word, and says that it was sent."""

    def run(self, job: Job) -> Result:
        super().run(job)
        command, turn, now = job.open.command, job.open.turn, self._clock.now()
        if isinstance(command, AskBot):
            words = BotMessage(text=f"You said: {command.text}")
            return Settled(BotAnswered(at=now, received_at=now, turn=turn, messages=(words,)))
        if isinstance(command, SendMessage):
            mid, said = f"m_{job.open.key}", command.message.in_words
            sent = MessageSent(at=now, received_at=now, turn=turn, mid=mid, text=said)
            return Settled(sent, mid=mid)
        return Settled()


@pytest.fixture
def executor() -> Answering:
    return Answering()


@pytest.fixture
def worker(
    at_the_end_of_it: Database, executor: Silent, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Worker]:
    logs.configure(as_json=True, level="CRITICAL")
    monkeypatch.setattr(doubt, "CALL_DEADLINE", 0)  # nobody waits for what may still arrive
    monkeypatch.setattr(doubt, "ECHO_GRACE", 0)
    bell = SocketBell(None)
    yield Worker(at_the_end_of_it, executor, POLICY, Clock(), bell, calls=4)
    bell.close()


@pytest.mark.parametrize("fate", FATES)
@pytest.mark.parametrize("at", [1, 2, 3, 4, 5, 6])
def test_everything_happens_once_whichever_commit_it_was(
    cable: Cable, worker: Worker, executor: Silent, postgresql: Database, fate: Fate, at: int
) -> None:
    say(postgresql, "1", "2")
    cable.cut(fate, at=at)
    with running(worker):
        wait_for(lambda: counts(postgresql) == {"done": 2}, "the first words")
        say(postgresql, "1", "2", "3")
        wait_for(lambda: cable.cuts == 1, "the cut")
        wait_for(lambda: counts(postgresql) == {"done": 5}, "all words")
        wait_for(lambda: is_quiet(postgresql), "quiet")
    with postgresql.reading() as connection:
        lines = Counter(connection.execute(select(transcript.c.author)).scalars())
        commands = Counter(connection.execute(select(outbox.c.kind)).scalars())
    assert lines == {"person": 5, "bot": 5}
    assert commands == {"AskBot": 5, "SendMessage": 5}
    assert unwarranted(executor.jobs) == {}


def unwarranted(jobs: list[Job]) -> dict[str, int]:
    """Return what was done again as if it had never been tried, by the command's key."""
    tried = Counter(job.open.key for job in jobs if not job.open.uncertain)
    return {key: times for key, times in tried.items() if times > 1}


@pytest.mark.parametrize("fate", FATES)
def test_the_threads_of_that_turn_are_leased_anew_and_the_others_stay(
    cable: Cable, worker: Worker, postgresql: Database, fate: Fate
) -> None:
    say(postgresql, "1")
    worker._turn([])
    before = dict(worker._leases.in_hand)
    say(postgresql, "2")
    cable.cut(fate)
    with pytest.raises(StoreInDoubt):
        worker._turn([])
    assert worker._leases.in_hand == before
    worker._turn([])
    hands = worker._leases.in_hand
    assert hands[f"{PAGE_ID}:1"].token == 1
    assert hands[f"{PAGE_ID}:2"].token == {"committed": 2, "lost": 1}[fate]
    worker._calls.close()
