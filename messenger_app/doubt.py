"""Calls that ended without an answer, and times that can't be: when may it be tried again?"""

from messenger_app.conversation.commands import SendMessage
from messenger_app.conversation.replacing import replace
from messenger_app.in_hand import InHand
from messenger_app.jobs.job import CALL_DEADLINE, ECHO_GRACE
from messenger_app.store.conversations import LONGEST_WAIT
from messenger_app.store.outbox import OpenCommand
from messenger_app.store.tables import CommandStatus


def heal(hand: InHand, now: int) -> OpenCommand | None:
    """Return the oldest command, with times that the clock can't have shown brought back to now."""
    if not hand.commands:
        return None
    command = hand.commands[0]
    if command.started_at is not None and command.started_at > now:
        command = replace(command, started_at=now)
        hand.put(command)
    if command.not_before > now and not command.attempts:  # in a queue since then
        command = replace(command, not_before=now)
        hand.put(command)
    elif command.not_before > now + LONGEST_WAIT:
        command = replace(command, not_before=not_sent_again_before(command))
        hand.put(command)
    return command


def leave_alone(hand: InHand, command: OpenCommand) -> None:
    """Leave what a dead worker began alone until it must be over.

    A message's echo that comes in the meantime settles it; whether a control call or a question
    to the bot got through can be looked up at once.
    """
    hand.put(
        replace(
            command,
            status=CommandStatus.QUEUED,
            not_before=not_sent_again_before(command),
            uncertain=True,
            error="the worker died over it",
        )
    )


def may_be_done(command: OpenCommand) -> bool:
    """Say whether an earlier try may have got through: no answer came, or its worker died."""
    return command.uncertain or command.status is CommandStatus.RUNNING


def may_arrive_until(command: OpenCommand) -> int:
    """Return until when a message that is no longer wanted may still arrive, by its last try.

    What comes next is said after that, or else the person reads two answers in the wrong order.
    """
    if not may_be_done(command) or not isinstance(command.command, SendMessage):
        return 0
    return (command.started_at or 0) + CALL_DEADLINE


def not_sent_again_before(command: OpenCommand) -> int:
    """Return until when a message that may have arrived waits for its echo.

    Whether anything else got through can be looked up at once.
    """
    if not isinstance(command.command, SendMessage):
        return 0
    return (command.started_at or 0) + CALL_DEADLINE + ECHO_GRACE
