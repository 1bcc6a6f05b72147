"""What the action server answers is checked as Rasa does it, but its own schema only once."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from scripts.rasa_env import BOT, PYTHON

#: Checks the answers that come on stdin; tells for each what was wrong, and how often a schema was
#: checked meanwhile.
CHECK = """
import json, sys
from jsonschema import ValidationError
from jsonschema.validators import validator_for
from action_answers import check_the_schema_once
from rasa.core.actions.action import RemoteAction

check_the_schema_once()
kind = validator_for(RemoteAction.action_response_format_spec())
keep, checks, told = kind.check_schema, [], []
kind.check_schema = lambda schema: checks.append(schema) or keep(schema)
for answer in json.load(sys.stdin):
    checks.clear()
    try:
        said = RemoteAction("action_tell", None)._validate_action_result(answer)
    except ValidationError as error:
        said = error.message
    told.append([said, len(checks)])
print(json.dumps(told))
"""


def checked(answer: dict[str, Any]) -> tuple[bool | str, int]:
    command: list[str | Path] = [PYTHON, "-W", "ignore", "-c", CHECK]
    given = json.dumps([answer])
    done = subprocess.run(command, input=given, cwd=BOT, capture_output=True, text=True, check=True)
    ((said, checks),) = json.loads(done.stdout.splitlines()[-1])
    return said, checks


def test_an_answer_is_checked_without_checking_the_schema(trained: None) -> None:
    slot = {"event": "slot", "timestamp": None, "name": "topic", "value": "delivery"}
    assert checked({"events": [slot], "responses": [{"text": "Hello"}]}) == (True, 0)
    assert checked({"events": [], "responses": []}) == (True, 0)


@pytest.mark.parametrize("wrong", [{"events": [{"event": "slot"}]}, {"responses": ["Hello"]}])
def test_of_a_wrong_answer_rasa_says_what_is_wrong(trained: None, wrong: dict[str, Any]) -> None:
    said, _ = checked(wrong)
    assert "make sure your response from the Action endpoint is valid" in str(said)
