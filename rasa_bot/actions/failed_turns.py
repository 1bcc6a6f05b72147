"""How often MoodBot has failed in a row. Kept nowhere: the conversation's record says it."""

from collections.abc import Iterable, Mapping
from typing import Any

#: What the bot does in a turn that failed: it asks for other words, or it is lost.
FAILED = frozenset({"utter_rephrase", "action_default_fallback"})


def count(events: Iterable[Mapping[str, Any]]) -> int:
    """Return how many turns in a row failed up to now; any turn that went well ends the row."""
    failed = 0
    for event in events:
        name = event.get("name")
        if event.get("event") == "action" and name != "action_listen":
            failed = failed + 1 if name in FAILED else 0
    return failed
