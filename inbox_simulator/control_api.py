"""The control API: people, agents, time, faults and switches, from outside.

Under ``/_simulator/``; on loopback alone. Times are milliseconds. What people do is in
``people_api``.
"""

from typing import Any

from flask import Blueprint, Response, jsonify, request

from inbox_simulator import connecting, transcript
from inbox_simulator.client import USER_AGENT
from inbox_simulator.control_calls import (
    a_text,
    an_object,
    body,
    record_acts,
    refuse_in_words,
)
from inbox_simulator.platform import page_inbox, roles, switches, views
from inbox_simulator.running import simulator

JSON = dict[str, Any]
blueprint = Blueprint("control_api", __name__)
refuse_in_words(blueprint)
record_acts(blueprint)


@blueprint.post("/reset")
def reset() -> JSON:
    """Return to the seed."""
    seed, keep = body().get("seed"), bool(body().get("keep_apps"))
    simulator().reset(None if seed is None else int(seed), keep_apps=keep)
    with simulator().acting() as (platform, _):
        return {"epoch": platform.ids.epoch}


@blueprint.route("/pages", methods=["GET", "POST"])
def pages() -> Any:
    """List the Pages, or add one."""
    if request.method == "POST":
        return connecting.add_page(simulator(), body())
    with simulator().acting():
        return simulator().pages.as_json()


@blueprint.get("/apps")
def list_apps() -> list[JSON]:
    """List the connected apps."""
    with simulator().acting() as (platform, _):
        statuses = {app.app_id: simulator().sender.status(app) for app in platform.apps.values()}
        return views.apps_json(platform, statuses)


@blueprint.post("/apps")
def connect_app() -> JSON:
    """Connect another app, or change one that is connected."""
    app = connecting.connect(simulator(), body())
    return {"app_id": app.app_id, "status": simulator().sender.status(app)}


@blueprint.get("/threads/<psid>")
def show_thread(psid: str) -> JSON:
    """Show a thread: its owner, its folder and what was said."""
    with simulator().acting(psid=psid) as (platform, now):
        return views.thread_json(platform.thread(psid, now), now)


@blueprint.get("/threads/<psid>/transcript")
def show_transcript(psid: str) -> Response:
    """Show a thread as text, a line for each thing that was said."""
    with simulator().acting(psid=psid) as (platform, now):
        lines = transcript.lines(platform.thread(psid, now))
    return Response("".join(f"{line}\n" for line in lines), mimetype="text/plain")


@blueprint.get("/recording")
def show_recording() -> JSON:
    """Return the session since the last reset: what was done, and what came of it."""
    with simulator().acting():
        return simulator().recording.as_json(simulator().threads())


@blueprint.post("/inbox/<psid>/replies")
def agent_replies(psid: str) -> JSON:
    """Let an agent answer in the Page Inbox, in words or with a file."""
    values = body()
    with simulator().acting(psid=psid) as (platform, now):
        agent = str(values.get("agent") or platform.agents[0])
        text = str(values.get("text") or "")
        sent = page_inbox.reply(
            platform, psid, text, agent, now,
            attachment=an_object(values, "attachment"), reply_to=a_text(values, "reply_to"),
        )  # fmt: skip
        return {"mid": sent.mid}


@blueprint.post("/inbox/<psid>/<any(done, take, read):act>")
def agent_acts(psid: str, act: str) -> JSON:
    """Let an agent mark a thread done, move it to Main, or open it."""
    acts = {
        "done": page_inbox.mark_done,
        "take": page_inbox.move_to_main,
        "read": page_inbox.mark_read,
    }
    with simulator().acting(psid=psid) as (platform, now):
        thread = views.thread_json(acts[act](platform, psid, now), now)
    return {"success": True, "owner": thread["owner"], "folder": thread["folder"]}


@blueprint.route("/clock", methods=["GET", "POST"])
def clock() -> JSON:
    """Tell the time, or let it pass; then it is told once those who follow the clock know it."""
    running = simulator()
    if request.method == "POST":
        running.clock.advance(float(body().get("advance_seconds") or 0))
        with running.acting() as (_, now):
            for platform in running.pages:
                platform.expire_all(now)
        running.feed.note("clock")
        running.followers.wait()
    elif request.headers.get("User-Agent") != USER_AGENT:
        port = request.environ.get("REMOTE_PORT")
        running.followers.read(f"{request.remote_addr} {port}")
    return running.clock.as_json()


@blueprint.route("/faults", methods=["GET", "PUT"])
def faults() -> JSON:
    """Show the fault rules, or put others in force."""
    if request.method == "PUT":
        simulator().faults.replace(body())
        simulator().feed.note("faults")
    return simulator().faults.as_json()


@blueprint.route("/switches", methods=["GET", "PUT"])
def show_switches() -> JSON:
    """Show the switches with their options, or set some."""
    with simulator().acting() as (platform, now):
        if request.method == "PUT":
            values = body()
            values.pop("explanations", None)  # So that what GET answered can be put back.
            before = [(page, roles.assigned(page)) for page in simulator().pages]
            platform.switches.update(values)
            for page, roles_before in before:
                roles.tell_changes(page, roles_before, now)
            simulator().feed.note("switches")
        return switches_json(platform.switches)


def switches_json(values: switches.Switches) -> JSON:
    """Return the switches' values, and what each of them means."""
    return {**values.as_json(), "explanations": switches.explanations()}


@blueprint.get("/journal")
def journal() -> Response:
    """List calls and deliveries after ``since``, oldest first, as far as the filters fit."""
    wanted = request.args.to_dict()
    since = int(wanted.pop("since", None) or 0)
    return jsonify(simulator().journal.since(since, wanted))


@blueprint.post("/journal/<int:seq>/resend")
def resend(seq: int) -> tuple[JSON, int]:
    """Deliver the bytes of an earlier webhook once more."""
    entry = simulator().journal.get(seq)
    if entry is None or entry["kind"] != "delivery" or not entry["raw"]:
        return {"error": "The journal has no webhook with this number"}, 404
    simulator().resend(entry)
    return {"success": True}, 200


@blueprint.get("/uploads/<attachment_id>")
def show_upload(attachment_id: str) -> Response | tuple[JSON, int]:
    """Serve a file that an app uploaded; its address stands in the messages."""
    with simulator().acting():
        found = [page.uploads.by_id.get(attachment_id) for page in simulator().pages]
    upload = next(filter(None, found), None)
    if upload is None or upload.file is None:
        return {"error": "There is no uploaded file with this id"}, 404
    response = Response(upload.file.content, mimetype=upload.file.mimetype)
    # Whoever holds a token may upload anything: nothing of it runs here.
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@blueprint.get("/pending")
def pending() -> JSON:
    """Tell how many deliveries wait or are under way."""
    return {"deliveries": simulator().sender.pending}


@blueprint.put("/notice")
def notice() -> JSON:
    """Show a banner on the page, or clear it."""
    values = body()
    text = values.get("text")
    shown = None if not text else {"text": str(text), "ready": bool(values.get("ready"))}
    if shown != simulator().notice:
        simulator().notice = shown
        simulator().feed.note("notice")
    return {"notice": shown}


@blueprint.route("/<path:call>", methods=["GET", "POST", "PUT", "DELETE"])
def unknown(call: str) -> tuple[JSON, int]:
    """Say that there is no such call, in place of an answer by the Graph API."""
    return {"error": f"The control API has no {request.method} {call}"}, 404
