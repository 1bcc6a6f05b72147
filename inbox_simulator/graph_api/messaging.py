"""The Send API's edges: messages, and the attachments that are uploaded for them."""

from inbox_simulator.graph_api.caller import Caller
from inbox_simulator.platform import sending
from inbox_simulator.platform.coverage import assumed, documented
from inbox_simulator.platform.errors import JSON, EmptyMessageError, InvalidParameterError
from inbox_simulator.platform.limits import an_object, is_one_of
from inbox_simulator.platform.uploads import KINDS, Upload

#: Recipients of private replies, plugins and marketing messages. Better refused than dropped.
NOT_SIMULATED = (
    "user_ref", "comment_id", "post_id", "phone_number", "notification_messages_token",
    "one_time_notif_token",
)  # fmt: skip


def messages(caller: Caller) -> JSON:
    """https://developers.facebook.com/docs/messenger-platform/reference/send-api."""
    call = caller.call
    for name in NOT_SIMULATED:
        if name in (call.object("recipient") or {}):
            raise InvalidParameterError(f"(#100) The simulator knows no recipient by {name}")
    message, upload = _with_upload(caller, call.object("message"))
    request = sending.Send(
        psid=call.psid(),
        message=message,
        sender_action=_in_lower_case(call.text("sender_action")),
        payload=call.object("payload"),
        messaging_type=call.text("messaging_type"),
        notification_type=call.text("notification_type"),
        tag=call.text("tag"),
        thread_control=call.object("thread_control"),
        reply_to=call.object("reply_to"),
        persona_id=call.text("persona_id"),
    )
    sent = sending.send(caller.platform, caller.app, request, caller.now)
    if sent is None:
        return {"recipient_id": request.psid}
    answer: JSON = {"recipient_id": request.psid, "message_id": sent.mid}
    return {**answer, "attachment_id": upload.id} if upload is not None else answer


def _in_lower_case(name: str | None) -> str | None:
    """Return a name as most pages print it; the reference of the Page's edge has it in capitals.

    https://developers.facebook.com/docs/graph-api/reference/page/messages
    """
    return None if name is None else name.lower()


def message_attachments(caller: Caller) -> JSON:
    """Keep an attachment for later, from an address or from the request's file.

    https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/saving-assets
    """
    attachment = (caller.call.object("message") or {}).get("attachment")
    if attachment is None:
        raise EmptyMessageError
    return {"attachment_id": _keep(caller, an_object(attachment, "message[attachment]")).id}


def _with_upload(caller: Caller, message: JSON | None) -> tuple[JSON | None, Upload | None]:
    """Keep what a send uploads: a file in the request, or an address that is to be reusable.

    The attachment's id is told where the message says ``is_reusable``.
    """
    attachment = (message or {}).get("attachment")
    if message is None or not isinstance(attachment, dict):
        return message, None
    if not is_one_of(attachment.get("type"), KINDS):
        return message, None
    payload = attachment.get("payload") or {}
    reusable = isinstance(payload, dict) and str(payload.get("is_reusable")) in {"True", "true"}
    if not isinstance(payload, dict) or payload.get("attachment_id"):
        return message, None
    if not reusable and "filedata" not in caller.call.files:
        return message, None
    upload = _keep(caller, attachment)
    sent = {**attachment, "payload": {"url": upload.url}}
    return {**message, "attachment": sent}, upload if reusable else None


def _keep(caller: Caller, attachment: JSON) -> Upload:
    kind = attachment.get("type")
    if not isinstance(kind, str) or kind not in KINDS:
        raise InvalidParameterError(f"(#100) Unknown attachment type {kind}")
    payload = an_object(attachment.get("payload") or {}, "message[attachment][payload]")
    file = caller.call.files.get("filedata")
    attachment_id = caller.platform.ids.new_number()
    url = f"{caller.call.here}/_simulator/uploads/{attachment_id}"
    if file is None:
        url = str(payload.get("url") or "")
    upload = Upload(attachment_id, kind, caller.now, url, file)
    return caller.platform.uploads.add(upload)


COVERS = (
    documented("/messages", "recipient.id", "send-messages"),
    documented("/messages", "recipient.user_ref, comment_id, post_id", "send-messages", done=False),
    documented("/messages", "recipient.notification_messages_token", "send-messages", done=False),
    documented("/messages", "persona_id", "send-messages/personas"),
    documented("/messages", "is_reusable answers an attachment_id", "send-messages/saving-assets"),
    documented("/message_attachments", "by url, by filedata", "send-messages/saving-assets"),
    assumed("/messages", "an address is not fetched", why="nothing here goes out to the internet"),
)
