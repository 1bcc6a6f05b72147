"""Make `.venv`, the environment of the bridge and the simulator, from the hashed requirements.

Runs before anything is installed, so it needs the standard library alone. A finished install leaves
a stamp with the hash of what it was made from, and the next run does nothing. An install that was
cut short leaves its marker, and the next run starts over.
"""

import fcntl
import hashlib
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
#: What each kind of environment is installed from. Everything in "run" is in "dev" too.
REQUIREMENTS = {"run": "requirements.txt", "dev": "requirements-dev.txt"}
#: The Python outside every virtual environment: in an activated shell ours may be `.venv`'s own.
PYTHON = Path(sys.base_prefix) / "bin" / "python{}.{}".format(*sys.version_info)


class InstallError(Exception):
    """The environment could not be made. The message says what to do next."""


class BridgeEnvironment:
    """The `.venv` of one checkout."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._folder = root / ".venv"
        self._marker = self._folder / ".installing"

    def ensure(self, kind: str) -> None:
        """Make the environment hold what `kind` ("run" or "dev") needs. Raises InstallError."""
        if self._holds(kind):
            return
        with _alone(self._root / "var" / "bridge-env.lock"):
            if self._holds(kind):  # another process made it while we waited
                return
            self._install(kind)

    def _holds(self, kind: str) -> bool:
        if self._marker.exists() or not self._python.exists():
            return False
        sufficient = ["dev"] if kind == "dev" else ["run", "dev"]
        return any(self._stamp(k) == self._fingerprint(k) for k in sufficient)

    @property
    def _python(self) -> Path:
        return self._folder / "bin" / "python"

    def _stamp_file(self, kind: str) -> Path:
        return self._folder / f".installed-{kind}"

    def _stamp(self, kind: str) -> str:
        try:
            return self._stamp_file(kind).read_text()
        except OSError:
            return ""

    def _fingerprint(self, kind: str) -> str:
        """Hash what the environment is made from. Its path counts: scripts in it name it."""
        requirements = (self._root / REQUIREMENTS[kind]).read_bytes()
        return hashlib.sha256(bytes(self._folder) + b"\0" + requirements).hexdigest()

    def _install(self, kind: str) -> None:
        started = time.monotonic()
        print(f"bridge: installing its packages into .venv ({REQUIREMENTS[kind]}) …", flush=True)
        if self._marker.exists() or not self._is_sound():
            shutil.rmtree(self._folder, ignore_errors=True)
            self._create()
        self._marker.touch()
        uv = self._install_uv()
        install: list[str | Path] = [uv, "pip", "install", "--quiet", "--python", self._python]
        install += ["--require-hashes", "--requirement", self._root / REQUIREMENTS[kind]]
        _run("the packages could not be installed", install)
        self._stamp_file(kind).write_text(self._fingerprint(kind))
        self._marker.unlink()
        print(f"bridge: installed in {time.monotonic() - started:.1f} s", flush=True)

    def _is_sound(self) -> bool:
        """Say whether an environment is there whose Python starts and that is where it was made.

        The programs in one that was moved name the Python of the place where it was before.
        """
        program = self._folder / "bin" / "flask"
        if program.exists() and str(self._folder) not in program.read_text():
            return False
        try:
            started = subprocess.run([self._python, "-c", ""], capture_output=True, check=False)
        except OSError:
            return False
        return started.returncode == 0

    def _create(self) -> None:
        """Make an empty environment; without pip, which takes seconds and is needed only once."""
        _run(
            "no virtual environment could be made",
            [PYTHON, "-m", "venv", "--without-pip", self._folder],
        )

    def _install_uv(self) -> Path:
        """Install the locked uv: with this Python's pip, or with one put into the environment."""
        wanted = self._folder / "uv-requirement.txt"
        wanted.write_text(locked("uv", (self._root / REQUIREMENTS["dev"]).read_text()))
        install = ["install", "--quiet", "--disable-pip-version-check", "--no-input", "--no-deps"]
        install += ["--require-hashes", "--requirement", str(wanted)]
        outside: list[str | Path] = [PYTHON, "-m", "pip", "--python", self._python, *install]
        if subprocess.run(outside, capture_output=True, check=False).returncode != 0:
            hint = "this Python has neither pip nor ensurepip (Debian: apt install python3-venv)"
            _run(hint, [self._python, "-m", "ensurepip", "--upgrade"])
            _run("uv could not be installed", [self._python, "-m", "pip", *install])
        return self._folder / "bin" / "uv"


def locked(name: str, requirements: str) -> str:
    """Return one package's lines, version and hashes, from the text of a requirements file."""
    block = re.search(rf"^{re.escape(name)}==.*?(?=^\S|\Z)", requirements, re.MULTILINE | re.DOTALL)
    if block is None:
        raise InstallError(f"{name} is not in {REQUIREMENTS['dev']}: run `make lock`")
    return block.group()


def _run(failure: str, command: list[str | Path]) -> None:
    """Run one step quietly; on failure raise InstallError with the end of what it said."""
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode != 0:
        last_lines = "\n".join(done.stdout.strip().splitlines()[-15:])
        raise InstallError(f"{last_lines}\nbridge: {failure}. Run the same command again to retry.")


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Hold a lock file, so that two commands in one checkout don't install into each other."""
    lock.parent.mkdir(exist_ok=True)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def main() -> int:
    """Make the environment of the kind that was asked for; 0, or 1 with a line that says why."""
    kind = sys.argv[1] if len(sys.argv) > 1 else "run"
    try:
        BridgeEnvironment(ROOT).ensure(kind)
    except InstallError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
