"""The Send API's edge."""

from inbox_simulator.graph_api.caller import Caller
from inbox_simulator.platform import sending
from inbox_simulator.platform.errors import JSON, InvalidParameterError

#: Better refused than dropped in silence.
NOT_SIMULATED = frozenset({"persona_id"})


def messages(caller: Caller) -> JSON:
    """https://developers.facebook.com/docs/messenger-platform/reference/send-api."""
    call = caller.call
    for name in NOT_SIMULATED & call.parameters.keys():
        raise InvalidParameterError(f"(#100) The simulator does not know the parameter {name}")
    request = sending.Send(
        psid=call.psid(),
        message=call.object("message"),
        sender_action=call.text("sender_action"),
        messaging_type=call.text("messaging_type"),
        tag=call.text("tag"),
        thread_control=call.object("thread_control"),
        reply_to=call.object("reply_to"),
    )
    message = sending.send(caller.platform, caller.app, request, caller.now)
    if message is None:
        return {"recipient_id": request.psid}
    return {"recipient_id": request.psid, "message_id": message.mid}
