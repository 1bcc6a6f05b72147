"""Stories on older Pages, with receiver roles: how they begin, what happens there, what it did."""

from dataclasses import replace

from messenger_app.conversation.commands import Command, NotifyAgents, PassThreadControl
from messenger_app.conversation.events import (
    ControlPassed,
    ControlRequested,
    ControlTaken,
    HandoffAsked,
    PersonTapped,
)
from messenger_app.conversation.policy import PAGE_INBOX_APP_ID
from messenger_app.conversation.routing import Routing
from messenger_app.conversation.state import TimerKind
from tests.unit.conversation.story import BILLING_APP, OUR_APP, POLICY, Story

MINUTE = 60_000


def primary() -> Story:
    """Return a thread of a Page whose primary receiver is our app; PAGE_MAY_TAKE says nothing."""
    policy = replace(POLICY, routing=Routing.PRIMARY_RECEIVER, may_take=False)
    return Story(policy=policy)


def secondary() -> Story:
    """Return a thread that the primary receiver, another app, has passed to us."""
    story = Story(policy=replace(POLICY, routing=Routing.SECONDARY_RECEIVER))
    return passes_to_us(story, BILLING_APP)


def passes_to_us(story: Story, app_id: str) -> Story:
    now = story.later()
    return story.happens(
        ControlPassed(at=now, received_at=now, previous_app_id=app_id, new_app_id=OUR_APP)
    )


def takes(story: Story, app_id: str) -> Story:
    now = story.later()
    return story.happens(
        ControlTaken(at=now, received_at=now, previous_app_id=OUR_APP, new_app_id=app_id)
    )


def asks(story: Story, app_id: str = PAGE_INBOX_APP_ID, at: int | None = None) -> Story:
    at = at or story.later()
    return story.happens(ControlRequested(at=at, received_at=story.now, app_id=app_id))


def taps(story: Story) -> Story:
    """Let the person tap a button of an earlier message of ours."""
    at = story.later()
    return story.happens(
        PersonTapped(at=at, received_at=at, mid=f"m_{at}", title="Buy", payload="/buy", sent_in=0)
    )


def passed_to(story: Story) -> list[str]:
    return [c.app_id for c in story.commands if isinstance(c, PassThreadControl)]


def notices(story: Story) -> list[str]:
    return [c.about for c in story.commands if isinstance(c, NotifyAgents)]


def kinds(story: Story) -> list[type[Command]]:
    return [type(command) for command in story.commands]


def inbox() -> HandoffAsked:
    return HandoffAsked(reason="user_asked")


def billing() -> HandoffAsked:
    return HandoffAsked(target="billing", reason="user_asked")


def timer_of(story: Story) -> TimerKind | None:
    timer = story.conversation.timer
    return timer.kind if timer else None
