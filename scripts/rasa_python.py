"""Find a Python that Rasa runs on. Standard library alone, as in `rasa_env.py`."""

import os
import shutil
import subprocess
import sys
from collections.abc import Collection, Iterator
from pathlib import Path

#: Extension modules that a home-built Python may lack and that Rasa's libraries import.
PROBE = "import bz2, ctypes, lzma, sqlite3, ssl, sys; print('%d.%d' % sys.version_info[:2])"


class RasaEnvError(Exception):
    """A step failed. The message is one that a user can act on."""


def version_of(python: str) -> str | None:
    """Return "3.10" or the like, or None when it does not run or lacks a module.

    A path is no proof: a pyenv shim exists for every version and exits 127 for most.
    """
    try:
        probe = subprocess.run(
            [python, "-c", PROBE], capture_output=True, text=True, timeout=30, check=True
        )
        return probe.stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return None


def places(version: str) -> Iterator[str]:
    """Yield where a Python of this version may be."""
    name = f"python{version}"
    if on_path := shutil.which(name):
        yield on_path
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    newest_first = sorted(pyenv.glob(f"versions/{version}.*/bin/{name}"), reverse=True)
    yield from map(str, newest_first)
    for folder in (sys.base_prefix + "/bin", "/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"):
        yield f"{folder}/{name}"


def find_python(versions: Collection[str]) -> tuple[str, str] | None:
    """Return path and version of a Python that Rasa can use; None when there is none here.

    ``versions`` are those it can, the better one first.
    """
    if chosen := os.environ.get("RASA_PYTHON"):
        version = version_of(chosen)
        if version is None or version not in versions:
            found = f"is Python {version}" if version else "does not run, or lacks a module"
            raise RasaEnvError(
                f"RASA_PYTHON={chosen} {found}; set it to a Python 3.10 or 3.11, or unset it"
            )
        return chosen, version
    for wanted in versions:
        for path in places(wanted):
            if version_of(path) == wanted:
                return path, wanted
    return None
