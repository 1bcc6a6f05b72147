"""A bot that hangs takes its own places and no others', whatever Page and however many people."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy import Connection, update

from messenger_app.calls import Done
from messenger_app.clock import Clock
from messenger_app.conversation.commands import AskBot, NotifyAgents, SendMessage, TellBot
from messenger_app.conversation.messages import BotMessage
from messenger_app.conversation.policy import Policy, Target
from messenger_app.conversation.state import Conversation, Timer, TimerKind
from messenger_app.doubt import heal
from messenger_app.in_hand import InHand
from messenger_app.jobs.job import Job, Result, Settled, TryAgain
from messenger_app.places import LEAST, Places, Share
from messenger_app.store import conversations, inbox, outbox
from messenger_app.store.database import Database
from messenger_app.store.tables import conversation
from messenger_app.store.wakeup import SocketBell
from messenger_app.webhook.envelope import split
from messenger_app.worker import Worker
from tests.support.waiting import wait_for
from tests.unit.payloads import OWN_APP_ID, PAGE_ID, delivery, entry, message
from tests.unit.working import Silent, counts, is_quiet, running

CALLS = 2
OTHER_PAGE = "104729000000002"
HANGING, ANSWERING = "http://user:secret@bot.one:5005/rasa/", "http://bot.two:5005"
HUNG = "bot.one:5005/rasa"

ASK = AskBot("m_1", "Hello")

TWO_BOTS = Policy(
    app_id=OWN_APP_ID,
    targets={},
    default_target="",
    own_bots={PAGE_ID: HANGING, OTHER_PAGE: ANSWERING},
)


class OneHangs(Silent):
    """Answers for one Page; the other's bot says nothing until it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.answers = threading.Semaphore(0)

    def run(self, job: Job) -> Result:
        self.jobs.append(job)
        if job.page_id == PAGE_ID and isinstance(job.open.command, AskBot):
            self.answers.acquire()
        return Settled()

    def come_back(self) -> None:
        self.answers.release(10_000)

    def was_asked(self, times: int) -> bool:
        return len(self.jobs) >= times

    def asked(self, page_id: str) -> list[str]:
        jobs = list(self.jobs)
        return [job.psid for job in jobs if job.page_id == page_id]


@pytest.fixture
def hanging() -> OneHangs:
    return OneHangs()


@contextmanager
def at_work(database: Database, executor: OneHangs) -> Iterator[Worker]:
    bell = SocketBell(None)
    worker = Worker(database, executor, TWO_BOTS, Clock(), bell, calls=CALLS)
    try:
        with running(worker):
            try:
                yield worker
            finally:
                executor.come_back()
    finally:
        bell.close()


def say(database: Database, psid: str, page_id: str = PAGE_ID, mid: str = "") -> None:
    now = Clock.machine()
    told = message(mid or f"m_{psid}_{now}", psid=psid)
    told |= {"recipient": {"id": page_id}, "timestamp": now}
    body = delivery({**entry(told), "id": page_id})
    with database.writing() as connection:
        inbox.add(connection, split(body, frozenset({page_id}), now), now)


def is_read(database: Database, events: int) -> bool:
    return counts(database) == {"done": events}


def waiting(database: Database) -> dict[str, int]:
    with database.reading() as connection:
        return conversations.queues(connection)


def test_who_writes_to_another_page_is_answered_while_many_wait_for_a_bot_that_hangs(
    database: Database, hanging: OneHangs
) -> None:
    with at_work(database, hanging):
        for number in range(20):
            say(database, f"{number}")
        wait_for(lambda: counts(database) == {"done": 20}, "all to be in the queue")
        for number in range(20):
            say(database, f"{number}", OTHER_PAGE)
        wait_for(lambda: len(hanging.asked(OTHER_PAGE)) == 20, "the other Page's people")
        assert len(hanging.asked(PAGE_ID)) == CALLS
        assert waiting(database) == {HUNG: 20 - CALLS}
        hanging.come_back()
        wait_for(lambda: is_quiet(database), "quiet")
    assert sorted(hanging.asked(PAGE_ID), key=int) == [str(number) for number in range(20)]
    assert waiting(database) == {}


def test_places_go_to_who_waits_longest_also_where_they_wrote_again_meanwhile(
    database: Database, hanging: OneHangs
) -> None:
    with at_work(database, hanging):
        for number in range(8):
            say(database, f"{number}")
            wait_for(partial(is_read, database, number + 1), "it to be read")
        say(database, "4", mid="one more")
        assert counts(database).get("pending") == 1
        wait_for(lambda: queued(database) == 6, "its thread to wait again")
        for number in range(2, 8):
            hanging.answers.release()
            wait_for(partial(hanging.was_asked, number + 1), "the next question")
        hanging.come_back()
        wait_for(lambda: is_quiet(database), "quiet")
    assert hanging.asked(PAGE_ID) == [*(str(number) for number in range(8)), "4"]


def queued(database: Database) -> int:
    """Count those who wait in the queue, and for whom nothing new has come."""
    found = 0
    with suppress(Undone), database.writing() as connection:
        leases = conversations.claim_queued(connection, HUNG, "a test", lease_until=1, limit=100)
        found = len(leases)
        raise Undone
    return found


class Undone(Exception):
    """Nothing that was written is to stay."""


def test_who_waits_for_a_bot_is_found_by_a_worker_that_has_a_place(
    postgresql: Database, hanging: OneHangs
) -> None:
    free = OneHangs()
    free.come_back()
    with at_work(postgresql, hanging):
        for number in range(CALLS + 3):
            say(postgresql, f"{number}")
        wait_for(lambda: queued(postgresql) == 3, "three to wait")
        with at_work(postgresql, free):
            wait_for(lambda: len(free.jobs) == 3, "the other worker")
        assert len(hanging.jobs) == CALLS
        hanging.come_back()
        wait_for(lambda: is_quiet(postgresql), "quiet")
    assert sorted(free.asked(PAGE_ID)) == ["2", "3", "4"]


def test_a_queue_outlives_its_worker_and_the_name_of_its_bot(
    database: Database, hanging: OneHangs
) -> None:
    with database.writing() as connection:
        threads = [f"{PAGE_ID}:1", f"{PAGE_ID}:2"]
        conversations.wake(connection, threads, 1)
        conversations.claim(connection, "A", machine=1, now=1, lease_until=2, limit=2)
        conversations.release(connection, dict.fromkeys(threads, 2**60))
        queues = [(HUNG, 1), ("a bot of an older config", 1)]
        conversations.queue(connection, dict(zip(threads, queues, strict=True)))
    with at_work(database, hanging):
        wait_for(lambda: is_quiet(database), "quiet")
    assert waiting(database) == {}


def test_a_timer_of_a_thread_in_the_queue_runs_out(database: Database, hanging: OneHangs) -> None:
    with at_work(database, hanging):
        for number in range(CALLS + 1):
            say(database, f"{number}")
        wait_for(lambda: queued(database) == 1, "one to wait")
        late = Conversation(PAGE_ID, "2", timer=Timer(TimerKind.WAITING_TIMEOUT, 1))
        with database.writing() as connection:
            conversations.save(connection, {f"{PAGE_ID}:2": late})
        wait_for(lambda: find(database, "2").timer is None, "the timer to run out")
        wait_for(lambda: queued(database) == 1, "it to wait again")


def find(database: Database, psid: str) -> Conversation:
    with database.reading() as connection:
        (found,) = conversations.find(connection, psid)
    return found


def test_who_waits_in_a_queue_waits_no_longer_because_the_clock_stepped_back() -> None:
    waits = replace(outbox.new(1, ASK), not_before=9 * 60_000)
    hand = InHand("1:2", 1, Conversation("1", "2"), [waits])
    assert heal(hand, now=1_000) == replace(waits, not_before=1_000)
    tried = replace(waits, attempts=1)
    hand.commands = [tried]
    assert heal(hand, now=1_000) == tried


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_thread_that_its_own_worker_leases_again_in_the_middle_of_a_turn_goes_on(
    database: Database, hanging: OneHangs, monkeypatch: pytest.MonkeyPatch
) -> None:
    with at_work(database, hanging) as worker:
        say(database, "1")
        wait_for(partial(hanging.was_asked, 1), "the question")
        claim, take = worker._leases.claim, worker._places.take

        def late(connection: Connection, places: Places) -> list[str]:
            """Claim as after a long pause in which leases ran out, and with all places taken."""
            monkeypatch.setattr(worker._leases, "claim", as_usual)
            monkeypatch.setattr(places, "take", lambda _bot: False)
            connection.execute(update(conversation).values(due=1))
            return claim(connection, places)

        def as_usual(connection: Connection, places: Places) -> list[str]:
            monkeypatch.setattr(places, "take", take)
            return claim(connection, places)

        refused: list[str] = []
        alone = worker._turn_alone

        def tell(it: str, done: list[Done]) -> None:
            refused.append(it)
            alone(it, done)

        monkeypatch.setattr(worker, "_turn_alone", tell)
        monkeypatch.setattr(worker._leases, "claim", late)
        hanging.come_back()
        wait_for(lambda: is_quiet(database), "quiet")
    assert refused == []  # nothing came in the way of the others' calls of that turn


# How many places a bot has


def test_a_bot_that_says_nothing_in_time_gets_half_as_many_calls_and_never_fewer_than_some() -> (
    None
):
    share, sizes = Share(32), []
    for moment in range(1, 6):
        share.unanswered(began=2 * moment, now=2 * moment + 1)
        sizes.append(share.calls)
    assert sizes == [16, 8, LEAST, LEAST, LEAST]
    small = Share(1)
    small.unanswered(began=1, now=2)
    assert small.calls == 1


def test_all_calls_that_a_slow_bot_left_unanswered_at_once_count_as_one() -> None:
    share = Share(32)
    for began in range(32):
        share.unanswered(began, now=100 + began)
    assert share.calls == 16
    share.unanswered(began=101, now=200)
    assert share.calls == 8


def test_a_bot_that_was_slow_gets_more_calls_slowly() -> None:
    share = Share(32)
    share.unanswered(began=1, now=2)
    for _ in range(16):
        share.answered()
    assert share.calls == 16
    for _ in range(1000):
        share.answered()
    assert share.calls == 32


def test_a_bot_that_was_away_gets_soon_what_it_had() -> None:
    share = Share(32)
    for moment in range(1, 10):
        share.unanswered(began=2 * moment, now=2 * moment + 1)
    assert share.calls == LEAST
    for _ in range(16 - LEAST):
        share.answered()
    assert share.calls == 16


def test_what_a_call_came_to_decides_on_the_places_of_its_bot_alone() -> None:
    places = Places(32, TWO_BOTS)
    one, other = places.bot_of(PAGE_ID, ASK), places.bot_of(OTHER_PAGE, ASK)
    assert one is not None
    assert other is not None
    places.learn(one, TryAgain(500, "not yet", uncertain=True), began=0, now=1)
    assert places.free(one) == 32
    places.learn(one, TryAgain(500, "no answer", uncertain=True, unanswered=True), began=1, now=2)
    places.learn(one, Settled(), began=1, now=2)  # the person was told that the bot is away
    assert (places.free(one), places.free(other)) == (16, 32)
    for _ in range(1000):
        places.learn(one, Settled(answered=True), began=2, now=3)
    assert places.free(one) == 32


# The count itself


def bots(own: dict[str, str], beside: dict[str, str] | None = None) -> Places:
    targets = {
        name: Target(name, name, app_id="", kind="bot", url=url)
        for name, url in (beside or {}).items()
    }
    policy = Policy(app_id=OWN_APP_ID, targets=targets, default_target="", own_bots=own)
    return Places(CALLS, policy)


def test_pages_with_one_bot_share_its_places_however_its_address_is_written() -> None:
    places = bots({"1": "http://bot:5005", "2": "HTTP://bot:5005/", "3": "http://else:5005"})
    assert places.bot_of("1", ASK) == places.bot_of("2", ASK) != places.bot_of("3", ASK)
    assert places.in_all == 3 * CALLS


def test_a_bot_beside_the_pages_own_has_its_places_on_whatever_page() -> None:
    places = bots({"1": "http://own:5005", "2": "http://own:5005"}, {"games": "http://fun:5005"})
    games = TellBot("handoff", bot="games")
    assert places.bot_of("1", games) == places.bot_of("2", games) != places.bot_of("1", ASK)
    for _ in range(CALLS):
        assert places.take(places.bot_of("1", games))
    assert not places.take(places.bot_of("2", games))
    assert places.take(places.bot_of("1", ASK))
    assert places.waited_for == {places.bot_of("1", games)}


def test_graph_is_no_bot_and_takes_none_of_its_places() -> None:
    places = bots({"1": "http://own:5005"})
    for command in (SendMessage(BotMessage(text="Hi")), NotifyAgents("waiting", "Somebody waits")):
        assert places.bot_of("1", command) is None
    assert all(places.take(None) for _ in range(100))
    assert places.free("own:5005") == CALLS
