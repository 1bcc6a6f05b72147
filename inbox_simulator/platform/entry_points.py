"""How a person comes to the Page, and what they allow it: links, ads, opt-ins, linked accounts.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/discovery/m-me-links
https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks/webhook-events/messaging_referrals
"""

from typing import Any

from inbox_simulator.platform import events, people, routing
from inbox_simulator.platform.coverage import documented
from inbox_simulator.platform.errors import JSON, InvalidParameterError
from inbox_simulator.platform.thread import Act, Thread
from inbox_simulator.platform.world import Platform

#: Milliseconds for which a token of notification messages is good; nine months.
TOKEN_LASTS = 270 * 24 * 3_600_000
FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY")


def follow_link(platform: Platform, psid: str, asked: JSON, at: int) -> bool:
    """Let the person come by an m.me link, or by an ad with an ``ad_id``.

    In a thread that exists this is an event of its own, and opens the messaging window. Otherwise
    it is told with the first tap or message, and False is returned.
    """
    thread = platform.thread(psid, at)
    referral = _referral(asked)
    thread.note(Act("referral", at, referral))
    thread.came_by_ad = "ad_id" in referral
    platform.changed.append(psid)
    if not thread.messages:
        thread.referral = referral
        return False
    people.come_alive(platform, thread, at)
    _publish(platform, thread, "messaging_referrals", at, referral=referral)
    return True


def opt_in(platform: Platform, psid: str, asked: JSON, at: int) -> JSON:
    """Let the person opt in to notification messages, or stop and resume them.

    https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks/webhook-events/messaging_optins
    """
    thread = platform.thread(psid, at)
    frequency = asked.get("frequency") or FREQUENCIES[0]
    if frequency not in FREQUENCIES:
        raise InvalidParameterError(f"frequency is one of {', '.join(FREQUENCIES)}")
    body: JSON = {
        "type": "notification_messages",
        "payload": str(asked.get("payload") or ""),
        "notification_messages_token": platform.ids.new_number(),
        "notification_messages_frequency": frequency,
        "notification_messages_timezone": str(asked.get("timezone") or "UTC"),
        "token_expiry_timestamp": at + TOKEN_LASTS,
        "user_token_status": "NOT_REFRESHED",
    }
    if asked.get("status"):
        body["notification_messages_status"] = str(asked["status"])
    body["title"] = str(asked.get("title") or "")
    thread.note(Act("optin", at, body))
    _publish(platform, thread, "messaging_optins", at, optin=body)
    return body


def link_account(platform: Platform, psid: str, asked: JSON, at: int) -> JSON:
    """Let the person link an account of the business's own, or unlink it.

    https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks/webhook-events/messaging_account_linking
    """
    thread = platform.thread(psid, at)
    status, code = asked.get("status") or "linked", asked.get("authorization_code")
    if status not in {"linked", "unlinked"}:
        raise InvalidParameterError("status is linked or unlinked")
    body = {"status": status}
    if status == "linked" and code:
        body["authorization_code"] = str(code)
    thread.note(Act("account_linking", at, body))
    _publish(platform, thread, "messaging_account_linking", at, account_linking=body)
    return body


def _publish(platform: Platform, thread: Thread, name: str, at: int, **what: Any) -> None:
    event = events.from_person(platform.page.id, thread.psid, at, **what)
    routing.publish(platform, thread, name, event)
    platform.changed.append(thread.psid)


def _referral(asked: JSON) -> JSON:
    """Return the ``referral`` object, in the order of the published samples."""
    referral: JSON = {}
    if asked.get("ref") is not None:
        referral["ref"] = str(asked["ref"])
    if asked.get("ad_id") is None:
        return {**referral, "source": "SHORTLINK", "type": "OPEN_THREAD"}
    referral |= {"ad_id": str(asked["ad_id"]), "source": "ADS", "type": "OPEN_THREAD"}
    context = asked.get("ads_context_data")
    if context is not None and not isinstance(context, dict):
        raise InvalidParameterError("ads_context_data must be an object")
    return referral if context is None else {**referral, "ads_context_data": context}


COVERS = (
    documented(
        "events",
        "messaging_referrals, by m.me link and ad",
        "webhooks/webhook-events/messaging_referrals",
    ),
    documented("events", "a referral in a new thread comes with the tap", "discovery/m-me-links"),
    documented(
        "events",
        "messaging_optins, notification messages",
        "webhooks/webhook-events/messaging_optins",
    ),
    documented(
        "events", "messaging_account_linking", "webhooks/webhook-events/messaging_account_linking"
    ),
    documented(
        "events", "routing by link, ad and social entry point", "conversation-routing", done=False
    ),
    documented("events", "lead ads", "conversation-routing/messenger-lead-ads", done=False),
)
