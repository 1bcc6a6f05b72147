"""What the bot said last, as Rasa keeps it. Pure."""

from collections.abc import Sequence
from itertools import islice
from typing import Any


def last_responses(events: Sequence[dict[str, Any]], count: int) -> list[str]:
    """Return the names of the responses behind the bot's last messages, the newest first.

    A message that was no response has an empty one.
    """
    messages = (event for event in reversed(events) if event["event"] == "bot")
    named = (str((event.get("metadata") or {}).get("utter_action") or "") for event in messages)
    return list(islice(named, count))
