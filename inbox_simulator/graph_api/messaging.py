"""The Send API's edge."""

from inbox_simulator.graph_api.caller import Caller
from inbox_simulator.platform import sending
from inbox_simulator.platform.errors import JSON


def messages(caller: Caller) -> JSON:
    """https://developers.facebook.com/docs/messenger-platform/reference/send-api."""
    call = caller.call
    request = sending.Send(
        psid=call.psid(),
        message=call.object("message"),
        sender_action=call.text("sender_action"),
        messaging_type=call.text("messaging_type"),
        tag=call.text("tag"),
        thread_control=call.object("thread_control"),
    )
    message = sending.send(caller.platform, caller.app, request, caller.now)
    if message is None:
        return {"recipient_id": request.psid}
    return {"recipient_id": request.psid, "message_id": message.mid}
