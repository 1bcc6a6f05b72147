from dataclasses import fields

from sqlalchemy import update

from messenger_app.clock import Clock
from messenger_app.conversation.commands import OWN_BOT, AskBot
from messenger_app.conversation.messages import Referral
from messenger_app.conversation.routing import Routing
from messenger_app.conversation.state import (
    Conversation,
    Handoff,
    LastWord,
    Outcome,
    Owner,
    Tap,
    Timer,
    TimerKind,
)
from messenger_app.leases import Leases
from messenger_app.places import Places
from messenger_app.store import conversations, inbox
from messenger_app.store.database import Database
from messenger_app.store.tables import conversation as table
from tests.unit.payloads import NOW, PAGE_ID
from tests.unit.store.threads import (
    LEASE,
    add,
    claim,
    event,
    names,
    release,
    thread,
    wake,
)
from tests.unit.working import POLICY

# Waking


def test_an_event_makes_a_thread_ready_again(database: Database) -> None:
    wake(database, "1")
    with database.writing() as connection:
        claim(connection)
    release(database, "1", None)
    wake(database, "1")
    with database.writing() as connection:
        assert names(claim(connection)) == ["1"]


def test_an_event_does_not_take_a_thread_from_who_leases_it(database: Database) -> None:
    wake(database, "1")
    with database.writing() as connection:
        claim(connection, "A")
    wake(database, "1")
    with database.writing() as connection:
        assert claim(connection, "B") == []
        assert claim(connection, "B", machine=NOW + LEASE - 1) == []


def test_an_event_that_came_during_a_lease_is_there_for_who_leases(database: Database) -> None:
    wake(database, "1")
    with database.writing() as connection:
        claim(connection, "A")
    with database.writing() as connection:
        add(connection, event("m_1"))
    with database.writing() as connection:
        assert [stored.body for stored in inbox.pending(connection, thread("1"))] == [b"m_1"]


def test_waking_changes_nothing_of_the_state(database: Database) -> None:
    wake(database, "1")
    kept = Conversation(PAGE_ID, "1", owner=Owner.HUMAN, turn=3)
    with database.writing() as connection:
        conversations.save(connection, {thread("1"): kept})
    wake(database, "1")
    with database.writing() as connection:
        (lease,) = claim(connection)
    assert lease.conversation == kept


# State


def test_everything_of_a_conversation_is_kept(database: Database) -> None:
    full = Conversation(
        page_id=PAGE_ID,
        psid="1",
        owner=Owner.WAITING,
        owner_app_id="263902037430900",
        previous_app_id="1",
        owner_since=NOW,
        owner_settled=NOW + 1,
        left_at=NOW - 1,
        others_spoke_at=77,
        spoke_at=78,
        heard_live_at=79,
        taps=(Tap("m_3", 3),),
        turn=7,
        handoff=Handoff("page_inbox", "1", "user_asked", "Wants …", {"name": "Ana 👋"}),
        timer=Timer(TimerKind.HUMAN_IDLE_TIMEOUT, NOW + 5),
        last_word=LastWord("m_1", NOW, answered=True),
        taking=Outcome.CANCELLED,
        asking=Outcome.TIMEOUT,
        promised="2",
        only_echoed=True,
        role=Routing.PRIMARY_RECEIVER,
        unannounced=Outcome.EXPIRED,
        offers_to_wait=True,
        came_from="billing",
        bot_failures=2,
        doubtful=(AskBot("m_2", "Where are you?", None),),
        bot="moodbot",
        bot_since=None,
        referral=Referral(ref="summer", source="SHORTLINK"),
        handed_to=("moodbot",),
    )
    plain = Conversation(page_id="", psid="")
    for field in fields(Conversation):
        assert getattr(full, field.name) != getattr(plain, field.name), "set every field above"
    wake(database, "1")
    with database.writing() as connection:
        conversations.save(connection, {thread("1"): full})
    with database.reading() as connection:
        assert conversations.find(connection, "1") == [full]


def test_a_conversation_from_before_there_were_several_bots_is_with_the_pages_own(
    database: Database,
) -> None:
    wake(database, "1")
    state = b'{"page_id": "1", "psid": "1", "owner": "bot", "turn": 3, "doubtful": '
    state += b'[{"mid": "m_2", "text": "Where are you?", "payload": null}]}'
    with database.writing() as connection:
        connection.execute(update(table).values(state=state))
    with database.reading() as connection:
        (found,) = conversations.find(connection, "1")
    assert (found.turn, found.bot, found.doubtful[0].bot) == (3, OWN_BOT, OWN_BOT)


def test_a_person_without_a_thread_is_not_found(database: Database) -> None:
    with database.reading() as connection:
        assert conversations.find(connection, "1") == []


def test_threads_with_something_to_do_are_listed_first(database: Database) -> None:
    wake(database, "1", "2", "3")
    with database.writing() as connection:
        claim(connection)
    release(database, "1", None)
    release(database, "2", NOW)
    release(database, "3", None)
    with database.reading() as connection:
        listed = conversations.with_work_first(connection, 2)
    assert [conversation.psid for conversation in listed] == ["2", "1"]


def test_who_waits_longest_is_listed_at_the_top(database: Database) -> None:
    with database.writing() as connection:
        for psid, received_at in (("1", NOW + 2), ("2", NOW), ("3", NOW + 1)):
            inbox.add(connection, [event(f"m_{psid}", psid)], received_at)
    with database.reading() as connection:
        listed = conversations.with_work_first(connection, 2)
    assert [conversation.psid for conversation in listed] == ["2", "3"]


# The Page itself


def test_our_role_is_read_from_the_conversation_that_stands_for_the_page(
    database: Database,
) -> None:
    role = Routing.SECONDARY_RECEIVER
    wake(database, "1", PAGE_ID)
    with database.writing() as connection:
        stands_for_it = Conversation(PAGE_ID, PAGE_ID, role=role)
        conversations.save(connection, {thread(PAGE_ID): stands_for_it})
        assert conversations.roles(connection, [PAGE_ID, "another"]) == {PAGE_ID: role}
        assert conversations.roles(connection, []) == {}
        assert [listed.psid for listed in conversations.with_work_first(connection, 9)] == ["1"]


def test_each_thread_of_an_older_page_is_leased_with_our_role(database: Database) -> None:
    role = Routing.PRIMARY_RECEIVER
    wake(database, "1", PAGE_ID)
    with database.writing() as connection:
        conversations.save(connection, {thread(PAGE_ID): Conversation(PAGE_ID, PAGE_ID, role=role)})
    for has_roles, expected in ((True, role), (False, None)):
        leases = Leases(database, Clock(), "A", has_roles=has_roles)
        with database.writing() as connection:
            leases.claim(connection, Places(9, POLICY))
            assert leases.in_hand[thread("1")].role is expected
            assert leases.in_hand[thread("1")].copy().role is expected
            leases.hand_back(connection)


# What overtakes
