"""Whatever is sent, in whatever order: what must hold on every thread."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from messenger_app.conversation.content import (
    ATTACHMENTS,
    KINDS,
    AsIntent,
    AsWords,
    Handling,
    Ignored,
    PoliteAnswer,
)
from messenger_app.conversation.events import (
    Event,
    PersonEdited,
    PersonMessaged,
    PersonReacted,
    PersonReferred,
)
from messenger_app.conversation.messages import Attachment, Referral
from messenger_app.conversation.state import Owner
from tests.unit.conversation.story import POLICY, Story
from tests.unit.conversation.test_any_history import events, times, turns
from tests.unit.conversation.test_content import asked

when = {"at": times, "received_at": times}
mids = st.sampled_from(["m", "m_1"])
contents: st.SearchStrategy[Event] = st.one_of(
    st.builds(
        PersonMessaged,
        **when,
        mid=mids,
        text=st.sampled_from(["", "hello"]),
        standby=st.booleans(),
        attachments=st.lists(st.builds(Attachment, kind=st.sampled_from(sorted(ATTACHMENTS)))).map(
            tuple
        ),
    ),
    st.builds(
        PersonEdited, **when, mid=mids, text=st.just("bye"), number=turns, standby=st.booleans()
    ),
    st.builds(
        PersonReacted,
        **when,
        mid=mids,
        reaction=st.just("love"),
        given=st.booleans(),
        standby=st.booleans(),
    ),
    st.builds(
        PersonReferred, **when, mid=mids, referral=st.just(Referral(ref="x")), standby=st.booleans()
    ),
)
choices = st.dictionaries(
    st.sampled_from(sorted(KINDS)),
    st.sampled_from([AsIntent("told"), AsWords("told"), Ignored(), PoliteAnswer("No.")]),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(events, contents), max_size=30), choices)
def test_after_any_history_content_speaks_only_to_the_bot_that_has_the_thread(
    history: list[Event], chosen: dict[str, Handling]
):
    told = Story(policy=replace(POLICY, content=chosen))
    for event in history:
        before, written = told.conversation, len(told.transcript)
        told.happens(event)
        if not isinstance(event, PersonMessaged | PersonEdited | PersonReacted | PersonReferred):
            continue
        # Nothing is lost: it waits, or it is written down.
        assert told.held != (len(told.transcript) > written)
        # What others are told is not for the bot.
        if event.standby:
            assert not asked(told)
            assert not told.said
        if isinstance(event, PersonMessaged):
            continue
        # A sign is answered on the bot's thread alone, and gives it none but an idle one.
        if before.owner not in {Owner.BOT, Owner.IDLE}:
            assert told.commands == ()
        if told.owner is not before.owner:
            assert (before.owner, told.owner) == (Owner.IDLE, Owner.BOT)
            assert told.commands
