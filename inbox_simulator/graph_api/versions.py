"""Versions of the Graph API: any that was ever published is answered.

https://developers.facebook.com/docs/graph-api/guides/versioning

A call without a version gets the newest one, which is what a new app's dashboard is set to. A call
to one that has expired is served by the oldest that has not. One that is not published yet is no
path.
"""

import re

from inbox_simulator.platform.coverage import assumed, documented
from inbox_simulator.platform.errors import UnknownPathError

PREFIX = re.compile(r"v\d{1,4}\.\d{1,4}")
OLDEST = (21, 0)
NEWEST = (26, 0)


def is_version(part: str) -> bool:
    """Tell whether the first part of a path is a version."""
    return PREFIX.fullmatch(part) is not None


def served(version: str, path: str) -> str:
    """Return the version that answers, as the header ``facebook-api-version`` says it."""
    if not version:
        return _written(NEWEST)
    major, minor = version[1:].split(".")
    asked = int(major), int(minor)
    if asked > NEWEST:
        raise UnknownPathError(f"Unknown path components: /{path}")
    return _written(max(asked, OLDEST))


def _written(version: tuple[int, int]) -> str:
    return f"v{version[0]}.{version[1]}"


COVERS = (
    documented(
        "requests",
        "any published version, or none",
        "https://developers.facebook.com/docs/graph-api/guides/versioning",
    ),
    assumed("requests", "a version of the future is 2500", why="no client asks for one by design"),
)
