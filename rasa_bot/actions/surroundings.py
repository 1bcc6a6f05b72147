"""What the actions are told from outside: time, handoff targets, the person's language."""

import os
from datetime import datetime, timezone
from pathlib import Path

import ruamel.yaml
from rasa_sdk import Tracker

from actions.targets import Targets, read

BOT = Path(__file__).resolve().parent.parent


def now() -> datetime:
    """Return the present moment."""
    # Rasa's side has no clock of ours, and an older Python.
    return datetime.now(timezone.utc)  # noqa: TID251, UP017


def targets() -> Targets:
    """Read the targets anew each time: the file is small, and the operator may change it."""
    told = os.environ.get("HANDOFF_CONFIG")  # noqa: TID251 - another program than the bridge
    # The bridge starts in the project's folder, and so its setting is meant from there.
    path = BOT.parent / told if told else BOT / "handoff_config.yml"
    return read(ruamel.yaml.YAML(typ="safe").load(path))


def language_of(tracker: Tracker) -> str:
    """Return the language of the person's locale, such as ``de`` of ``de_AT``; empty if unknown."""
    locale = (tracker.latest_message.get("metadata") or {}).get("locale") or ""
    return str(locale).replace("-", "_").partition("_")[0]
