"""Check what the action server answers as Rasa does, with the schema made ready once.

Rasa checks its own schema anew for every answer. That takes longer than the rest of a turn, and
nobody else is answered meanwhile: a server has one thread.
"""

from collections.abc import Callable
from typing import Any

from jsonschema.validators import validator_for
from rasa.core.actions.action import RemoteAction


def check_the_schema_once() -> None:
    """Change Rasa in this process: an answer that is as it should be is checked quickly.

    One that is not goes Rasa's own way, which says what is wrong with it.
    """
    schema = RemoteAction.action_response_format_spec()
    kind = validator_for(schema)
    kind.check_schema(schema)
    is_as_it_should_be: Callable[[dict[str, Any]], bool] = kind(schema).is_valid
    in_words = RemoteAction._validate_action_result  # noqa: SLF001 - there is no setting for it

    def validate(action: RemoteAction, result: dict[str, Any]) -> bool:
        return is_as_it_should_be(result) or in_words(action, result)

    RemoteAction._validate_action_result = validate  # noqa: SLF001 - as above
