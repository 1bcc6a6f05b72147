"""What the bridge itself says, put together from the operator's words. Decides nothing."""

from messenger_app.conversation import buttons
from messenger_app.conversation.commands import OWN_BOT, SendMessage
from messenger_app.conversation.messages import BotMessage
from messenger_app.conversation.policy import Policy, Target
from messenger_app.conversation.state import Conversation, Handoff


def announcement(
    target: Target, handoff: Handoff, policy: Policy, *, can_cancel: bool = True
) -> BotMessage:
    """Tell the person what comes, and with the same words the agent what it is about.

    The recap stands in the thread because ``metadata`` reaches webhooks, not the agent's eyes.
    ``can_cancel`` is whether there is a way back to offer.
    """
    words = policy.words
    recap = []
    if handoff.reason:
        reason = words.reasons.get(handoff.reason, handoff.reason.replace("_", " "))
        recap.append(words.recap_reason.format(reason=reason))
    if handoff.summary:
        recap.append(words.recap_summary.format(summary=handoff.summary))
    recap += [
        f"{words.answers.get(name) or name.replace('_', ' ').capitalize()}: {answer}"
        for name, answer in handoff.answers.items()
    ]
    connecting = words.connecting.format(title=target.title)
    return BotMessage(
        text="\n".join([connecting, *recap]),
        buttons=((words.never_mind, words.never_mind),) if can_cancel else (),
    )


def notice(handoff: Handoff, policy: Policy) -> str:
    """Tell the people behind the inbox that somebody waits."""
    reason = policy.usual_words.reasons.get(handoff.reason, handoff.reason.replace("_", " "))
    return f"Somebody waits for a person ({reason or 'no reason given'}). {handoff.summary}".strip()


def pass_metadata(handoff: Handoff) -> str:
    """Tell the app that gets control why it does."""
    return f"reason={handoff.reason or 'unknown'}"


def instead_of_bot(conversation: Conversation, intent: str, policy: Policy) -> str:
    """Return what stands for the bot's words where it has none for an intent of ours."""
    if intent == policy.handoff_intent and conversation.bot != OWN_BOT:
        return policy.words.switched.format(
            title=policy.bot(conversation.bot, conversation.page_id).title
        )
    if intent in {policy.handoff_intent, policy.handback_intent}:
        return policy.words.handback
    return policy.words.bot_failed


def say(text: str) -> SendMessage:
    """Say it."""
    return SendMessage(BotMessage(text=text))


def offer(text: str, policy: Policy) -> SendMessage:
    """Say it with a button that connects with a person, whatever the bots do."""
    return SendMessage(
        BotMessage(text=text, buttons=((policy.words.offer_human_title, buttons.CONNECT),))
    )
