"""Writes Graph calls into the journal, without secrets."""

from typing import TYPE_CHECKING, Any

from flask import Request

from inbox_simulator import redact
from inbox_simulator.graph_api import edges
from inbox_simulator.graph_api.parameters import GraphCall

if TYPE_CHECKING:
    from inbox_simulator.graph_api.views import Answer
    from inbox_simulator.server import Simulator

JSON = dict[str, Any]


def record(
    running: "Simulator", incoming: Request, answer: "Answer", *, at: int, ms: float
) -> None:
    """Add a call and its answer to the journal; times in milliseconds."""
    call = answer.call
    entry = {
        "at": at, "kind": "call", "app_id": answer.app_id,
        "method": incoming.method, "path": incoming.path,
        "query": redact.mapping(incoming.args.to_dict()),
        "headers": redact.mapping(dict(incoming.headers)),
        "body": _body(incoming, call), "raw": _raw(incoming),
        "status": None if answer.fault == "drop_response" else answer.status,
        "response": answer.body, "ms": ms,
        "edge": (call.edge or call.node) if call else "",
        "psid": edges.psid_of(call) if call else None, "fault": answer.fault,
    }  # fmt: skip
    with running.acting() as (first, _):
        secrets = {first.user.access_token}
        for platform in running.pages:
            secrets |= platform.tokens()
            secrets |= {app.app_secret for app in platform.apps.values()}
    secrets.add(call.access_token if call else "")
    running.journal.add(redact.scrub(entry, secrets - {""}))


def _raw(incoming: Request) -> str:
    raw = incoming.get_data(cache=True)
    if incoming.mimetype == "multipart/form-data":
        return f"(a form with files, {len(raw)} bytes)"
    return redact.raw_body(raw.decode(errors="replace"))


def _body(incoming: Request, call: GraphCall | None) -> JSON | None:
    """Return the parameters that came in the body."""
    if call is None or not call.raw:
        return None
    sent = {name: value for name, value in call.parameters.items() if name not in incoming.args}
    return redact.mapping(sent)
