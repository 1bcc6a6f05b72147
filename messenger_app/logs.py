"""Logs: one event a line, JSON where a machine reads it, columns where a person does."""

import contextlib
import json
import logging
import sys
from typing import Any, TextIO, cast

import orjson
import structlog

#: What must never be printed, whatever puts it into a log call.
SECRET_KEYS = frozenset(
    {"access_token", "authorization", "app_secret", "token", "signature", "body"}
)


def configure(*, as_json: bool, level: str = "INFO") -> None:
    """Set up logging for this process. Call once, before the first line."""
    logging.basicConfig(format="%(message)s", stream=sys.stderr, level=level, force=True)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger("urllib3").setLevel(logging.WARNING)
    renderer = (
        structlog.processors.JSONRenderer(_write_json)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            hide_secrets,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.WriteLoggerFactory(file=cast("TextIO", _Log(sys.stderr))),
        cache_logger_on_first_use=True,
    )


class _Log:
    """Where lines go. One that can't be written is left out: a full disk must stop no delivery."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, text: str) -> None:
        with contextlib.suppress(OSError):
            self._file.write(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError):
            self._file.flush()


def _write_json(line: dict[str, Any], **how: Any) -> str:
    """Write a line, also with what orjson refuses: half an emoji, a number of any size."""
    try:
        return orjson.dumps(line, default=how["default"]).decode()
    except orjson.JSONEncodeError:
        return json.dumps(line, **how)


def hide_secrets(
    _logger: object, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Blank what has no business in a log, as the last net below every call's own care."""
    for key in SECRET_KEYS & event.keys():
        event[key] = "…"
    return event
