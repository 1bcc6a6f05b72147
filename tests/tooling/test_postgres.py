"""The PostgreSQL server that the tests run."""

import shutil
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.support import postgres
from tests.support.postgres import Postgres

_MAKE = sql.SQL("CREATE TABLE kept (what text)")
_WRITE = sql.SQL("INSERT INTO kept VALUES ('said')")
_READ = sql.SQL("SELECT what FROM kept")


def test_what_was_committed_outlasts_a_kill_on_the_same_port():
    with Postgres() as server:
        server.run(_MAKE)
        server.run(_WRITE)
        server.kill()
        with pytest.raises(psycopg.OperationalError):
            server.run(_READ)
        assert server.start().run(_READ) == [("said",)]
        server.stop()
        assert server.start().run(_READ) == [("said",)]
    assert not server.folder.exists()


def test_each_database_is_empty_or_like_its_template(postgres):
    with postgres.database() as first:
        name = first.rsplit("/", 1)[1]
        postgres.run(_MAKE, name)
        postgres.run(_WRITE, name)
        with postgres.database(template=name) as second, postgres.database() as third:
            assert postgres.run(_READ, second.rsplit("/", 1)[1]) == [("said",)]
            with pytest.raises(psycopg.errors.UndefinedTable):
                postgres.run(_READ, third.rsplit("/", 1)[1])


def test_it_runs_from_a_folder_that_its_user_may_not_look_into(tmp_path):
    for part in (postgres._WHEEL, postgres._LIBRARIES):
        shutil.copytree(postgres.packages() / part, tmp_path / part)
    Path(tmp_path).chmod(0o700)
    with Postgres(durable=False, binaries=tmp_path / postgres._WHEEL / "bin") as server:
        assert server.run(sql.SQL("SELECT 1")) == [(1,)]
