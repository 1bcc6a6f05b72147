"""Two web processes and three workers share one PostgreSQL server; any of them may go."""

import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from functools import partial

import pytest
import requests
from psycopg import sql

from inbox_simulator import Simulator
from inbox_simulator.actors import Person, Stage
from messenger_app.leases import LEASE
from tests.support.bridge import AS_ADMIN, Bridge
from tests.support.meta import deliver, entry, fresh_mid, message
from tests.support.postgres import Postgres
from tests.support.stand_in_bot import StandInBot
from tests.support.waiting import wait_for
from tests.support.whole_system import WholeSystem, running

WEBS, WORKERS = 2, 3
PEOPLE = 12
#: What docs/operations.md tells to count for each web process and for each worker.
WEBS_CONNECTIONS, WORKERS_CONNECTIONS = 3, 2
#: Seconds that the bot thinks while every worker is to take somebody: enough on a busy machine.
THINKS = 3.0
#: So few calls for each worker that none can have everybody.
SETTINGS = {"GUNICORN_CMD_ARGS": f"--workers {WEBS}", "CALLS_AT_ONCE": "5"}

_LISTENING = sql.SQL("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted")
_AT_WORK = sql.SQL("SELECT DISTINCT worker FROM conversation WHERE worker IS NOT NULL")
_CONNECTIONS = sql.SQL(
    "SELECT pid FROM pg_stat_activity WHERE application_name = 'messenger-handover'"
)


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    """A server of these tests' own, since they stop it."""
    with Postgres() as built:
        yield built


@pytest.fixture(scope="module")
def bot() -> Iterator[StandInBot]:
    with StandInBot() as built:
        yield built


@pytest.fixture(scope="module")
def system(
    server: Postgres, bot: StandInBot, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[WholeSystem]:
    url = server.new_database()
    folder = tmp_path_factory.mktemp("postgresql")
    with running(folder, bot.url, database_url=url, **SETTINGS) as system:
        yield system


@pytest.fixture
def bridge(system: WholeSystem, server: Postgres, bot: StandInBot) -> Bridge:
    """With all its workers, and a bot that remembers nobody."""
    system.begin_anew()
    bot.forget()
    while system.bridge.working < WORKERS:
        system.bridge.start_one_more_worker()
    wait_for(lambda: len(server.run(_LISTENING)) == WORKERS, "all workers to listen", within=60)
    return system.bridge


@pytest.fixture
def simulator(system: WholeSystem, bridge: Bridge) -> Simulator:
    return system.simulator


@pytest.fixture
def people(stage: Stage) -> list[Person]:
    return [Person(stage, f"Person {number}") for number in range(PEOPLE)]


def all_say(people: list[Person], word: str) -> None:
    for person in people:
        person.says(word)


def at_work(server: Postgres, bridge: Bridge) -> int:
    """Return how many workers have a thread just now."""
    return len(server.run(_AT_WORK, bridge.database.url.database or ""))


def with_someone(server: Postgres, bridge: Bridge, worker: subprocess.Popen[bytes]) -> bool:
    """Say whether this worker has a thread just now."""
    rows = server.run(_AT_WORK, bridge.database.url.database or "")
    return any(name.split(":")[1] == str(worker.pid) for (name,) in rows)


def most_connections(server: Postgres, seconds: float = 1.5) -> int:
    """Return how many connections of the bridge's there were at most, in so many seconds."""
    most, until = 0, time.monotonic() + seconds
    while time.monotonic() < until:
        most = max(most, len(server.run(_CONNECTIONS)))
    return most


def assert_answered_once(people: list[Person], bot: StandInBot, *words: str) -> None:
    """Everybody's words came to the bot once and in their order, and so did its answers."""
    for person in people:
        assert bot.heard[person.psid] == list(words)
        answers = [each.text for each in person.thread.messages if each.author == "app"]
        assert answers == [f"You said: {word}" for word in words]
    assert bot.most_at_once == 1


def test_all_share_the_work_and_each_persons_words_stay_in_order(
    server: Postgres, bridge: Bridge, bot: StandInBot, people: list[Person]
):
    bot.delay = THINKS
    for word in ("one", "two", "three"):
        all_say(people, word)
    wait_for(lambda: at_work(server, bridge) == WORKERS, "every worker to have somebody")
    bot.delay = 0.0
    bridge.settle(within=60)
    assert_answered_once(people, bot, "one", "two", "three")


def test_a_worker_that_dies_is_replaced_within_its_lease(
    server: Postgres, bridge: Bridge, bot: StandInBot, people: list[Person]
):
    bot.delay = THINKS
    all_say(people, "one")
    all_say(people, "two")
    wait_for(lambda: at_work(server, bridge) == WORKERS, "every worker to have somebody")
    bridge.kill_worker()
    died = time.monotonic()
    bot.delay = 0.0
    bridge.settle(within=60)
    took = time.monotonic() - died
    assert_answered_once(people, bot, "one", "two")
    assert took < LEASE / 1000 + 15, f"{took:.1f} s"  # beside it, what was begun is waited for


def test_a_rolling_restart_loses_nothing_and_leaves_nobody_waiting(
    server: Postgres, bridge: Bridge, bot: StandInBot, people: list[Person]
):
    assert bridge.worker is not None
    assert bridge.web is not None
    bot.delay = THINKS
    workers = (bridge.worker, *bridge.more_workers)
    old_ones = [worker for worker in workers if worker.poll() is None]
    for number, old in enumerate(old_ones):
        all_say(people, f"word {number}")
        wait_for(partial(with_someone, server, bridge, old), "the old worker to have somebody")
        bridge.start_one_more_worker()
        if number == 1:
            bridge.web.send_signal(signal.SIGHUP)  # gunicorn starts its processes anew
        old.send_signal(signal.SIGTERM)
        assert old.wait(20) == 0
        assert not with_someone(server, bridge, old), "somebody waits for its lease to run out"
    bridge.settle()
    assert_answered_once(people, bot, "word 0", "word 1", "word 2")


def test_a_busy_fleet_has_no_more_connections_than_are_to_be_counted_for_it(
    server: Postgres, bridge: Bridge, bot: StandInBot, people: list[Person]
):
    bot.delay = 0.2
    bridge.database.close()  # it has the same name, and is opened anew when it is needed
    over = threading.Event()
    busy = [threading.Thread(target=ask, args=(bridge, over)) for _ in range(8)]
    busy += [threading.Thread(target=all_say, args=(people, word)) for word in ("one", "two")]
    for thread in busy:
        thread.start()
    of_all = most_connections(server)
    over.set()
    for thread in busy:
        thread.join()
    all_say(people, "three")
    bridge.stop_web()
    of_workers = most_connections(server)
    bridge.start_web()
    bridge.settle(within=60)
    assert of_workers == WORKERS * WORKERS_CONNECTIONS
    assert of_workers < of_all <= of_workers + WEBS * WEBS_CONNECTIONS


def ask(bridge: Bridge, over: threading.Event) -> None:
    """Ask for all that reads the database."""
    while not over.is_set():
        for address in ("readyz", "metrics"):
            assert requests.get(f"{bridge.url}/{address}", headers=AS_ADMIN, timeout=10).ok


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_a_server_that_was_away_is_found_again_and_has_kept_everything(
    server: Postgres, bridge: Bridge, bot: StandInBot, people: list[Person], end: str
):
    all_say(people, "before")
    wait_for(bridge.database.is_current, "a connection that is about to be lost")
    getattr(server, end)()
    said = entry(messaging=[message(people[0].psid, "meanwhile", fresh_mid())])
    assert deliver(bridge, said) == 503
    server.start()
    assert deliver(bridge, said) == 200
    bridge.settle(within=60)
    for person in people:
        words = ["before", "meanwhile"] if person is people[0] else ["before"]
        assert sorted(bot.heard[person.psid]) == words
    assert bot.most_at_once == 1
