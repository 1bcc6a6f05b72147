"""Graph's edges for one Page. The token travels in a header, never in a URL.

Beside it goes the proof that whoever calls knows the app's secret, since an app's owner may choose
that calls without it are refused; without the token it opens nothing.
https://developers.facebook.com/docs/graph-api/guides/secure-requests
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import requests

from messenger_app.graph.errors import GraphError, GraphOutcomeUnknown, GraphUnreachable, rejected
from messenger_app.http import JSON, Remote, reason_of, was_never_sent
from messenger_app.wire import read_json

#: Seconds to connect, and seconds between two bytes of the answer.
TIMEOUT = (3.05, 8.0)
#: Seconds for a whole call: shorter than what a successor waits before it tries again.
WHOLE_CALL = 9.0

#: Subcode of code 1: Graph could not make its answer, though the messages went out.
MESSAGES_WENT_OUT = 1357046


@dataclass(frozen=True, slots=True)
class ThreadOwner:
    """Who owns a thread. Another app's id is told to the default app alone."""

    app_id: str | None
    #: True where nobody owns it.
    is_idle: bool


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A message of the Page's, as the Conversations API tells of it."""

    mid: str
    text: str
    #: Whole seconds since 1970.
    created_at: int


class GraphClient:
    """Calls Graph as one Page. Safe to use from several threads."""

    def __init__(
        self,
        url: str,
        version: str,
        page_id: str,
        token: str,
        *,
        app_secret: str = "",
        connections: int = 1,
        timeout: tuple[float, float] = TIMEOUT,
    ) -> None:
        """``app_secret`` makes the proof that goes with each call; without it none does."""
        self._page_id = page_id
        self._timeout = timeout
        self._proof = _proof(app_secret, token)
        self._secrets = (token, app_secret, *self._proof.values())
        self._remote = Remote(
            f"{url.rstrip('/')}/{version}",
            connections,
            headers={"Authorization": f"Bearer {token}"},
        )

    def send_message(self, psid: str, message: JSON) -> str:
        """Send a message in answer to the person; return its mid.

        https://developers.facebook.com/docs/messenger-platform/reference/send-api
        """
        body = {"recipient": {"id": psid}, "messaging_type": "RESPONSE", "message": message}
        return str(self._post("messages", body).get("message_id", ""))

    def send_action(self, psid: str, action: str) -> None:
        """Show ``typing_on``, ``typing_off`` or ``mark_seen``.

        https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/sender-actions
        """
        self._post("messages", {"recipient": {"id": psid}, "sender_action": action})

    def pass_thread_control(self, psid: str, target_app_id: str, metadata: str = "") -> None:
        """Give another app control of this person's thread.

        https://developers.facebook.com/documentation/business-messaging/messenger-platform/conversation-routing
        """
        self._control("pass_thread_control", psid, metadata, target_app_id=target_app_id)

    def take_thread_control(self, psid: str, metadata: str = "") -> None:
        """Get control of this person's thread; needs the Page's permission for this app.

        https://developers.facebook.com/documentation/business-messaging/messenger-platform/conversation-routing
        """
        self._control("take_thread_control", psid, metadata)

    def request_thread_control(self, psid: str, metadata: str = "") -> None:
        """Ask for this person's thread: the primary receiver, or the owner without a default app.

        https://developers.facebook.com/docs/messenger-platform/handover-protocol/request-thread-control
        """
        self._control("request_thread_control", psid, metadata)

    def release_thread_control(self, psid: str, metadata: str = "") -> None:
        """Let this person's thread go idle.

        https://developers.facebook.com/documentation/business-messaging/messenger-platform/conversation-routing
        """
        self._control("release_thread_control", psid, metadata)

    def thread_owner(self, psid: str) -> ThreadOwner:
        """Return who owns the thread, as far as this app may know.

        https://developers.facebook.com/documentation/business-messaging/messenger-platform/conversation-routing
        """
        answer = self._get(f"{self._page_id}/thread_owner", {"recipient": psid})
        rows = answer.get("data")
        owner = rows[0].get("thread_owner") if isinstance(rows, list) and rows else None
        if not isinstance(owner, dict):
            return ThreadOwner(None, is_idle=True)
        app_id = owner.get("app_id")
        is_idle = not app_id and not owner.get("expiration")
        return ThreadOwner(str(app_id) if app_id else None, is_idle=is_idle)

    def newest_messages(self, psid: str) -> list[SentMessage]:
        """Return what the Page said among the newest 20 messages of a conversation, newest first.

        Metadata is not among what Graph tells here.
        https://developers.facebook.com/documentation/business-messaging/messenger-platform/conversations
        """
        fields = "messages.limit(20){id,created_time,from,message}"
        query = {"platform": "messenger", "user_id": psid, "fields": fields}
        rows = self._get(f"{self._page_id}/conversations", query).get("data")
        found = (
            rows[0].get("messages", {}).get("data", []) if isinstance(rows, list) and rows else []
        )
        return [
            SentMessage(str(row.get("id")), str(row.get("message") or ""), _seconds(row))
            for row in found
            if str((row.get("from") or {}).get("id")) == self._page_id
        ]

    def locale(self, psid: str, *, within: float) -> str:
        """Return the language that a person chose on Facebook, "" where Graph doesn't tell.

        It takes the permission pages_user_locale. ``within`` is how long the call may last, in
        seconds.
        https://developers.facebook.com/documentation/business-messaging/messenger-platform/identity/user-profile
        """
        answer = self._get(psid, {"fields": "locale"}, within=within)
        return str(answer.get("locale") or "")

    def subscribed_apps(self) -> list[JSON]:
        """Return the apps that are subscribed to this Page, with their fields.

        https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks
        """
        rows = self._get(f"{self._page_id}/subscribed_apps", {}).get("data")
        return rows if isinstance(rows, list) else []

    def app_subscriptions(self, app_id: str, app_secret: str) -> list[JSON]:
        """Return the app's own webhooks, with their fields; needs the app's token.

        https://developers.facebook.com/docs/graph-api/webhooks/subscriptions-edge
        """
        token = f"{app_id}|{app_secret}"
        headers = {"Authorization": f"Bearer {token}"}
        query = _proof(app_secret, token)
        secrets = (app_secret, *query.values())
        answer = self._get(f"{app_id}/subscriptions", query, headers=headers, secrets=secrets)
        rows = answer.get("data")
        return rows if isinstance(rows, list) else []

    def secondary_receivers(self) -> list[JSON]:
        """Return the Page's secondary receivers; an older Page tells them to its primary alone.

        Raises NotPrimaryReceiver for every other app.
        https://developers.facebook.com/docs/messenger-platform/handover-protocol/secondary-receivers
        """
        rows = self._get(f"{self._page_id}/secondary_receivers", {"fields": "id,name"}).get("data")
        return rows if isinstance(rows, list) else []

    def has_default_app(self) -> bool:
        """Say whether the Page has Conversation Routing on, that is, a default app.

        https://developers.facebook.com/documentation/business-messaging/messenger-platform/conversation-routing
        """
        answer = self._get(self._page_id, {"fields": "messaging_feature_status"})
        status = answer.get("messaging_feature_status")
        return isinstance(status, dict) and bool(status.get("msgr_multi_app"))

    def subscribe(self, fields: list[str]) -> None:
        """Subscribe this app to the Page's webhooks.

        https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks
        """
        self._post("subscribed_apps", {"subscribed_fields": ",".join(fields)})

    def messenger_profile(self, fields: Iterable[str]) -> JSON:
        """Return these fields of what people see of the Page before they write, as far as set.

        https://developers.facebook.com/documentation/business-messaging/messenger-platform/reference/messenger-profile-api
        """
        query = {"fields": ",".join(fields)}
        rows = self._get(f"{self._page_id}/messenger_profile", query).get("data")
        found = rows[0] if isinstance(rows, list) and rows else None
        return found if isinstance(found, dict) else {}

    def set_messenger_profile(self, profile: JSON) -> None:
        """Set these fields of it; the others stay.

        https://developers.facebook.com/documentation/business-messaging/messenger-platform/reference/messenger-profile-api
        """
        self._post("messenger_profile", profile)

    def delete_messenger_profile(self, fields: Iterable[str]) -> None:
        """Delete these fields of it.

        https://developers.facebook.com/documentation/business-messaging/messenger-platform/reference/messenger-profile-api
        """
        path, body = f"{self._page_id}/messenger_profile", {"fields": list(fields), **self._proof}
        self._answer(
            lambda: self._remote.delete(path, body, timeout=self._timeout, within=WHOLE_CALL)
        )

    def _control(self, edge: str, psid: str, metadata: str, **more: str) -> None:
        self._post(edge, {"recipient": {"id": psid}, "metadata": metadata, **more})

    def _post(self, edge: str, body: JSON) -> JSON:
        path, proven = f"{self._page_id}/{edge}", {**body, **self._proof}
        return self._answer(
            lambda: self._remote.post(path, proven, timeout=self._timeout, within=WHOLE_CALL)
        )

    def _get(
        self,
        path: str,
        query: dict[str, str],
        *,
        headers: dict[str, str] | None = None,
        secrets: tuple[str, ...] = (),
        within: float = WHOLE_CALL,
    ) -> JSON:
        connect, read = self._timeout
        timeout = (min(connect, within), min(read, within))
        return self._answer(
            lambda: self._remote.get(
                path,
                query={**self._proof, **query},
                headers=headers,
                timeout=timeout,
                within=within,
            ),
            secrets,
        )

    def _answer(
        self, call: Callable[[], requests.Response], more_secrets: tuple[str, ...] = ()
    ) -> JSON:
        try:
            response = call()
        except requests.RequestException as error:
            raise _failure(error) from None  # its text holds the URL, and that the proof
        answer = _json(response)
        if isinstance(answer.get("error"), dict):
            if answer["error"].get("error_subcode") == MESSAGES_WENT_OUT:
                raise GraphOutcomeUnknown("Graph says that its answer is lost.")
            told = _without(self._secrets + more_secrets, answer["error"])
            raise rejected(told, retry_after=_regains_access(response.headers))
        if not response.ok:  # not Graph's own answer, but that of something before it
            raise GraphOutcomeUnknown(f"Graph answered {response.status_code} without an error.")
        return answer

    def close(self) -> None:
        """Close the connections that are kept open."""
        self._remote.close()


def _proof(app_secret: str, token: str) -> dict[str, str]:
    """Return the parameter that shows Graph that the token is in the app's own hands."""
    if not app_secret:
        return {}
    proof = hmac.new(app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()
    return {"appsecret_proof": proof}


def _without(secrets: tuple[str, ...], error: JSON) -> JSON:
    """Blank the secrets in what Graph tells of a refusal: it may quote a token that it can't read.

    What is told ends up in logs, in the database and before operators.
    """
    told = {name: str(error.get(name, "")) for name in ("message", "fbtrace_id")}
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        told = {name: text.replace(secret, "…") for name, text in told.items()}
    return error | told


def _json(response: requests.Response) -> JSON:
    """Read the answer. One that is no JSON object says nothing about what happened."""
    try:
        answer = read_json(response.content)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise GraphOutcomeUnknown(f"Graph answered {response.status_code} without JSON.")
    return answer


def _seconds(row: JSON) -> int:
    try:
        return int(datetime.fromisoformat(str(row.get("created_time"))).timestamp())
    except ValueError:
        return 0


def _regains_access(headers: Mapping[str, str]) -> int:
    """Read after how many milliseconds Graph expects to take this Page's calls again.

    https://developers.facebook.com/docs/graph-api/overview/rate-limiting
    """
    try:
        usage = json.loads(headers.get("X-Business-Use-Case-Usage", "{}"))
        minutes = [
            int(limit.get("estimated_time_to_regain_access", 0))
            for limits in usage.values()
            for limit in limits
        ]
    except (ValueError, TypeError, AttributeError):
        return 0
    return max(minutes, default=0) * 60_000


def _failure(error: requests.RequestException) -> GraphError:
    name = type(reason_of(error)).__name__
    return GraphUnreachable(name) if was_never_sent(error) else GraphOutcomeUnknown(name)
