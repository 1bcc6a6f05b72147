"""The rules about who may speak, each told by the platform's and the bot's own records.

Where a rule needs to know what the bridge could know, it looks at what had been delivered, never
at what the bridge made of it.
"""

from collections.abc import Callable
from itertools import pairwise
from math import inf

from messenger_app.conversation.commands import AskBot, SendMessage, TakeThreadControl, TellBot
from messenger_app.conversation.events import (
    ControlPassed,
    ControlTaken,
    Event,
    OperatorPassed,
    OtherAppEchoed,
    PersonTapped,
)
from messenger_app.conversation.policy import CLOCK_SKEW, MESSAGING_WINDOW
from messenger_app.conversation.state import Owner
from messenger_app.store.tables import CommandStatus
from tests.together.meta import INBOX
from tests.together.pages import BILLING, MOODBOT, OLDER, OUR_APP, OWN, Kind
from tests.together.world import APART, World

SPEAKS_FOR_THE_BOT = (AskBot, TellBot, SendMessage)
ELSEWHERE = {Owner.WAITING, Owner.HUMAN, Owner.OTHER_APP}


def the_bot_is_silent_where_others_speak(world: World) -> None:
    """The bot says nothing on a thread that it does not own, as far as it can know."""
    for began in world.shell.began:
        if isinstance(began.command, SPEAKS_FOR_THE_BOT):
            assert began.owner not in ELSEWHERE, began
        if isinstance(began.command, AskBot | TellBot):
            assert began.owner is not Owner.HANDING_OFF, began


def what_a_human_heard_is_never_given_to_the_bot(world: World) -> None:
    """Standby messages are never given to the bot, nor is what a human answered meanwhile."""
    words = world.words
    greeted = {one.decided for one in world.shell.began if isinstance(one.command, TellBot)}
    for began in world.shell.began:
        if isinstance(began.command, AskBot):
            word = words[began.command.mid]
            assert word.channels[OUR_APP] == "messaging", f"{word} was heard in standby"
            # A word in doubt comes back with the greeting; late news can't call it off any more.
            with_greeting = began.decided in greeted
            known = world.shell.events[: began.decided if with_greeting else began.applied]
            later = [
                event for event in known if _takes_the_word(event, world) and event.at > word.at
            ]
            assert not later, f"{word} was the human's to answer: {later}"


def _takes_the_word(event: Event, world: World) -> bool:
    if isinstance(event, ControlPassed | ControlTaken):
        return event.new_app_id != OUR_APP
    # Without a default app echoes alone tell of a human.
    return world.kind in {Kind.NOBODY, *OLDER} and isinstance(event, OtherAppEchoed)


def each_word_is_asked_once(world: World) -> None:
    """The bot is asked once about each message, and told once of each return."""
    mids = [turn.mid for turn in world.heard if turn.mid is not None]
    assert len(mids) == len(set(mids)), mids
    keys = [turn.key for turn in world.heard]
    assert len(keys) == len(set(keys)), keys


def only_the_bot_that_was_handed_to_hears(world: World) -> None:
    """Another bot than the Page's own hears of a person once it was told that it gets them."""
    told: set[str] = {OWN}
    for turn in world.heard:
        if turn.said.startswith("/handoff "):
            told.add(turn.url)
        assert turn.url in told, turn


def each_bot_is_told_who_handed_over(world: World) -> None:
    """``from_host`` is the other bot: also in a chain the one that had the person."""
    for turn in world.heard:
        if turn.said.startswith("/handoff "):
            other = OWN if turn.url == MOODBOT else MOODBOT
            assert other in turn.said, turn


def bots_do_not_pass_in_circles(world: World) -> None:
    """Since the person's last word each bot is handed to once; an operator may do it again."""
    handed: list[str] = []
    by_operator = sum(isinstance(event, OperatorPassed) for event in world.shell.events)
    for turn in world.heard:
        if not turn.said.startswith("/handoff "):
            handed = []
        handed.append(turn.url)
        assert handed.count(turn.url) <= 2 + by_operator, handed


def the_bot_hears_words_in_order(world: World) -> None:
    """One person's words reach the bot in the order in which they were written."""
    words = world.words
    applied = {
        word: stored
        for stored in world.shell.inbox
        for word in words
        if stored.applied is not None and f'"{word}"'.encode() in stored.event.body
    }
    mids = [turn.mid for turn in world.heard if turn.mid in applied]
    for earlier, later in pairwise(mids):
        assert earlier is not None
        assert later is not None
        if words[later].at < words[earlier].at:
            # It overtook only because the other had not come when it was applied.
            assert applied[later].id > applied[earlier].id, (earlier, later)


def answers_come_in_order(world: World) -> None:
    """What the bot says reaches the person in the order in which it said it."""
    numbers = [
        tuple(map(int, said.text.removeprefix("answer ").split(".")))
        for said in world.meta.said
        if said.text.startswith("answer ")
    ]
    assert numbers == sorted(numbers), numbers


def nothing_is_said_twice(world: World) -> None:
    """A message goes out again only where no echo had come and the first try was over."""
    for said in world.meta.said:
        again = [other for other in world.meta.said if other.key == said.key]
        for _ in again[1:]:
            tries = [began for began in world.shell.began if began.key == said.key]
            assert tries[-1].echoes == 0, f"{said.text!r} was said again in spite of its echo"


def a_refusal_is_not_retried(world: World) -> None:
    """10/2018300 is news about the owner, not an error to retry."""
    for key in world.meta.refused_to_another:
        refused = world.meta.refused_to_another.count(key)
        # What a dead worker was told, nobody knows.
        assert refused <= 1 + world.shell.lost.count(key), key


def no_human_who_answered_meanwhile_is_robbed(world: World) -> None:
    """A take that only silence was the reason for is called off by a human's answer."""
    for began in world.shell.began:
        if not isinstance(began.command, TakeThreadControl) or not began.first:
            continue
        if began.command.metadata in {"taken back: timeout", "taken back: expired"}:
            meanwhile = world.shell.events[began.decided : began.applied]
            answers = [
                event
                for event in meanwhile
                if isinstance(event, OtherAppEchoed)
                and event.app_id == INBOX
                and event.at > began.decided_at + APART
            ]
            assert not answers, f"{began.command} though somebody answered: {answers}"


def nothing_was_accepted_while_others_owned(world: World) -> None:
    """No word of the bot's stands in the thread in a human's stretch."""
    for said in world.meta.said:
        assert said.owner in {OUR_APP, None}, said


def a_tap_proves_no_control(world: World) -> None:
    """A tap on our button while others have the thread is theirs, as long as they have it."""
    events, believed = world.shell.events, world.shell.believed
    taps = {
        event.mid: owner
        for event, owner in zip(events, believed, strict=True)
        if isinstance(event, PersonTapped) and not event.standby
    }
    for began in world.shell.began:
        if not isinstance(began.command, AskBot) or began.command.mid not in world.taps:
            continue
        _, had = world.taps[began.command.mid]
        at = world.words[began.command.mid].at
        since = [one for one in world.thread.ownership if one.until is None or one.until >= at]
        came_back = any(stretch.app_id in {OUR_APP, None} for stretch in since)
        unaware = taps[began.command.mid] not in ELSEWHERE
        assert came_back or unaware, f"{began.command} is for {had}"


ALWAYS: tuple[Callable[[World], None], ...] = (
    the_bot_is_silent_where_others_speak,
    what_a_human_heard_is_never_given_to_the_bot,
    each_word_is_asked_once,
    only_the_bot_that_was_handed_to_hears,
    each_bot_is_told_who_handed_over,
    bots_do_not_pass_in_circles,
    the_bot_hears_words_in_order,
    answers_come_in_order,
    nothing_is_said_twice,
    a_refusal_is_not_retried,
    no_human_who_answered_meanwhile_is_robbed,
    nothing_was_accepted_while_others_owned,
    a_tap_proves_no_control,
)

# Once quiet


def both_agree_who_may_speak(world: World) -> None:
    """Once all is delivered and settled, bridge and platform agree on the owner."""
    bridge, platform = world.conversation.owner, world.thread.owner
    assert bridge is not Owner.HANDING_OFF, "a handoff without an end"
    changed_at = world.changed_at
    told = world.told_at >= changed_at
    told_nothing = world.told_at <= changed_at
    if platform in {OUR_APP, None} and world.kind is Kind.NOBODY:
        # Every app may speak; a human or an app that did makes the bot pause.
        pauses = world.conversation.timer is not None
        assert bridge in {Owner.BOT, Owner.IDLE} or pauses or told_nothing, bridge
    elif world.kind is Kind.NOBODY:
        pass  # after a pause ownership is ours to declare; a refusal or a standby word corrects it
    elif platform == OUR_APP:
        # Who has just become secondary gives an agent no thread that it doesn't know to be its own.
        changed = world.kind is Kind.CHANGING and _an_agent_spoke_since(world, changed_at)
        assert bridge in {Owner.BOT, Owner.IDLE} or changed or not told, bridge
    elif platform is None:
        # Nobody is told that ownership lapsed or was released; the next word will show it.
        others = world.kind is Kind.CHANGING or _is_secondary(world)  # whose it is or was
        assert bridge in {Owner.BOT, Owner.IDLE} or told_nothing or others, bridge
    elif bridge is Owner.IDLE and _is_secondary(world):
        pass  # a secondary receiver does nothing with an idle thread
    elif bridge in {Owner.BOT, Owner.IDLE}:
        # A word that is only just newer than the owner may be told by clocks that differ.
        since = max(world.conversation.owner_since, world.conversation.owner_settled)
        late = world.told_at <= since + 2 * CLOCK_SKEW
        assert not told or late, f"{bridge}, but {platform} has control"
    elif platform == INBOX:
        knows = bridge in {Owner.WAITING, Owner.HUMAN}
        assert knows or world.named_at < changed_at, bridge
    else:
        by_echo = bridge is Owner.HUMAN and _an_agent_spoke_since(world, changed_at)
        waits = bridge is Owner.WAITING and world.conversation.owner_app_id == platform
        assert bridge is Owner.OTHER_APP or waits or by_echo or world.named_at < changed_at, bridge


def _is_secondary(world: World) -> bool:
    """Say whether another app is the primary receiver just now."""
    return world.kind in OLDER and world.meta.platform.default_app_id != OUR_APP


def _an_agent_spoke_since(world: World, at: int) -> bool:
    """Say whether an agent spoke without control, as they can on an older Page."""
    spoke = (said.author == "agent" and said.at >= at for said in world.thread.messages)
    return world.kind in OLDER and any(spoke)


def nothing_is_left_undone(world: World) -> None:
    """No event and no command is left over."""
    assert not world.shell.pending()
    assert not world.shell.open_commands()


def no_word_is_lost(world: World) -> None:
    """Each word of the person's is in the transcript, once."""
    lines = [line.mid for line in world.shell.transcript if line.author == "person"]
    assert sorted(filter(None, lines)) == sorted(world.words)


def no_live_word_is_passed_over(world: World) -> None:
    """A word that came to us since the thread is ours for good is put to the bot and answered.

    Or the bot is told, on its return, that something is unanswered.
    """
    if world.kind in {Kind.NOBODY, *OLDER}:
        return  # there a live word proves nothing, or an agent answers without control
    for word in world.words.values():
        live = word.channels[OUR_APP] == "messaging" and word.mid not in world.taps
        if live and word.at > _ours_since(world) and not _asks_what_was_open(world, word.at):
            answer = _answer_to(world, word.mid)
            assert answer is not None, f"{word} was never put to the bot"
            assert not _was_dropped(world, answer), f"{word} was answered, and nobody was told"


def _ours_since(world: World) -> float:
    """Return since when the thread has been ours without a break."""
    since = inf
    ours = {OUR_APP} if world.kind is Kind.OTHER else {OUR_APP, None}
    for stretch in reversed(world.thread.ownership):
        if stretch.app_id not in ours:
            break
        since = stretch.since
    return since


def _asks_what_was_open(world: World, after: int) -> bool:
    return any("'unanswered': True" in turn.said and turn.at >= after for turn in world.heard)


def _answer_to(world: World, mid: str) -> int | None:
    """Return the number of the answer to a word; None where the bot was not to hear it.

    A question that failed is answered by words of ours, and has the number -1.
    """
    numbers = [number for number, turn in enumerate(world.heard) if turn.mid == mid]
    asked = [
        each.status
        for each in world.shell.outbox.values()
        if isinstance(each.command, AskBot) and each.command.mid == mid
    ]
    if not asked or asked == [CommandStatus.DROPPED]:
        return None
    return numbers[0] if numbers else -1


def _was_dropped(world: World, number: int) -> bool:
    """Say whether an answer was kept back. What a bot says after it handed over to another is."""
    if any(turn.said.startswith("/handoff ") for turn in world.heard[number + 1 :]):
        return False
    said = f"answer {number}."
    return any(
        line.text.startswith(said) and line.note.startswith("not said")
        for line in world.shell.transcript
    ) or any(
        each.status is CommandStatus.DROPPED and each.command.message.text.startswith(said)
        for each in world.shell.outbox.values()
        if isinstance(each.command, SendMessage)
    )


def nobody_is_stranded(world: World) -> None:
    """The person's last word is answered, or is with a human, or will be by a timer."""
    messages = world.thread.messages
    if messages and messages[-1].text and messages[-1].text.startswith("One moment, I'm connect"):
        waits = world.conversation.owner is not Owner.BOT or world.thread.owner != OUR_APP
        came = world.kind is Kind.NOBODY and _agent_wrote_last(world)
        assert waits or came or _is_shut(world), "told to wait for somebody, and nobody comes"
    if not messages or messages[-1].author != "person":
        return
    if world.thread.owner not in {OUR_APP, None}:
        people = {Owner.WAITING, Owner.HUMAN}
        if world.kind in {Kind.SECONDARY, Kind.CHANGING}:
            people.discard(Owner.HUMAN)  # who answered; then it is the primary receiver's
            if _is_shut(world):
                return  # asked for in vain for a day; the person's next word begins it anew
        waiting = world.conversation.owner in people
        assert world.conversation.timer is not None or not waiting, "nobody would ever look"
        return
    if _is_shut(world):
        return
    app_id, _ = world.taps.get(messages[-1].mid, (OUR_APP, None))
    if app_id != OUR_APP:
        return  # that app's to answer: it alone heard what was tapped
    if messages[-1].mid in world.menu and messages[-1].channels[OUR_APP] == "standby":
        return  # an agent's to answer; of a take of an idle thread a tap tells us nothing
    if world.conversation.owner_app_id == BILLING and world.named_at < world.changed_at:
        return  # that app's to answer, and nobody told us that an agent put it by
    assert world.conversation.timer is not None, f"nobody answers {messages[-1]}"


def _agent_wrote_last(world: World) -> bool:
    """Say whether an agent wrote after the person: it may cross with the bridge's own words."""
    authors = [said.author for said in world.thread.messages if said.author != "app"]
    return authors[-1:] == ["agent"]


def _is_shut(world: World) -> bool:
    last = world.thread.last_person_at
    return last is None or world.clock.platform >= last + MESSAGING_WINDOW


def told_again_nothing_changes(world: World) -> None:
    """Every delivery, made again, changes nothing."""
    before = (world.conversation, len(world.shell.events))
    for body in world.sent:
        world.shell.receive(body)
    world.shell.turn()
    assert before == (world.conversation, len(world.shell.events))


ONCE_QUIET: tuple[Callable[[World], None], ...] = (
    nothing_is_left_undone,
    both_agree_who_may_speak,
    no_word_is_lost,
    no_live_word_is_passed_over,
    nobody_is_stranded,
    told_again_nothing_changes,
)


def hold_always(world: World) -> None:
    """Check what must hold at every step."""
    for rule in ALWAYS:
        rule(world)


def hold_once_quiet(world: World) -> None:
    """Check what must hold when everything is delivered and settled."""
    for rule in ONCE_QUIET:
        rule(world)
