from messenger_app.conversation.state import (
    Conversation,
    Timer,
    TimerKind,
)
from messenger_app.store import conversations
from messenger_app.store.database import Database
from tests.unit.payloads import NOW, PAGE_ID
from tests.unit.store.threads import (
    LEASE,
    claim,
    names,
    release,
    set_timer,
    thread,
    wake,
)

# Claiming


def test_a_thread_that_is_ready_is_claimed_once(database: Database) -> None:
    wake(database, "1", "2")
    with database.writing() as connection:
        assert names(claim(connection, "A")) == ["1", "2"]
        assert claim(connection, "B") == []


def test_a_new_thread_is_idle_and_knows_whose_it_is(database: Database) -> None:
    wake(database, "1")
    with database.writing() as connection:
        (lease,) = claim(connection)
    assert lease.conversation == Conversation(page_id=PAGE_ID, psid="1")
    assert lease.thread == thread("1")


def test_no_more_threads_are_claimed_than_asked_for(database: Database) -> None:
    wake(database, *"12345")
    with database.writing() as connection:
        first = claim(connection, "A", limit=3)
        rest = claim(connection, "B", limit=3)
    assert (len(first), len(rest)) == (3, 2)
    assert names([*first, *rest]) == list("12345")


def test_a_thread_with_nothing_to_do_is_not_claimed(database: Database) -> None:
    wake(database, "1")
    with database.writing() as connection:
        claim(connection)
    release(database, "1", None)
    with database.writing() as connection:
        assert claim(connection, machine=NOW + 10**12) == []
        assert conversations.busy(connection) == 0


def test_a_thread_that_is_to_wait_is_claimed_when_its_time_has_come(database: Database) -> None:
    wake(database, "1")
    with database.writing() as connection:
        claim(connection)
    release(database, "1", NOW + 500)
    with database.writing() as connection:
        assert claim(connection, machine=NOW + 499) == []
        assert conversations.busy(connection) == 1
        assert names(claim(connection, machine=NOW + 500)) == ["1"]


def test_the_one_that_waits_longest_comes_first(database: Database) -> None:
    wake(database, "1", "2")
    with database.writing() as connection:
        claim(connection)
    release(database, "1", NOW + 2)
    release(database, "2", NOW + 1)
    with database.writing() as connection:
        assert names(claim(connection, machine=NOW + 5, limit=1)) == ["2"]


def test_who_wrote_first_comes_first_however_old_their_threads_are(database: Database) -> None:
    wake(database, "old", since=NOW - 3)
    with database.writing() as connection:
        claim(connection)
    release(database, "old", None)
    wake(database, "new", since=NOW - 2)
    wake(database, "old", since=NOW - 1)
    with database.writing() as connection:
        assert names(claim(connection, limit=1)) == ["new"]


def test_nobody_is_pushed_back_by_writing_once_more(database: Database) -> None:
    wake(database, "1", since=NOW - 3)
    wake(database, "2", since=NOW - 2)
    wake(database, "1", since=NOW - 1)
    with database.writing() as connection:
        assert names(claim(connection, limit=1)) == ["1"]


def test_an_event_goes_before_a_time_that_was_to_be_waited_for(database: Database) -> None:
    wake(database, "1")
    with database.writing() as connection:
        claim(connection)
    release(database, "1", NOW + 500)
    wake(database, "1")
    with database.writing() as connection:
        assert names(claim(connection)) == ["1"]


def test_threads_that_always_have_more_to_do_leave_a_place_to_who_is_new(
    database: Database,
) -> None:
    wake(database, "busy", "busier", since=NOW - 1)
    wake(database, "new", since=NOW)
    with database.writing() as connection:
        for moment in range(1, 3):
            leases = claim(connection, limit=2)
            again = conversations.ready(NOW + moment)
            conversations.release(connection, {lease.thread: again for lease in leases})
    assert "new" in names(leases)


def test_what_an_older_release_made_ready_is_ready_and_comes_first(database: Database) -> None:
    wake(database, "1", "2")
    with database.writing() as connection:
        claim(connection)
        conversations.release(connection, {thread("1"): 0, thread("2"): 0})
        assert names(claim(connection, limit=1)) == ["1"]
        conversations.mend(connection, NOW, LEASE)
    wake(database, "3", since=1)
    with database.writing() as connection:
        assert names(claim(connection, limit=1)) == ["2"]


# Leases


def test_a_lease_that_ran_out_goes_to_another_worker(database: Database) -> None:
    wake(database, "1")
    with database.writing() as connection:
        (old,) = claim(connection, "A")
        (new,) = claim(connection, "B", machine=NOW + LEASE)
    assert new.token == old.token + 1


def test_a_lease_runs_out_by_the_machines_clock_alone(database: Database) -> None:
    wake(database, "1")
    with database.writing() as connection:
        claim(connection, "A")
        assert claim(connection, "B", machine=NOW, now=NOW + 10**9) == []
        assert names(claim(connection, "B", machine=NOW + LEASE, now=0)) == ["1"]


def test_only_the_newest_lease_holds(database: Database) -> None:
    wake(database, "1")
    with database.writing() as connection:
        (old,) = claim(connection, "A")
        assert conversations.held(connection, {thread("1"): old.token}) == {thread("1")}
        (new,) = claim(connection, "B", machine=NOW + LEASE)
        assert conversations.held(connection, {thread("1"): old.token}) == set()
        assert conversations.held(connection, {thread("1"): new.token}) == {thread("1")}


def test_nobody_holds_a_thread_that_there_is_not(database: Database) -> None:
    with database.writing() as connection:
        assert conversations.held(connection, {thread("1"): 0}) == set()


def test_a_lease_can_be_made_longer(database: Database) -> None:
    wake(database, "1", "2")
    with database.writing() as connection:
        claim(connection, "A", limit=1)
        claim(connection, "B", limit=1)
        conversations.extend(connection, "A", [thread("1"), thread("2")], NOW + 2 * LEASE)
        (of_b,) = claim(connection, "C", machine=NOW + LEASE)
        assert of_b.token == 2
        (of_a,) = claim(connection, "C", machine=NOW + 2 * LEASE, limit=1)
    assert of_a.conversation.psid != of_b.conversation.psid


def test_a_lease_that_its_worker_knows_nothing_of_is_not_made_longer(database: Database) -> None:
    wake(database, "1", "2")
    with database.writing() as connection:
        claim(connection, "A")
        conversations.extend(connection, "A", [thread("1")], NOW + 2 * LEASE)
        assert names(claim(connection, "B", machine=NOW + LEASE)) == ["2"]


def test_what_a_dead_worker_left_is_ready_at_once(database: Database) -> None:
    wake(database, "1", "2")
    with database.writing() as connection:
        (of_a,) = claim(connection, "A", limit=1)
        claim(connection, "B", limit=1)
        conversations.release_all(connection, ["A"])
        assert names(claim(connection, "C")) == [of_a.conversation.psid]


def test_a_worker_that_is_alone_may_take_everything_back(database: Database) -> None:
    wake(database, "1", "2")
    with database.writing() as connection:
        claim(connection, "A", limit=1)
        claim(connection, "B", limit=1)
        conversations.release_all(connection)
        assert names(claim(connection, "C")) == ["1", "2"]


def test_freeing_what_is_left_wakes_nobody_who_sleeps(database: Database) -> None:
    wake(database, "1")
    with database.writing() as connection:
        claim(connection)
    release(database, "1", None)
    with database.writing() as connection:
        conversations.release_all(connection)
        assert claim(connection) == []


# Timers


def test_a_timer_makes_a_thread_ready_by_the_bridges_clock(database: Database) -> None:
    wake(database, "1")
    with database.writing() as connection:
        claim(connection)
    set_timer(database, "1", NOW + 1_000)
    release(database, "1", None)
    with database.writing() as connection:
        assert claim(connection, machine=NOW + 10**9, now=NOW + 999) == []
        (lease,) = claim(connection, machine=NOW, now=NOW + 1_000)
    assert lease.conversation.timer == Timer(TimerKind.WAITING_TIMEOUT, NOW + 1_000)


def test_a_timer_does_not_take_a_thread_from_who_leases_it(database: Database) -> None:
    wake(database, "1")
    with database.writing() as connection:
        claim(connection, "A")
    set_timer(database, "1", NOW)
    with database.writing() as connection:
        assert claim(connection, "B", now=NOW + 1) == []


def test_a_timer_that_was_cancelled_wakes_nobody(database: Database) -> None:
    wake(database, "1")
    with database.writing() as connection:
        claim(connection)
    set_timer(database, "1", NOW)
    set_timer(database, "1", None)
    release(database, "1", None)
    with database.writing() as connection:
        assert claim(connection, now=NOW + 10**9) == []


# A clock that steps back


def test_a_thread_that_would_wait_for_an_hour_is_ready_at_once(database: Database) -> None:
    wake(database, "1", "2")
    with database.writing() as connection:
        claim(connection)
    release(database, "1", NOW + 500)
    release(database, "2", NOW + 500)
    back = NOW - 3_600_000
    with database.writing() as connection:
        assert claim(connection, machine=back) == []
        conversations.mend(connection, back, LEASE)
        assert names(claim(connection, machine=back)) == ["1", "2"]


def test_a_lease_that_would_last_an_hour_lasts_as_long_as_any(database: Database) -> None:
    wake(database, "1")
    with database.writing() as connection:
        claim(connection, "A")
        back = NOW - 3_600_000
        conversations.mend(connection, back, LEASE)
        assert claim(connection, "B", machine=back + LEASE - 1) == []
        assert names(claim(connection, "B", machine=back + LEASE)) == ["1"]


def test_what_is_put_off_as_long_as_may_be_stays_so(database: Database) -> None:
    wake(database, "1")
    with database.writing() as connection:
        claim(connection)
    release(database, "1", NOW + conversations.LONGEST_WAIT)
    with database.writing() as connection:
        conversations.mend(connection, NOW, LEASE)
        assert claim(connection, machine=NOW + conversations.LONGEST_WAIT - 1) == []
