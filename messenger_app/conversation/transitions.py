"""Who may speak on a thread. Every rule about that is in this file, and nowhere else.

`transition` says what one event does to one conversation; `may_run` looks at a command once more
right before it is carried out. Both are pure: time arrives in the events.

Two clocks meet here. The order of echoes, handovers and a person's words is the platform's
(``at``); timers are the bridge's (``received_at``).
"""

from dataclasses import dataclass
from typing import assert_never

from messenger_app.conversation import buttons, content, wording
from messenger_app.conversation.commands import (
    OWN_BOT,
    AskBot,
    Command,
    FindOwner,
    NotifyAgents,
    PassThreadControl,
    ReleaseThreadControl,
    RequestThreadControl,
    SendMessage,
    StopTyping,
    TakeThreadControl,
    TellBot,
)
from messenger_app.conversation.events import (
    UNNAMED_TAP,
    BotAnswered,
    ControlCall,
    ControlCallSettled,
    ControlPassed,
    ControlRequested,
    ControlTaken,
    Event,
    HandoffAsked,
    MessageRefused,
    MessageSent,
    Noticed,
    OperatorPassed,
    OperatorReleased,
    OperatorTook,
    OtherAppEchoed,
    OwnAppEchoed,
    OwnerFound,
    PersonEdited,
    PersonMessaged,
    PersonReacted,
    PersonReferred,
    PersonTapped,
    Refusal,
    RolesChanged,
    TimerFired,
)
from messenger_app.conversation.messages import BotMessage
from messenger_app.conversation.policy import (
    CLOCK_SKEW,
    LATE_ECHO,
    MESSAGING_WINDOW,
    PAGE_INBOX_APP_ID,
    PAGE_INBOX_APP_IDS,
    BotWhileHuman,
    Policy,
    Target,
)
from messenger_app.conversation.replacing import replace
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
from messenger_app.conversation.transcript import Line, by_person

#: Why a thread was passed that an operator passed by hand, which holds at any hour.
BY_OPERATOR = "operator"

#: The owners of whom the bot has to fall silent.
ELSEWHERE = frozenset({Owner.WAITING, Owner.HUMAN, Owner.OTHER_APP})

#: How many taps of the person's are known again when they come on their other channel.
REMEMBERED_TAPS = 10


@dataclass(frozen=True, slots=True)
class Transition:
    """What one event did: the conversation after it, what to do now, what to write down."""

    conversation: Conversation
    commands: tuple[Command, ...] = ()
    transcript: tuple[Line, ...] = ()
    #: True where the event must wait: keep it, and bring it again once the owner is settled.
    held: bool = False


def transition(conversation: Conversation, event: Event, policy: Policy) -> Transition:  # noqa: C901, PLR0911, PLR0912 - one case for each event
    """Say what one event does to one conversation."""
    conversation = _with_a_bot_that_is_listed(conversation, policy)
    match event:
        case PersonMessaged():
            return _on_word(conversation, event, policy)
        case PersonTapped():
            return _on_tap(conversation, event, policy)
        case PersonEdited():
            return _on_edit(conversation, event, policy)
        case PersonReacted() | PersonReferred():
            return _on_sign(conversation, event, policy)
        case OtherAppEchoed():
            return _on_foreign_echo(conversation, event, policy)
        case OwnAppEchoed():
            return _on_own_echo(conversation, event)
        case ControlPassed():
            return _on_control_passed(conversation, event, policy)
        case ControlTaken():
            return _on_control_taken(conversation, event, policy)
        case ControlRequested():
            return _on_control_requested(conversation, event, policy)
        case RolesChanged():
            return _on_roles_changed(conversation, event, policy)
        case BotAnswered():
            return _on_bot_answered(conversation, event, policy)
        case MessageSent():
            return _on_message_sent(conversation, event, policy)
        case MessageRefused():
            return _on_message_refused(conversation, event, policy)
        case ControlCallSettled():
            return _on_control_call_settled(conversation, event, policy)
        case OwnerFound():
            return _on_owner_found(conversation, event, policy)
        case TimerFired():
            return _on_timer(conversation, event, policy)
        case OperatorTook():
            return _on_operator_took(conversation, event, policy)
        case OperatorPassed():
            return _on_operator_passed(conversation, event, policy)
        case OperatorReleased():
            return _on_operator_released(conversation)
        case Noticed():
            return Transition(conversation)
        case _:
            assert_never(event)


def may_pass(conversation: Conversation) -> bool:
    """Say whether the thread is ours to pass: only its owner can."""
    return conversation.owner not in ELSEWHERE


def is_with(conversation: Conversation, target: Target) -> bool:
    """Say whether this target has the thread. The Page Inbox goes by several ids, or by none."""
    owner, app_id = conversation.owner, conversation.owner_app_id
    if target.kind == "bot":
        return owner in {Owner.BOT, Owner.IDLE} and conversation.bot == target.name
    inbox = target.kind == "page_inbox" and owner in {Owner.WAITING, Owner.HUMAN}
    in_inbox = inbox and app_id in {None, *PAGE_INBOX_APP_IDS}
    return owner in ELSEWHERE and (app_id == target.app_id or in_inbox)


def may_run(
    conversation: Conversation, command: Command, turn: int, *, in_doubt: bool = False
) -> bool:
    """Say whether a command decided in ``turn`` is still wanted, right before it is carried out.

    Handover events and foreign echoes overtake what is queued, so the owner may have changed
    since. A take is wanted as long as its reason holds (``taking``) and others have the thread; a
    notice always is; everything else belongs to its turn.

    ``in_doubt`` is for a command that an earlier try may have done. A take that nobody wants any
    more is then not made again, but looked into: if it worked, the thread is ours.
    """
    match command:
        case TakeThreadControl():
            wanted = conversation.taking is not None or in_doubt
            return conversation.owner in ELSEWHERE and wanted
        case PassThreadControl() | RequestThreadControl() | ReleaseThreadControl() | StopTyping():
            return turn == conversation.turn
        case FindOwner():
            return turn == conversation.turn and conversation.owner in ELSEWHERE
        case AskBot() | TellBot() | SendMessage():
            return turn == conversation.turn and conversation.owner not in ELSEWHERE
        case NotifyAgents():
            return True
        case _:
            assert_never(command)


# What the person says


def _on_word(
    conversation: Conversation, event: PersonMessaged | PersonTapped, policy: Policy
) -> Transition:
    if conversation.owner is Owner.HANDING_OFF and not event.standby:
        return Transition(conversation, held=True)  # refused: the bot's; passed: the human's
    heard = replace(conversation, last_word=_last_word(conversation, event))
    if event.standby:
        return _on_overheard(_believe_standby(heard, event, policy), event, policy)
    return _on_live_word(conversation, heard, event, policy)


def _on_live_word(
    conversation: Conversation,
    heard: Conversation,
    event: PersonMessaged | PersonTapped,
    policy: Policy,
) -> Transition:
    if conversation.owner not in ELSEWHERE:
        if event.at < conversation.left_at:  # the human who came after it has read it
            newest = heard.last_word is not None and heard.last_word.mid == event.mid
            read = _answered(heard) if newest else heard
            return Transition(read, transcript=(by_person(event, heard_by_bot=False),))
        if _proves_control(event):
            heard = replace(heard, heard_live_at=max(event.at, heard.heard_live_at))
        return _give_to_bot(heard, event, policy)
    if isinstance(event, PersonTapped) and not _proves_control(event):
        return _on_own_button(conversation, heard, event, policy)
    proves_nothing = policy.routing is Routing.NO_DEFAULT_APP or conversation.only_echoed
    promised = conversation.promised is not None
    known = max(conversation.owner_settled, conversation.left_at)
    if proves_nothing or promised or event.at <= known:
        # Without a default app a live event proves nothing; and one that is older than the
        # owner was written before control went, and is handled after.
        return _on_overheard(_in_doubt(heard, event, policy), event, policy)
    return _on_live_return(conversation, heard, event, policy)


def _proves_control(event: content.PersonEvent) -> bool:
    """Say whether only the owner hears this live. A tap on a button of ours comes live anyway."""
    return not (isinstance(event, PersonTapped) and event.is_on_our_message)


def _in_doubt(
    heard: Conversation, event: PersonMessaged | PersonTapped, policy: Policy
) -> Conversation:
    """Keep a live word that only the tolerance for clocks puts before our pass.

    If it is newer, control had come back unseen, and the word is the bot's.
    """
    surely_before = event.at <= max(heard.owner_settled - CLOCK_SKEW, heard.left_at)
    if heard.owner is not Owner.WAITING or policy.routing is Routing.NO_DEFAULT_APP:
        return heard
    asked, _ = _put_to_bot(event, heard, policy)
    if surely_before or policy.asks_to_cancel(_words(event)) or not isinstance(asked, AskBot):
        return heard
    return replace(heard, doubtful=(*heard.doubtful, asked))


def _believe_standby(
    heard: Conversation, event: PersonMessaged | PersonTapped, policy: Policy
) -> Conversation:
    """Fall silent at a standby word that is newer than the owner: somebody else has the thread.

    A take of an idle thread is told to nobody. Since when it was so, the word doesn't say, so the
    webhook that tells may be older than the word and must still count. A tap in standby says
    nothing: it may be on another app's button, of which the owner too hears in standby.
    """
    if isinstance(event, PersonTapped):
        return heard
    lapsed = heard.unannounced is Outcome.EXPIRED  # which we only take for granted
    known = max(heard.owner_since, heard.owner_settled, heard.spoke_at, heard.heard_live_at)
    known += 0 if lapsed else CLOCK_SKEW
    if heard.owner not in {Owner.BOT, Owner.IDLE} or event.at <= known:
        return heard
    silent = replace(
        _to_other(heard, Owner.OTHER_APP, None, heard.owner_since), owner_settled=event.at
    )
    return _with_idle_timer(silent, event.received_at, policy)


def _on_overheard(
    heard: Conversation, event: PersonMessaged | PersonTapped, policy: Policy
) -> Transition:
    """Write down what the person says to others; only the bot's name is meant for us."""
    line = by_person(event, heard_by_bot=False)
    now = event.received_at
    heard = _watched(heard, now, policy)
    if _overtook_silent_take(heard, event):
        asks_again = _handback(heard, heard.unannounced, policy, unanswered=True)
        return Transition(replace(heard, unannounced=None), asks_again, (line,))
    if heard.taking is not None or event.at < heard.owner_since:
        return Transition(heard, transcript=(line,))
    if heard.owner is Owner.WAITING and any(map(policy.asks_to_cancel, _calls(event))):
        back = _take_back(_answered(heard), Outcome.CANCELLED, now, policy)
        return replace(back, transcript=(line,))
    if heard.owner is Owner.HUMAN and any(map(policy.asks_for_bot, _calls(event))):
        asked = _on_bot_wanted(heard, now, policy)
        return replace(asked, transcript=(line,))
    return Transition(heard, transcript=(line,))


def _overtook_silent_take(heard: Conversation, event: PersonMessaged | PersonTapped) -> bool:
    """Say whether these words came while nobody was thought to wait, and nobody will see them."""
    last = heard.last_word
    newest = last is not None and last.mid == event.mid and not last.answered
    silent = heard.owner is Owner.BOT and heard.unannounced is Outcome.EXPIRED
    return silent and newest and event.received_at - event.at < MESSAGING_WINDOW


def _on_bot_wanted(heard: Conversation, now: int, policy: Policy) -> Transition:
    """Decide what it means that a person who talks to a human asks for the bot."""
    match policy.bot_while_human:
        case BotWhileHuman.OFF:
            return Transition(heard)
        case BotWhileHuman.ASK:
            notice = NotifyAgents("bot_wanted", "The person asks for the bot; Done gives it back.")
            return Transition(heard, (notice,))
        case BotWhileHuman.ON:
            return _take_back(_answered(heard), Outcome.CANCELLED, now, policy)
        case _:
            assert_never(policy.bot_while_human)


def _give_to_bot(heard: Conversation, event: content.PersonEvent, policy: Policy) -> Transition:
    ours = heard
    if heard.owner is Owner.IDLE:
        ours = replace(heard, owner=Owner.BOT, owner_app_id=None)
        if _proves_control(event):  # else older news of the owner still counts
            ours = replace(ours, owner_since=event.at, owner_settled=event.at)
    ours = replace(_with_the_bot_it_is_for(ours, event), handed_to=())
    said, line = _put_to_bot(event, ours, policy)
    target = buttons.connects_with(said.payload) if isinstance(said, AskBot) else None
    if target is not None:
        asked = HandoffAsked(target=target, reason="user_asked")
        return _hand_over(ours, asked, policy, event.received_at, transcript=(line,))
    greeting = _handback(ours, ours.unannounced, policy, unanswered=False)
    after = (said,) if said else ()
    told = replace(ours, unannounced=None, referral=None)
    return Transition(told, (*greeting, *after), (line,))


def _on_edit(conversation: Conversation, event: PersonEdited, policy: Policy) -> Transition:
    """Take an edit for new words where it changes the last ones and the bot has the thread."""
    if conversation.owner is Owner.HANDING_OFF and not event.standby:
        return Transition(conversation, held=True)
    last = conversation.last_word
    said, _ = _put_to_bot(event, conversation, policy)
    others = event.standby or conversation.owner in ELSEWHERE
    if others or said is None or not last or last.mid != event.mid:
        line = replace(by_person(event, heard_by_bot=False), note="edited")
        return Transition(conversation, transcript=(line,))
    open_again = replace(conversation, last_word=replace(last, answered=False))
    asked = _give_to_bot(open_again, event, policy)
    return replace(asked, transcript=tuple(replace(x, note="edited") for x in asked.transcript))


def _on_sign(
    conversation: Conversation, event: PersonReacted | PersonReferred, policy: Policy
) -> Transition:
    """Let a reaction or a link open the messaging window; no words that wait for an answer.

    It moves no control: whoever has the thread keeps it.
    https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages
    """
    last = conversation.last_word or LastWord(mid=event.mid, at=0, answered=True)
    seen = replace(conversation, last_word=replace(last, at=max(event.at, last.at)))
    said, line = _put_to_bot(event, conversation, policy)
    ours = not event.standby and conversation.owner in {Owner.BOT, Owner.IDLE}
    if not ours or said is None:
        if ours and isinstance(event, PersonReferred):  # what follows came by it
            seen = replace(seen, referral=event.referral)
        return Transition(seen, transcript=(replace(line, heard_by_bot=False),))
    return _give_to_bot(seen, event, policy)


def _on_live_return(
    before: Conversation, heard: Conversation, event: PersonMessaged | PersonTapped, policy: Policy
) -> Transition:
    """Take a live word newer than the owner's as proof that control is ours again.

    On a routed Page the platform sends a live event to the owner alone, and tells nobody when
    ownership lapses. The word itself is about to be answered, so nothing is left unanswered.
    https://developers.facebook.com/documentation/business-messaging/messenger-platform/conversation-routing
    """
    lapsed = _had_lapsed(before, event, policy)
    outcome = before.taking or before.asking or (Outcome.EXPIRED if lapsed else Outcome.DONE)
    heard = _with_the_bot_it_is_for(heard, event)
    back = _to_bot(heard, since=event.at, settled=event.at)
    greeting = _handback(back, outcome, policy, unanswered=False)
    said, line = _put_to_bot(event, replace(heard, turn=before.turn), policy)
    return Transition(back, (*greeting, *heard.doubtful, *((said,) if said else ())), (line,))


def _had_lapsed(before: Conversation, event: PersonMessaged | PersonTapped, policy: Policy) -> bool:
    quiet = event.at - _last_at(before) >= MESSAGING_WINDOW
    return quiet and not policy.routing.has_roles


# Taps on buttons of our messages: they come live to the app that sent them, whoever has the thread
# https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks/webhook-events/standby


def _on_tap(conversation: Conversation, event: PersonTapped, policy: Policy) -> Transition:
    """Handle a tap once, though an app that doesn't own the thread may hear it on both channels."""
    if not _heard_already(conversation, event):
        after = _on_word(conversation, event, policy)
        taps = (Tap(event.mid, event.at), *conversation.taps)[:REMEMBERED_TAPS]
        return replace(after, conversation=replace(after.conversation, taps=taps))
    last = conversation.last_word
    called_back = last is not None and last.at == event.at and last.answered
    if event.standby or called_back:
        return Transition(conversation)
    return replace(_on_word(conversation, event, policy), transcript=())


def _on_own_button(
    before: Conversation, heard: Conversation, event: PersonTapped, policy: Policy
) -> Transition:
    """Leave a tap to the human, unless it calls for the bot or the thread has come back unseen.

    Nobody tells that ownership lapsed or was released, and this tap comes live either way. So the
    platform is asked, lest the person wait for somebody who has gone.
    """
    again = _heard_already(before, event)
    overheard = Transition(heard) if again else _on_overheard(heard, event, policy)
    tells_by_echo = policy.routing is Routing.NO_DEFAULT_APP or before.only_echoed
    called_back = before.taking is not None or before.promised is not None
    older = event.at < before.owner_since
    # To tell the agents is not enough: they may have gone.
    acted = any(not isinstance(command, NotifyAgents) for command in overheard.commands)
    if acted or tells_by_echo or called_back or older:
        return overheard
    asks = FindOwner(lapsed=_had_lapsed(before, event, policy))
    return replace(overheard, commands=(*overheard.commands, asks))


def _on_owner_found(conversation: Conversation, event: OwnerFound, policy: Policy) -> Transition:
    """Bring the bot back if the thread turns out to be ours; else the tap was the human's.

    The bot is told that something is unanswered, and not what: somebody may have had the thread
    again between the tap and now, and that news may still be on its way. Where it has come, and is
    not surely older than the question, the answer is out of date.
    """
    changed = conversation.owner not in ELSEWHERE or event.turn != conversation.turn
    outdated = event.at <= max(conversation.owner_since, conversation.others_spoke_at)
    if changed or outdated or not event.free:
        return Transition(conversation)
    outcome = conversation.asking or (Outcome.EXPIRED if event.lapsed else Outcome.DONE)
    settled = event.at + 2 * CLOCK_SKEW
    return _return(conversation, outcome, event.at, settled, policy)


def _heard_already(conversation: Conversation, event: PersonTapped) -> bool:
    """Say whether this tap has come on the other channel: there it may have no id of its own."""
    at_once = {tap.mid for tap in conversation.taps if tap.at == event.at}
    unnamed = any(mid.startswith(UNNAMED_TAP) for mid in (*at_once, event.mid))
    return event.mid in at_once or (bool(at_once) and unnamed)


def _calls(event: PersonMessaged | PersonTapped) -> tuple[str, ...]:
    """Return what may call the bot back: the words, or those that a tapped button stands for."""
    is_words = event.payload is not None and not event.payload.startswith("/")
    return (_words(event), event.payload or "") if is_words else (_words(event),)


# Who else speaks


def _on_foreign_echo(
    conversation: Conversation, event: OtherAppEchoed, policy: Policy
) -> Transition:
    human = _is_inbox(event.app_id, policy)
    line = Line("human" if human else "app", event.text, event.at, event.mid)
    by_the_one_before = event.app_id == conversation.previous_app_id or (
        human and _is_inbox(conversation.previous_app_id, policy)
    )
    # An agent who steps in again takes control, and a webhook of its own says so: with routing.
    still_old = event.at <= conversation.owner_settled or (
        by_the_one_before and event.at <= conversation.owner_since + LATE_ECHO
    )
    came_back = conversation.left_at > 0 and conversation.owner in {Owner.BOT, Owner.HANDING_OFF}
    over = (still_old and came_back) or _was_ours_after(conversation, event.at, policy)
    late = policy.routing.is_on and over
    if late or event.at < conversation.owner_since:
        return Transition(
            _had_left(conversation, event.at), transcript=(replace(line, note="late"),)
        )
    owner = Owner.HUMAN if human else Owner.OTHER_APP
    silent = (
        _to_other(conversation, owner, event.app_id, event.at)
        if conversation.owner is not owner
        else replace(conversation, owner_settled=max(event.at, conversation.owner_settled))
    )
    silent = replace(silent, others_spoke_at=max(event.at, conversation.others_spoke_at))
    awaited = conversation.owner is Owner.WAITING and event.app_id == conversation.owner_app_id
    silent = _not_overdue(silent) if human or awaited else silent
    if _last_at(silent) <= silent.others_spoke_at:
        silent = _answered(silent)
    if silent.turn != conversation.turn and not policy.routing.is_on:
        silent = replace(silent, only_echoed=_is_ours(conversation, policy))
    if policy.routing.has_roles and not _is_ours(conversation, policy):
        # It moves no control there, so what tells who has it may be older and must still count.
        silent = replace(silent, owner_since=conversation.owner_since)
    silent = _with_idle_timer(silent, event.received_at, policy)
    follows = _follow_agent(conversation, event, policy) if human else ()
    return Transition(silent, follows, (line,))


def _not_overdue(conversation: Conversation) -> Conversation:
    """Call off a take that only silence was the reason for: who was waited for has come after all.

    It may have waited for long, with Graph out of reach or limiting us.
    """
    if conversation.taking not in {Outcome.TIMEOUT, Outcome.EXPIRED}:
        return conversation
    return replace(conversation, taking=None)


def _is_ours(conversation: Conversation, policy: Policy) -> bool:
    """Say whether control is ours; of an idle thread a secondary receiver has none."""
    if conversation.owner is Owner.IDLE:
        return policy.routing is not Routing.SECONDARY_RECEIVER
    return conversation.owner not in ELSEWHERE


def _on_own_echo(conversation: Conversation, event: OwnAppEchoed) -> Transition:
    if event.ours:
        return Transition(conversation)  # written down when it was sent
    line = Line("app", event.text, event.at, event.mid, note="sent by another tool of our app")
    return Transition(conversation, transcript=(line,))


def _on_control_passed(
    conversation: Conversation, event: ControlPassed, policy: Policy
) -> Transition:
    is_over = event.at < conversation.owner_since
    if event.new_app_id != policy.app_id:
        if is_over or _was_ours_after(conversation, event.at, policy):
            return Transition(_had_left(conversation, event.at))
        return _on_control_left(conversation, event.new_app_id, event.at, event.received_at, policy)
    if is_over:
        return Transition(conversation)
    unseen = event.previous_app_id not in {None, policy.app_id}  # nobody told us that it had left
    ours = conversation.owner not in ELSEWHERE | {Owner.HANDING_OFF}
    is_news = unseen and event.at > conversation.owner_settled
    if ours and not is_news:
        return Transition(replace(conversation, owner=Owner.BOT, owner_since=event.at))
    if ours and _wrote_since(conversation, event.at):
        return Transition(_had_been_back(conversation, event.at))
    if conversation.owner is Owner.HANDING_OFF and event.previous_app_id is None:
        return Transition(conversation)  # the thread was idle; we are still about to pass it
    if _answered_without_control(conversation, event, policy):
        return _leave_to_agent(conversation, event, policy)
    outcome = conversation.taking or conversation.asking or Outcome.DONE
    back = _return(conversation, outcome, event.at, event.at, policy)
    return _keep_promise(conversation, back, event.received_at, policy)


def _on_control_taken(
    conversation: Conversation, event: ControlTaken, policy: Policy
) -> Transition:
    if event.new_app_id == policy.app_id:
        return _on_own_take_told(conversation, event, policy)
    if event.at < conversation.owner_since or _was_ours_after(conversation, event.at, policy):
        return Transition(_had_left(conversation, event.at))
    return _on_control_left(conversation, event.new_app_id, event.at, event.received_at, policy)


def _on_own_take_told(
    conversation: Conversation, event: ControlTaken, policy: Policy
) -> Transition:
    """Note when our take worked, which its answer doesn't say; the take itself is settled by that.

    Where none is under way, others seem to have come after it, and by this they had come before.
    """
    if conversation.owner not in ELSEWHERE:
        since = max(event.at, conversation.owner_since)
        return Transition(replace(conversation, owner_since=since))
    if conversation.taking is not None or event.at <= conversation.owner_settled:
        return Transition(conversation)
    return _return(conversation, Outcome.TAKEN, event.at, event.at, policy)


def _on_control_left(
    conversation: Conversation, app_id: str | None, at: int, now: int, policy: Policy
) -> Transition:
    """Fall silent: an agent moved the thread to Main, or another app has it."""
    owner = Owner.HUMAN if _is_inbox(app_id, policy) else Owner.OTHER_APP
    if conversation.owner is owner:
        has_it = replace(conversation, owner_since=at, owner_settled=at, only_echoed=False)
        return Transition(has_it)
    silent = _to_other(conversation, owner, app_id, at)
    return Transition(_with_idle_timer(silent, now, policy))


def _was_ours_after(conversation: Conversation, at: int, policy: Policy) -> bool:
    """Say whether the thread is known to have been ours after this, so that it is late news.

    The platform took a message of ours, or sent us a word live, which only the owner gets.
    """
    proves_nothing = policy.routing is Routing.NO_DEFAULT_APP
    spoke_after = at + LATE_ECHO < conversation.spoke_at
    return not proves_nothing and (spoke_after or at < conversation.heard_live_at)


def _wrote_since(conversation: Conversation, at: int) -> bool:
    """Say whether words are with the bot that came after this: it is back with them already."""
    return conversation.last_word is not None and conversation.last_word.at > at


def _had_been_back(conversation: Conversation, at: int) -> Conversation:
    """Take a return late that nobody had told us the beginning of; the bot goes on with its words.

    What was written before it is the human's, who has read it.
    """
    left_at = max(at, conversation.left_at)
    return replace(conversation, owner=Owner.BOT, owner_since=at, owner_settled=at, left_at=left_at)


def _had_left(conversation: Conversation, at: int) -> Conversation:
    """Take late news: others had the thread then, and read what had been written before."""
    known = max(conversation.owner_since, conversation.spoke_at, conversation.heard_live_at)
    return replace(conversation, left_at=max(conversation.left_at, min(at, known)))


def _on_control_requested(
    conversation: Conversation, event: ControlRequested, policy: Policy
) -> Transition:
    """Grant it without a word: an agent clicked, and waits."""
    if conversation.owner in {Owner.BOT, Owner.IDLE}:
        ours = _is_ours(conversation, policy)
        grants = ours and event.app_id != policy.app_id
        return (
            _grant(conversation, event.app_id, event.received_at, policy)
            if grants
            else Transition(conversation)
        )
    if policy.routing is not Routing.PRIMARY_RECEIVER:
        return Transition(conversation)
    return _on_primary_asked(conversation, event, policy)


def _grant(conversation: Conversation, app_id: str, now: int, policy: Policy) -> Transition:
    handoff = Handoff(target="", app_id=app_id, reason="agent_requested")
    going = _handing_off(conversation, handoff, now, policy)
    return Transition(going, (PassThreadControl(app_id, "granted on request"),))


# What the bot says


def _on_bot_answered(conversation: Conversation, event: BotAnswered, policy: Policy) -> Transition:
    if event.turn != conversation.turn or conversation.owner in ELSEWHERE:
        note = "not said: the thread was no longer the bot's"
        lines = tuple(
            Line("bot", message.in_words, event.received_at, note=note)
            for message in event.messages
        )
        return Transition(conversation, transcript=lines)
    if event.is_switch:
        if event.away:
            return _stay(conversation, event, policy)
        conversation = _with_bot(conversation, event.bot)
    said = tuple(SendMessage(message) for message in event.messages)
    if conversation.offers_to_wait and not _knows_somebody_else(event, conversation, policy):
        return _offer_to_wait(conversation, event, policy)
    if event.handoff and not _is_to_itself(event.handoff, conversation, policy):
        calm = replace(conversation, bot_failures=0, offers_to_wait=False)
        return _hand_over(calm, event.handoff, policy, event.received_at, before=said)
    if said:
        return Transition(replace(conversation, bot_failures=0), said)
    return _on_no_answer(conversation, event, policy)


def _knows_somebody_else(event: BotAnswered, conversation: Conversation, policy: Policy) -> bool:
    """Say whether the bot hands over to another target than the one where nobody came.

    To the same one it would go on for ever: the person says whether to wait on.
    """
    if event.handoff is None:
        return False
    target = _target(event.handoff, conversation.page_id, policy)
    came_from = conversation.came_from or policy.default_target
    return target is not None and target.name not in {came_from, conversation.bot}


def _offer_to_wait(conversation: Conversation, event: BotAnswered, policy: Policy) -> Transition:
    """Give what the bot says after nobody came a button to wait on, beside its own."""
    words = policy.words
    *first, last = event.messages or (BotMessage(text=words.handback),)
    if last.custom is None:
        waits_on = (words.keep_waiting, buttons.connect(conversation.came_from))
        last = replace(last, buttons=(*last.buttons, waits_on))
    said = tuple(SendMessage(message) for message in (*first, last))
    return Transition(replace(conversation, offers_to_wait=False, bot_failures=0), said)


def _on_no_answer(conversation: Conversation, event: BotAnswered, policy: Policy) -> Transition:
    """Say something ourselves: the bot failed, or has no word for an intent of ours."""
    words = policy.words
    if event.away and conversation.bot != OWN_BOT:
        return _leave_bot(conversation, policy)
    if event.intent and not (event.intent == policy.handoff_intent and event.away):
        return Transition(
            conversation, (wording.say(wording.instead_of_bot(conversation, event.intent, policy)),)
        )
    failures = conversation.bot_failures + 1
    failed = replace(conversation, bot_failures=failures)
    if failures < policy.failures_before_offer and not event.away:
        return Transition(failed, (wording.say(words.bot_failed),))
    return Transition(
        failed, (wording.offer(words.bot_away if event.away else words.offer_human, policy),)
    )


def _on_message_sent(conversation: Conversation, event: MessageSent, policy: Policy) -> Transition:
    line = Line("bot", event.text, event.received_at, event.mid)
    answered = _answered(conversation) if event.turn == conversation.turn else conversation
    answered = replace(answered, spoke_at=max(event.at, conversation.spoke_at))
    if answered.bot_since is None and event.turn == answered.turn:
        answered = replace(answered, bot_since=event.at)
    if not _is_proven_by(event, conversation, policy):
        return Transition(answered, transcript=(line,))
    outcome = conversation.taking or conversation.asking or Outcome.DONE
    back = _return(answered, outcome, event.at, event.at, policy)
    kept = _keep_promise(conversation, back, event.received_at, policy)
    return replace(kept, transcript=(line,))


def _is_proven_by(event: MessageSent, conversation: Conversation, policy: Policy) -> bool:
    """Say whether the thread had come back unseen, by words of ours that the platform took.

    They were on their way when late news told of somebody who had it before.
    """
    known = max(conversation.owner_settled, conversation.others_spoke_at)
    proves = policy.routing is not Routing.NO_DEFAULT_APP and not conversation.only_echoed
    return proves and conversation.owner in ELSEWHERE and known + LATE_ECHO < event.at


def _on_message_refused(
    conversation: Conversation, event: MessageRefused, policy: Policy
) -> Transition:
    line = Line("bot", event.text, event.received_at, note=f"refused: {event.refusal}")
    if event.refusal is not Refusal.OTHER_APP_IN_CONTROL or conversation.owner in ELSEWHERE:
        return Transition(conversation, transcript=(line,))
    # News about the owner, not an error to retry. Who it is and since when, Graph doesn't say, so
    # the webhook that tells may be older than the refusal and must still count.
    silent = replace(
        _to_other(conversation, Owner.OTHER_APP, None, conversation.owner_since),
        owner_settled=event.received_at + CLOCK_SKEW,
        last_word=_open_again(conversation),
    )
    return Transition(_with_idle_timer(silent, event.received_at, policy), transcript=(line,))


def _open_again(conversation: Conversation) -> LastWord | None:
    """Return the person's last word, unanswered where nobody has spoken since.

    By it the bot was called back, and the greeting that was to answer it has been refused.
    """
    last = conversation.last_word
    if last is None or last.at <= max(conversation.spoke_at, conversation.others_spoke_at):
        return last
    return replace(last, answered=False)


# Handing over


def _hand_over(
    conversation: Conversation,
    asked: HandoffAsked,
    policy: Policy,
    now: int,
    *,
    before: tuple[Command, ...] = (),
    transcript: tuple[Line, ...] = (),
) -> Transition:
    """Say so, then pass: once the inbox owns the thread, Graph refuses our words."""
    target = _target(asked, conversation.page_id, policy)
    if target is None:
        return Transition(
            conversation, (*before, wording.say(policy.words.unknown_target)), transcript
        )
    if target.hours and not target.hours.is_open(now) and asked.reason != BY_OPERATOR:
        return Transition(conversation, (*before, wording.say(policy.words.closed)), transcript)
    if target.kind == "bot":
        said = _hand_to_bot(conversation, target, asked, policy)
        return replace(said, commands=(*before, *said.commands), transcript=transcript)
    handoff = Handoff(target.name, target.app_id, asked.reason, asked.summary, asked.answers)
    going = _handing_off(conversation, handoff, now, policy)
    can_cancel = _is_inbox(target.app_id, policy) or _can_take(policy)
    commands = (
        *before,
        SendMessage(wording.announcement(target, handoff, policy, can_cancel=can_cancel)),
        StopTyping(),
        PassThreadControl(target.app_id, wording.pass_metadata(handoff)),
    )
    return Transition(going, commands, transcript)


def _handing_off(
    conversation: Conversation, handoff: Handoff, now: int, policy: Policy
) -> Conversation:
    return replace(
        conversation,
        owner=Owner.HANDING_OFF,
        turn=conversation.turn + 1,
        handoff=handoff,
        unannounced=None,
        only_echoed=False,
        timer=Timer(TimerKind.HANDOFF_DEADLINE, now + policy.handoff_deadline),
    )


def _on_control_call_settled(
    conversation: Conversation, event: ControlCallSettled, policy: Policy
) -> Transition:
    match event.call:
        case ControlCall.PASS:
            return _on_pass_settled(conversation, event, policy)
        case ControlCall.TAKE:
            return _on_take_settled(conversation, event, policy)
        case ControlCall.REQUEST:
            return _on_request_settled(conversation, event, policy)
        case ControlCall.RELEASE:
            return _on_release_settled(conversation, event)
        case _:
            assert_never(event.call)


def _on_pass_settled(
    conversation: Conversation, event: ControlCallSettled, policy: Policy
) -> Transition:
    spoke_before = conversation.owner is Owner.HUMAN and conversation.only_echoed
    if spoke_before and event.turn == conversation.turn:
        return Transition(_now_has_control(conversation, event, policy))
    if conversation.owner is not Owner.HANDING_OFF or event.turn != conversation.turn:
        return Transition(conversation)  # a handover event was quicker and knows better
    handoff = conversation.handoff
    if not event.worked or handoff is None:
        back = _to_bot(conversation, since=conversation.owner_since, settled=event.received_at)
        return Transition(back, (wording.say(policy.words.handoff_failed),))
    # An app that asked for the thread is not waited for: nobody told the person to wait.
    waits = bool(handoff.target) or _is_inbox(handoff.app_id, policy)
    timeout = Timer(TimerKind.WAITING_TIMEOUT, event.received_at + policy.waiting_timeout)
    return Transition(
        replace(
            conversation,
            owner=Owner.WAITING if waits else Owner.OTHER_APP,
            owner_app_id=handoff.app_id,
            owner_since=event.at,
            owner_settled=event.received_at + CLOCK_SKEW,
            timer=timeout if waits else _lapse_timer(event.received_at, policy),
        ),
        (NotifyAgents("handoff", wording.notice(handoff, policy)),) if waits else (),
    )


def _on_take_settled(
    conversation: Conversation, event: ControlCallSettled, policy: Policy
) -> Transition:
    if conversation.owner not in ELSEWHERE:  # a pass event was quicker
        since = max(conversation.owner_since, event.at if event.worked else 0)
        return Transition(replace(conversation, taking=None, owner_since=since))
    outcome, now = conversation.taking or Outcome.TAKEN, event.received_at
    shut = outcome is Outcome.EXPIRED and now - _last_at(conversation) >= MESSAGING_WINDOW
    if not event.worked:  # the Page doesn't let us: the human keeps the thread, and is told
        kept = replace(conversation, taking=None, promised=None)
        if shut or conversation.taking is None:
            return Transition(kept)  # nothing could be said, or nobody calls the bot any more
        notice = NotifyAgents("take_refused", "The bot was called back and can't take the thread.")
        return Transition(_until_it_lapses(kept, now, policy), (notice,))
    if shut:
        ours = _to_bot(conversation, since=event.at, settled=now + CLOCK_SKEW)
        return Transition(replace(ours, unannounced=outcome))
    back = _return(conversation, outcome, event.at, now + CLOCK_SKEW, policy)
    return _keep_promise(conversation, back, now, policy)


def _on_release_settled(conversation: Conversation, event: ControlCallSettled) -> Transition:
    if not event.worked or conversation.owner is not Owner.BOT:
        return Transition(conversation)
    # Since when the last owner had it stays: an agent may have taken it just before.
    return Transition(replace(conversation, owner=Owner.IDLE, timer=None))


# From one bot to another: our app keeps thread control, and the bots keep their conversations apart


def _target(asked: HandoffAsked, page_id: str, policy: Policy) -> Target | None:
    """Return whom the bot asks for; None where the config lists nobody of that name or address."""
    if asked.host is not None:
        return policy.bot_at(asked.host, page_id)
    target = policy.target(asked.target)
    if target is None or target.kind != "bot":
        return target
    return policy.bot(target.name, page_id)


def _hand_to_bot(
    conversation: Conversation, target: Target, asked: HandoffAsked, policy: Policy
) -> Transition:
    """Ask another bot to take over. It has the person once it has answered, and speaks first.

    Until then nothing has changed, so there is nothing to undo where it can't be reached.
    """
    by_operator = asked.reason == BY_OPERATOR
    handed_to = () if by_operator else conversation.handed_to
    if target.name == conversation.bot:
        return Transition(conversation)
    if target.name in handed_to:
        return Transition(conversation, (wording.offer(policy.words.bots_in_circles, policy),))
    told: dict[str, object] = {"from_host": _present_bot(conversation, policy).url}
    tell = TellBot(policy.handoff_intent, told, target.name, is_switch=True)
    return Transition(replace(conversation, handed_to=(*handed_to, target.name)), (tell,))


def _is_to_itself(asked: HandoffAsked, conversation: Conversation, policy: Policy) -> bool:
    target = _target(asked, conversation.page_id, policy)
    return target is not None and target.kind == "bot" and target.name == conversation.bot


def _stay(conversation: Conversation, event: BotAnswered, policy: Policy) -> Transition:
    """Leave the person with the bot that had them: the other one can't be reached."""
    title = policy.bot(event.bot, conversation.page_id).title
    return Transition(
        conversation, (wording.offer(policy.words.switch_failed.format(title=title), policy),)
    )


def _leave_bot(conversation: Conversation, policy: Policy) -> Transition:
    """Bring the person back to the Page's own bot from one that stays away; it speaks first."""
    gone = _present_bot(conversation, policy)
    tell = TellBot(policy.handoff_intent, {"from_host": gone.url})
    sorry = wording.say(policy.words.bot_gone.format(title=gone.title))
    return Transition(_with_bot(conversation, OWN_BOT), (sorry, tell))


def _with_bot(conversation: Conversation, name: str) -> Conversation:
    """Give the person to another bot. What was decided for the one before is over."""
    return replace(
        conversation, bot=name, bot_since=None, bot_failures=0, turn=conversation.turn + 1
    )


def _with_a_bot_that_is_listed(conversation: Conversation, policy: Policy) -> Conversation:
    """Bring a person back to the Page's own bot whose bot the operator took from the config."""
    name = _present_bot(conversation, policy).name
    return conversation if name == conversation.bot else _with_bot(conversation, name)


def _present_bot(conversation: Conversation, policy: Policy) -> Target:
    return policy.bot(conversation.bot, conversation.page_id)


def _with_the_bot_it_is_for(conversation: Conversation, event: content.PersonEvent) -> Conversation:
    """Bring the person back to the Page's own bot by its menu: no other knows the payloads."""
    if conversation.bot == OWN_BOT or not isinstance(event, PersonTapped):
        return conversation
    by_menu = event.sent_in is None and _is_bots(event.payload)
    return _with_bot(conversation, OWN_BOT) if by_menu else conversation


def _answers_the_bot_before(event: PersonMessaged, conversation: Conversation) -> bool:
    """Say whether a quick reply was tapped before the present bot had said a word.

    It is gone from the phone with that word, so nothing but the time tells whose it was.
    """
    since = conversation.bot_since
    return _is_bots(event.payload) and (since is None or event.at <= since)


def _is_bots(payload: str | None) -> bool:
    """Say whether a payload means something to the bot that gave it, and to no other."""
    return payload is not None and buttons.connects_with(payload) is None


# Coming back


def _return(
    conversation: Conversation, outcome: Outcome, since: int, settled: int, policy: Policy
) -> Transition:
    """Give the thread back to the bot, which speaks first and says that it is a bot."""
    last = conversation.last_word
    unanswered = last is not None and not last.answered
    back = _to_bot(conversation, since=since, settled=settled)
    if conversation.owner not in ELSEWHERE:
        # Nobody told us since when others had it: a live word may be older than they are.
        back = replace(back, left_at=max(since, back.left_at))
    back = replace(back, offers_to_wait=outcome is Outcome.TIMEOUT)
    unanswered = unanswered and not conversation.doubtful
    greeting = _handback(back, outcome, policy, unanswered=unanswered)
    return Transition(back, (*greeting, *conversation.doubtful))


def _handback(
    conversation: Conversation, outcome: Outcome | None, policy: Policy, *, unanswered: bool
) -> tuple[Command, ...]:
    """Tell the bot that had the thread."""
    if outcome is None:
        return ()
    entities: dict[str, object] = {
        "from": conversation.came_from or policy.default_target,
        "outcome": outcome.value,
        "unanswered": unanswered,
    }
    return (TellBot(policy.handback_intent, entities, conversation.bot),)


# Time


def _on_timer(conversation: Conversation, event: TimerFired, policy: Policy) -> Transition:
    if conversation.timer is None or conversation.timer.kind is not event.kind:
        return Transition(conversation)  # set for something that is over
    quiet = replace(conversation, timer=None)
    match event.kind:
        case TimerKind.HANDOFF_DEADLINE:
            return _on_handoff_deadline(quiet, policy)
        case TimerKind.WAITING_TIMEOUT | TimerKind.HUMAN_IDLE_TIMEOUT:
            return _on_people_quiet(quiet, event, policy)
        case TimerKind.ECHO_PAUSE:
            if conversation.owner not in {Owner.HUMAN, Owner.OTHER_APP}:
                return Transition(quiet)
            return _after_echo_pause(quiet, event.received_at, policy)
        case TimerKind.REQUEST_DEADLINE:
            return _on_request_deadline(quiet, event, policy)
        case _:
            assert_never(event.kind)


def _on_handoff_deadline(conversation: Conversation, policy: Policy) -> Transition:
    if conversation.owner is not Owner.HANDING_OFF:
        return Transition(conversation)
    since, settled = conversation.owner_since, conversation.owner_settled
    back = _to_bot(conversation, since=since, settled=settled)
    return Transition(back, (wording.say(policy.words.handoff_failed),))


def _on_people_quiet(conversation: Conversation, event: TimerFired, policy: Policy) -> Transition:
    with_people = conversation.owner in {Owner.WAITING, Owner.HUMAN}
    if not with_people and not _is_unknown(conversation):
        return Transition(conversation)
    if event.received_at - _last_at(conversation) >= MESSAGING_WINDOW:
        return _on_window_shut(conversation, event, policy)
    return _take_back(conversation, Outcome.TIMEOUT, event.received_at, policy)


def _take_back(
    conversation: Conversation, outcome: Outcome, now: int, policy: Policy
) -> Transition:
    """Get the thread back, the way the Page allows it."""
    if policy.routing is Routing.NO_DEFAULT_APP:  # take is blocked; ownership is ours to declare
        return _declare(conversation, outcome, now, now, policy)
    if policy.routing is Routing.SECONDARY_RECEIVER:
        if conversation.asking is not None:
            return Transition(conversation)  # asked already
        asking = replace(conversation, asking=outcome, timer=None)
        return Transition(asking, (RequestThreadControl(f"asked back: {outcome.value}"),))
    if not _can_take(policy):
        notice = NotifyAgents("take_blocked", "The bot is called back, but may not take control.")
        return Transition(_until_it_lapses(conversation, now, policy), (notice,))
    why = TakeThreadControl(metadata=f"taken back: {outcome.value}")
    return Transition(replace(conversation, taking=outcome), (why,))


def _can_take(policy: Policy) -> bool:
    """Say whether the platform lets our app take control on this Page, as far as we are told."""
    if policy.routing in {Routing.NO_DEFAULT_APP, Routing.SECONDARY_RECEIVER}:
        return False
    return policy.may_take or policy.routing is Routing.PRIMARY_RECEIVER


def _until_it_lapses(conversation: Conversation, now: int, policy: Policy) -> Conversation:
    """Keep waiting where control can't be taken, but look again when the window shuts."""
    if conversation.timer is not None:
        return conversation
    waiting = conversation.owner is Owner.WAITING
    kind = TimerKind.WAITING_TIMEOUT if waiting else TimerKind.HUMAN_IDLE_TIMEOUT
    due = _last_at(conversation) + MESSAGING_WINDOW
    if policy.routing.has_roles:  # where nothing lapses, somebody may set it right meanwhile
        due = now + policy.human_idle_timeout
    return replace(conversation, timer=Timer(kind, due))


def _on_window_shut(conversation: Conversation, event: TimerFired, policy: Policy) -> Transition:
    """End in silence the time with people who fell quiet: the bot could not say anything now."""
    if not policy.routing.has_roles:
        return Transition(_lapse(conversation, event))
    if policy.routing is Routing.PRIMARY_RECEIVER:
        why = TakeThreadControl(metadata=f"taken back: {Outcome.EXPIRED.value}")
        return Transition(replace(conversation, taking=Outcome.EXPIRED), (why,))
    return Transition(conversation)  # it stays where it is; the next word sets a timer


def _lapse(conversation: Conversation, event: TimerFired) -> Conversation:
    """Come back in silence: the window is shut, so the bot announces itself at the next word.

    Not before control has lapsed too, a day after it went or after the last word. Nobody tells
    us, so any news from after the others came still counts.
    """
    last = max(_last_at(conversation), conversation.owner_settled)
    lapses_at = last + MESSAGING_WINDOW + CLOCK_SKEW
    if event.received_at < lapses_at:
        return replace(conversation, timer=Timer(event.kind, lapses_at))
    back = _to_bot(conversation, since=conversation.owner_since, settled=conversation.owner_settled)
    return replace(back, owner=Owner.IDLE, unannounced=Outcome.EXPIRED)


# Older Pages, with receiver roles


def _on_roles_changed(
    conversation: Conversation, event: RolesChanged, policy: Policy
) -> Transition:
    """Note what our app is on this Page from now on; `Policy.in_role` makes all threads obey."""
    ours = event.roles.get(policy.app_id)
    if ours is None or event.at < conversation.owner_since:
        return Transition(conversation)
    primary = Routing.PRIMARY_RECEIVER.value in ours
    role = Routing.PRIMARY_RECEIVER if primary else Routing.SECONDARY_RECEIVER
    return Transition(replace(conversation, role=role, owner_since=event.at))


def _on_primary_asked(
    conversation: Conversation, event: ControlRequested, policy: Policy
) -> Transition:
    """Answer for a thread that is not ours just now: the primary receiver is asked all the same."""
    handoff = conversation.handoff
    if conversation.owner is Owner.HANDING_OFF:
        same = handoff is not None and handoff.app_id == event.app_id
        return Transition(conversation, held=not same)
    if not _is_inbox(event.app_id, policy):
        return Transition(conversation)  # an app waits for the human to be done
    if event.at <= conversation.owner_settled:
        return Transition(conversation)
    if conversation.owner is Owner.OTHER_APP or _waits_for_app(conversation, policy):
        # An agent comes before an app: fetch the thread.
        promised = replace(conversation, taking=Outcome.TAKEN, promised=event.app_id, timer=None)
        return Transition(promised, (TakeThreadControl("an agent asked for it"),))
    if conversation.only_echoed:  # and answered already
        return Transition(conversation, _give_to_agent(event.app_id))
    # Who asks doesn't have it: it came back to us, of which we have not heard yet.
    since = replace(conversation, owner_since=event.at, owner_settled=event.at)
    return _grant(since, event.app_id, event.received_at, policy)


def _keep_promise(before: Conversation, back: Transition, now: int, policy: Policy) -> Transition:
    """Pass on, in place of greeting, what was fetched for an agent."""
    if before.promised is None or before.owner not in ELSEWHERE:
        return back
    return _grant(back.conversation, before.promised, now, policy)


def _follow_agent(
    conversation: Conversation, event: OtherAppEchoed, policy: Policy
) -> tuple[Command, ...]:
    """Give an agent who answers on an older Page the thread: there a reply takes no control."""
    if not policy.routing.has_roles or not _is_ours(conversation, policy):
        return ()
    return _give_to_agent(event.app_id)


def _answered_without_control(
    conversation: Conversation, passed: ControlPassed, policy: Policy
) -> bool:
    """Say whether an agent answered on an older Page after we had got the thread, unknown to us."""
    called_back = conversation.taking is not None or conversation.asking is not None
    by_human = policy.routing.has_roles and conversation.owner is Owner.HUMAN
    return by_human and not called_back and passed.at < conversation.others_spoke_at


def _leave_to_agent(
    conversation: Conversation, passed: ControlPassed, policy: Policy
) -> Transition:
    """Give the agent who answered the control that we turn out to have had by then."""
    echoed = replace(conversation, owner_since=passed.at, only_echoed=True)
    echoed = _with_idle_timer(echoed, passed.received_at, policy)
    return Transition(echoed, _give_to_agent(conversation.owner_app_id))


def _give_to_agent(app_id: str | None) -> tuple[Command, ...]:
    """Pass to where the agent writes: the Page Inbox, also by its other id or without any."""
    other = None if app_id in PAGE_INBOX_APP_IDS else app_id
    return (PassThreadControl(other or PAGE_INBOX_APP_ID, "an agent answered"),)


def _now_has_control(
    conversation: Conversation, event: ControlCallSettled, policy: Policy
) -> Conversation:
    """Note that the agent who answered has got control too."""
    if not event.worked:
        return conversation
    settled = event.received_at + CLOCK_SKEW
    has_it = replace(conversation, only_echoed=False, owner_settled=settled)
    if policy.routing is Routing.SECONDARY_RECEIVER:
        return replace(has_it, timer=None)  # the human's, and then the primary receiver's
    return has_it


def _on_request_settled(
    conversation: Conversation, event: ControlCallSettled, policy: Policy
) -> Transition:
    """Wait for the pass that answers a request, but not for ever."""
    outcome, now = conversation.asking, event.received_at
    if outcome is None or conversation.owner not in ELSEWHERE:
        return Transition(conversation)  # a pass was quicker, or an agent came
    if event.granted:
        return _return(conversation, outcome, event.at, now + CLOCK_SKEW, policy)
    if event.worked:
        timer = Timer(TimerKind.REQUEST_DEADLINE, now + policy.request_deadline)
        return Transition(replace(conversation, timer=timer))
    notice = NotifyAgents(
        "request_refused", "The bot was called back, and may not ask for control."
    )
    return Transition(_asked_in_vain(conversation, now, policy), (notice,))


def _on_request_deadline(
    conversation: Conversation, event: TimerFired, policy: Policy
) -> Transition:
    if conversation.asking is None:
        return Transition(conversation)
    notice = NotifyAgents("request_unanswered", "The bot asked for a thread in vain.")
    return Transition(_asked_in_vain(conversation, event.received_at, policy), (notice,))


def _asked_in_vain(conversation: Conversation, now: int, policy: Policy) -> Conversation:
    """Ask again after a long while, if the person still waits for somebody who doesn't come."""
    quiet = replace(conversation, asking=None, timer=None)
    if quiet.owner is Owner.WAITING:
        kind = TimerKind.WAITING_TIMEOUT
    elif quiet.only_echoed:
        kind = TimerKind.HUMAN_IDLE_TIMEOUT
    else:
        return quiet
    return replace(quiet, timer=Timer(kind, now + policy.human_idle_timeout))


def _watched(conversation: Conversation, now: int, policy: Policy) -> Conversation:
    """Set a timer anew for a person who writes where nothing lapses: nothing else would end it."""
    called_back = conversation.taking is not None or conversation.asking is not None
    if not policy.routing.has_roles or called_back or conversation.timer is not None:
        return conversation
    if conversation.owner is Owner.WAITING:
        timer = Timer(TimerKind.WAITING_TIMEOUT, now + policy.waiting_timeout)
        return replace(conversation, timer=timer)
    return _with_idle_timer(conversation, now, policy)


# Pages without a default app: take is blocked there, and echoes alone tell of a human


def _declare(
    conversation: Conversation, outcome: Outcome, since: int, settled: int, policy: Policy
) -> Transition:
    """Take the thread for ours where take is blocked, and ask for it if somebody has control.

    An idle thread is ours by asking. One that an app owns is asked for there, while the bot speaks
    all the same: whether it may is not documented, and a refusal is news about the owner.
    """
    back = _return(conversation, outcome, since, settled, policy)
    if conversation.only_echoed:
        return back
    asks = RequestThreadControl(f"asked back: {outcome.value}")
    return replace(back, commands=(asks, *back.commands))


def _lapse_timer(now: int, policy: Policy) -> Timer | None:
    """See to it that a thread comes back from another app on a Page where no live word shows it."""
    if policy.routing is not Routing.NO_DEFAULT_APP:
        return None
    return Timer(TimerKind.ECHO_PAUSE, now + MESSAGING_WINDOW + CLOCK_SKEW)


def _after_echo_pause(conversation: Conversation, now: int, policy: Policy) -> Transition:
    """Go on where only echoes tell of a human: at once if somebody waits, else at the next word."""
    last = conversation.last_word
    since, settled = conversation.owner_since, conversation.owner_settled  # late news still counts
    if last is not None and not last.answered and now - last.at < MESSAGING_WINDOW:
        return _declare(conversation, Outcome.TIMEOUT, since, settled, policy)
    back = _to_bot(conversation, since=since, settled=settled)
    return Transition(replace(back, unannounced=Outcome.DONE))


# What an operator does by hand


def _on_operator_took(
    conversation: Conversation, event: OperatorTook, policy: Policy
) -> Transition:
    if conversation.owner not in ELSEWHERE:
        return Transition(conversation)
    return _take_back(conversation, Outcome.TAKEN, event.received_at, policy)


def _on_operator_passed(
    conversation: Conversation, event: OperatorPassed, policy: Policy
) -> Transition:
    if conversation.owner is Owner.HANDING_OFF or not _is_ours(conversation, policy):
        return Transition(conversation)
    asked = HandoffAsked(target=event.target, reason=BY_OPERATOR)
    return _hand_over(conversation, asked, policy, event.received_at)


def _on_operator_released(conversation: Conversation) -> Transition:
    if conversation.owner is not Owner.BOT:
        return Transition(conversation)
    return Transition(conversation, (ReleaseThreadControl(metadata="released by an operator"),))


# Pieces


def _to_bot(conversation: Conversation, *, since: int, settled: int) -> Conversation:
    return replace(
        conversation,
        owner=Owner.BOT,
        owner_app_id=None,
        previous_app_id=conversation.owner_app_id or conversation.previous_app_id,
        owner_since=since,
        owner_settled=settled,
        left_at=_left_at(conversation, since),
        doubtful=(),
        turn=conversation.turn + 1,
        handoff=None,
        timer=None,
        taking=None,
        asking=None,
        promised=None,
        only_echoed=False,
        unannounced=None,
        offers_to_wait=False,
        came_from=_target_that_had(conversation),
        bot_failures=0,
        handed_to=(),
    )


def _target_that_had(conversation: Conversation) -> str:
    """Return the name that the thread was handed to; empty where somebody else has it by now."""
    handoff, owner = conversation.handoff, conversation.owner
    if handoff is None:
        return ""
    in_inbox = owner in {Owner.WAITING, Owner.HUMAN} and handoff.app_id in PAGE_INBOX_APP_IDS
    has_it = owner is Owner.HANDING_OFF or handoff.app_id == conversation.owner_app_id or in_inbox
    return handoff.target if has_it else ""


def _left_at(conversation: Conversation, since: int) -> int:
    """Return until when a live word was written before others had the thread, that now comes back.

    One that is newer than the return is the bot's, however short the time between. Where only our
    own call tells when it left, the likely time counts, not the latest possible: a word that the
    bot is given although a human had it does less harm than one that nobody answers.
    """
    if conversation.owner not in ELSEWHERE:
        return conversation.left_at
    left = max(conversation.owner_since, conversation.owner_settled - CLOCK_SKEW)
    only_assumed = since <= conversation.owner_since  # a lapse or the end of a pause
    left = left if only_assumed else min(left, since)
    return max(conversation.others_spoke_at, conversation.left_at, left)


def _to_other(
    conversation: Conversation, owner: Owner, app_id: str | None, at: int
) -> Conversation:
    return replace(
        conversation,
        owner=owner,
        owner_app_id=app_id,
        owner_since=at,
        owner_settled=at,
        turn=conversation.turn + 1,
        timer=None,
        asking=None,
        only_echoed=False,
        doubtful=(),
        referral=None,
    )


def _with_idle_timer(conversation: Conversation, now: int, policy: Policy) -> Conversation:
    routed = policy.routing is not Routing.NO_DEFAULT_APP
    kind = TimerKind.HUMAN_IDLE_TIMEOUT if routed else TimerKind.ECHO_PAUSE
    due = now + policy.human_idle_timeout
    if not routed and not _is_unknown(conversation):
        # Armed anew by each echo, but not beyond the time a human may be idle: pauses that feed
        # themselves have left people unanswered for hours.
        latest = max(conversation.owner_since + policy.human_idle_timeout, now)
        due = min(now + policy.agent_echo_pause, latest)
    elif conversation.owner is not Owner.HUMAN and not _is_unknown(conversation):
        return conversation  # another app answers for its threads itself
    elif policy.routing is Routing.SECONDARY_RECEIVER and not conversation.only_echoed:
        return conversation  # and so does the primary receiver, also for its humans
    return replace(conversation, timer=Timer(kind, due))


def _is_unknown(conversation: Conversation) -> bool:
    """Say whether somebody has the thread of whom we don't know who it is: often an agent."""
    return conversation.owner is Owner.OTHER_APP and conversation.owner_app_id is None


def _waits_for_app(conversation: Conversation, policy: Policy) -> bool:
    """Say whether the person waits for another app than the Page Inbox to answer."""
    waiting = conversation.owner is Owner.WAITING
    return waiting and not _is_inbox(conversation.owner_app_id, policy)


def _last_word(conversation: Conversation, event: PersonMessaged | PersonTapped) -> LastWord:
    """Return the person's last word; echoes overtake, so its answer may have come before it."""
    last = conversation.last_word
    if last is not None and event.at < last.at:
        return last
    return LastWord(event.mid, event.at, answered=event.at <= conversation.others_spoke_at)


def _answered(conversation: Conversation) -> Conversation:
    last = conversation.last_word
    if last is None or last.answered:
        return conversation
    return replace(conversation, last_word=replace(last, answered=True))


def _is_inbox(app_id: str | None, policy: Policy) -> bool:
    """Say whether this is the Page Inbox. An echo without an app id is an agent's of old."""
    return (
        app_id is None
        or app_id in PAGE_INBOX_APP_IDS
        or any(
            target.app_id == app_id and name == policy.default_target
            for name, target in policy.targets.items()
        )
    )


def _last_at(conversation: Conversation) -> int:
    return conversation.last_word.at if conversation.last_word else 0


def _words(event: PersonMessaged | PersonTapped) -> str:
    return event.text if isinstance(event, PersonMessaged) else event.title


def _put_to_bot(
    event: content.PersonEvent, conversation: Conversation, policy: Policy
) -> tuple[AskBot | SendMessage | None, Line]:
    """Say what is done with the person's words or signs, and how they are written down."""
    if isinstance(event, PersonMessaged) and _answers_the_bot_before(event, conversation):
        event = replace(event, payload=None)
    for_bot = content.for_bot(event, conversation.turn, policy.content)
    line = by_person(event, heard_by_bot=isinstance(for_bot, AskBot))
    if isinstance(for_bot, AskBot):
        referral = for_bot.referral or conversation.referral
        # No allowance for clocks: what is taken for too early costs one more question, and what is
        # taken for an answer to words that nobody had read may connect somebody who never asked.
        crossed = event.at < conversation.spoke_at
        asked = replace(for_bot, bot=conversation.bot, referral=referral, crossed=crossed)
        return asked, line
    if not isinstance(for_bot, content.PoliteAnswer):
        return for_bot, line
    return wording.offer(for_bot.text or policy.words.cannot_read, policy), line
