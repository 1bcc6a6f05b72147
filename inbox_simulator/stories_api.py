"""The control API's stories: which there are, and the one that is played on the page."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint

from inbox_simulator.control_calls import body, refuse_in_words
from inbox_simulator.running import simulator
from inbox_simulator.scenarios import story
from inbox_simulator.scenarios.player import known_pace

JSON = dict[str, Any]
blueprint = Blueprint("stories_api", __name__)
refuse_in_words(blueprint)


@blueprint.errorhandler(FileNotFoundError)
def _not_there(error: FileNotFoundError) -> tuple[JSON, int]:
    return {"error": str(error)}, 404


@blueprint.get("/stories")
def stories() -> JSON:
    """List the stories, and tell of the one that is played."""
    return {"stories": [_summary(known) for known in story.every()], "playing": _playing()}


@blueprint.post("/stories")
def start() -> JSON:
    """Play a story; ``fresh`` lets all people go first, ``paused`` waits for the first step."""
    values = body()
    names = {known.key: known for known in story.every()}
    chosen = names.get(str(values.get("name")))
    if chosen is None:
        raise FileNotFoundError(f"There is no story {values.get('name')!r}")
    pace = known_pace(values.get("pace", 1))
    running = simulator()
    if values.get("fresh"):
        running.reset(keep_apps=True)
    running.player.start(chosen, running.url, pace=pace, paused=bool(values.get("paused")))
    return {"playing": _playing()}


@blueprint.post("/stories/<any(pause, go_on, step, stop, leave):act>")
def act(act: str) -> JSON:
    """Pause, go on, play one step, stop, or leave the story to be gone on with by hand."""
    player = simulator().player
    acts: dict[str, Callable[[], None]] = {
        "pause": player.pause,
        "go_on": player.go_on,
        "step": player.step,
        "stop": player.end,
        "leave": lambda: player.end(keeps_settings=True),
    }
    acts[act]()
    return {"playing": _playing()}


@blueprint.put("/stories/pace")
def pace() -> JSON:
    """Play faster or slower."""
    simulator().player.set_pace(known_pace(body().get("pace", 1)))
    return {"playing": _playing()}


def _playing() -> JSON | None:
    return simulator().player.as_json()


def _summary(known: story.Scenario) -> JSON:
    return {
        "key": known.key,
        "name": known.name,
        "about": known.about,
        "needs": known.needs,
        "start": known.start,
        "bridge": known.bridge,
        "steps": len(known.steps),
    }
