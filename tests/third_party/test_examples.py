"""The small bots that docs/simulator.md begins with, as they stand, in their own processes."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from inbox_simulator import Simulator
from inbox_simulator.scenarios.story import every
from inbox_simulator.wire import encode, signatures
from tests.support.ports import free_port
from tests.support.waiting import wait_for
from tests.third_party import installing

ROOT = Path(__file__).resolve().parents[2]
#: Stories that any bot can hold.
FOR_ANY_BOT = [story.key for story in every() if not (story.bridge or story.needs)]


def connection_in_the_document() -> dict[str, Any]:
    """Return what docs/simulator.md posts to connect a bot."""
    found = re.search(
        r"_simulator/apps .*? -d '(.*?)'", (ROOT / "docs/simulator.md").read_text(), re.DOTALL
    )
    assert found
    values: dict[str, Any] = json.loads(found[1])
    return values


@pytest.fixture(params=["small_bot.py", "small_bot.mjs"])
def webhook(request: pytest.FixtureRequest, simulator: Simulator, tmp_path: Path) -> Iterator[str]:
    """Where an example listens that is connected as the document says."""
    script, log = ROOT / "examples" / request.param, tmp_path / "log"
    program = Path(sys.executable) if script.suffix == ".py" else installing.node()
    port = free_port()
    with log.open("wb") as output:
        bot = subprocess.Popen(
            [program, script],
            env={**os.environ, "PORT": str(port), "GRAPH_API_URL": simulator.url},
            stdout=output,
            stderr=output,
        )
    url = f"http://127.0.0.1:{port}/webhook"
    try:
        wait_for(lambda: "Listening" in log.read_text(), f"{script.name}, see {log}")
        simulator.connect(**{**connection_in_the_document(), "webhook_url": url})
        yield url
    finally:
        bot.terminate()
        bot.wait(10)
    assert "Could not handle" not in log.read_text()


@pytest.mark.parametrize("story", FOR_ANY_BOT)
def test_a_small_bot_holds_every_story_that_any_bot_can(
    webhook: str, play: Callable[..., None], story: str
):
    play(story, silence=0.3)


def test_a_webhook_that_messenger_did_not_sign_is_refused(webhook: str):
    body = encode({"object": "page", "entry": []})
    forged = signatures(body, "another-secret")
    assert requests.post(webhook, data=body, headers=forged, timeout=10).status_code == 403
    assert requests.post(webhook, data=body, timeout=10).status_code == 403
    true = signatures(body, connection_in_the_document()["app_secret"])
    assert requests.post(webhook, data=body, headers=true, timeout=10).status_code == 200
