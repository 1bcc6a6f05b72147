import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from psycopg import sql
from sqlalchemy import inspect, text

from messenger_app.errors import SettingsError, StoreUnavailable
from messenger_app.store.database import Database, migrations_config
from messenger_app.store.tables import metadata
from tests.support.ports import free_port
from tests.support.postgres import PASSWORD, Postgres
from tests.unit.conftest import ROOT


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path, postgres: Postgres) -> Iterator[Database]:
    """A database of which nothing is there yet, not even the file's folder."""
    with postgres.database() as server:
        urls = {"sqlite": f"sqlite:///{tmp_path}/new/handover.db", "postgresql": server}
        built = Database(urls[request.param])
        yield built
        built.close()


#: Import everything first, then wait for the word, so that two of these meet.
MIGRATE = """
import sys
from messenger_app.store.database import Database, migrations_config
database = Database(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
database.upgrade()
"""


def test_a_new_database_is_not_current_until_it_is_migrated(empty: Database) -> None:
    assert not empty.is_current()
    empty.upgrade()
    assert empty.is_current()


def test_migrating_twice_changes_nothing(database: Database) -> None:
    database.upgrade()
    assert database.is_current()


def test_an_older_release_works_with_the_tables_of_a_newer_one(database: Database) -> None:
    with database.writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    database.upgrade()
    assert database.is_current()


def test_the_migrations_make_the_tables_that_the_code_uses(database: Database) -> None:
    with database.reading() as connection:
        looked_at = inspect(connection)
        for table in metadata.sorted_tables:
            columns = {
                column["name"]: column["nullable"] for column in looked_at.get_columns(table.name)
            }
            assert columns == {column.name: column.nullable for column in table.columns}
            indexes = {index["name"] for index in looked_at.get_indexes(table.name)}
            assert {index.name for index in table.indexes} <= indexes


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_several_processes_may_migrate_at_once(
    kind: str, tmp_path: Path, postgres: Postgres
) -> None:
    if kind == "sqlite":
        migrate_at_once(f"sqlite:///{tmp_path}/handover.db")
        return
    with postgres.database() as url:
        migrate_at_once(url)


def test_a_table_that_somebody_has_locked_is_not_waited_for_long(postgres: Postgres) -> None:
    with postgres.database() as url:
        database = Database(url)
        migrate_to(database, "0004")
        with database.writing() as other:
            other.exec_driver_sql("LOCK TABLE inbox_event IN ROW EXCLUSIVE MODE")  # as who writes
            with pytest.raises(StoreUnavailable, match="lock timeout"):
                database.upgrade()
        assert not database.is_current()
        database.upgrade()
        assert database.is_current()
        database.close()


def migrate_to(database: Database, revision: str) -> None:
    config = migrations_config()
    with database.writing() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def migrate_at_once(url: str) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", MIGRATE, url],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    errors = [process.communicate(timeout=60)[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], errors
    database = Database(url)
    assert database.is_current()
    database.close()


def test_a_commit_is_on_the_disk_when_it_returns(sqlite: Database) -> None:
    with sqlite.reading() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar_one() == "wal"
        assert connection.execute(text("PRAGMA synchronous")).scalar_one() == 2


@pytest.mark.parametrize(
    ("servers", "ours"), [("off", "on"), ("on", "on"), ("remote_apply", "remote_apply")]
)
def test_a_server_that_would_answer_before_the_disk_has_it_is_told_to_wait(
    postgres: Postgres, postgresql: Database, servers: str, ours: str
) -> None:
    name = sql.Identifier(postgresql.url.database or "")
    change = sql.SQL("ALTER DATABASE {} SET synchronous_commit = {}")
    postgres.run(change.format(name, sql.Literal(servers)))
    with postgresql.writing() as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar_one() == ours


def test_a_database_with_no_place_for_most_characters_is_refused_before_anything_is_made(
    postgres: Postgres,
) -> None:
    url = postgres.url("latin")
    postgres.run(sql.SQL("CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1'"))
    database = Database(url)
    with pytest.raises(SettingsError, match="encoding is LATIN1"):
        database.upgrade()
    with database.reading() as connection:
        assert inspect(connection).get_table_names() == []
    database.close()
    postgres.drop(url)


def test_sqlite_is_new_enough_to_keep_its_log(sqlite: Database) -> None:
    assert sqlite.version() >= (3, 51, 3)


def test_a_failed_transaction_leaves_nothing(database: Database) -> None:
    insert = text("INSERT INTO transcript VALUES (1, 't', 1, 'bot', NULL, 'Hi', false, '')")

    def write_twice() -> None:
        with database.writing() as connection:
            connection.execute(insert)
            connection.execute(insert)

    with pytest.raises(StoreUnavailable, match=r"(?i)unique"):
        write_twice()
    with database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM transcript")).scalar_one() == 0


def test_a_reader_waits_for_no_writer(database: Database) -> None:
    with database.writing(), database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM transcript")).scalar_one() == 0


def test_an_error_does_not_repeat_what_people_wrote(database: Database) -> None:
    insert = text("INSERT INTO transcript VALUES (:id, NULL, 1, 'bot', NULL, :words, 0, '')")
    with pytest.raises(StoreUnavailable) as raised, database.writing() as connection:
        connection.execute(insert, {"id": 1, "words": "Nobody's business"})
    assert "Nobody's business" not in str(raised.value) + str(raised.value.__cause__)


def test_a_file_that_is_no_database_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "handover.db").write_bytes(b"words " * 1000)
    database = Database(f"sqlite:///{tmp_path}/handover.db")
    with pytest.raises(StoreUnavailable, match="file is not a database"):
        database.is_current()
    database.close()


def test_a_full_disk_is_unavailable_and_harms_nothing(sqlite: Database) -> None:
    with sqlite.reading() as connection:  # this pool's one connection: its file may not grow
        connection.execute(text("PRAGMA max_page_count = 1"))
    insert = text("INSERT INTO transcript VALUES (NULL, 't', 1, 'bot', NULL, :words, 0, '')")
    with (
        pytest.raises(StoreUnavailable, match="full"),
        sqlite.writing() as connection,
    ):
        connection.execute(insert, {"words": "x" * 100_000})
    assert sqlite.is_current()


def test_a_writer_that_takes_too_long_makes_it_unavailable_until_it_is_done(
    sqlite: Database, tmp_path: Path
) -> None:
    other = Database(f"sqlite:///{tmp_path}/handover.db")
    with other.reading() as connection:  # this pool's one connection, with less patience
        connection.execute(text("PRAGMA busy_timeout = 50"))
    with (
        sqlite.writing(),
        pytest.raises(StoreUnavailable, match="locked"),
        other.writing(),
    ):
        pass
    with other.writing():
        pass
    other.close()


# A server that can't be reached

WRONG = "another-password"


def refused(url: str) -> str:
    """Say what is told, and what is told of its cause, where this can't be connected to."""
    database = Database(url)
    with pytest.raises(StoreUnavailable) as reading, database.reading():
        pass
    with pytest.raises(StoreUnavailable) as writing, database.writing():
        pass
    database.close()
    return " ".join(map(repr, (reading.value, reading.value.__cause__, writing.value)))


@pytest.mark.parametrize(
    "address",
    [
        f"postgres:{WRONG}@127.0.0.1:{{port}}/postgres",
        f"127.0.0.1:{{port}}/postgres?user=postgres&password={WRONG}",
    ],
)
def test_a_password_that_is_refused_is_not_repeated(postgres: Postgres, address: str) -> None:
    told = refused("postgresql://" + address.format(port=postgres.port))
    assert "password authentication failed" in told
    assert WRONG not in told


def test_a_server_that_is_away_is_named_without_its_password() -> None:
    told = refused(f"postgresql://postgres:{PASSWORD}@127.0.0.1:{free_port()}/handover")
    assert "Connection refused" in told
    assert PASSWORD not in told


# The URL


def test_the_folder_is_made_where_there_is_none(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/a/b/handover.db")
    assert (tmp_path / "a" / "b").is_dir()
    assert database.path_beside(".bell") == tmp_path / "a" / "b" / "handover.db.bell"
    database.close()


@pytest.mark.parametrize("driver", ["mysql", "postgresql+psycopg2", "sqlite+aiosqlite"])
def test_a_database_that_is_not_known_is_refused_by_its_name(driver: str) -> None:
    with pytest.raises(SettingsError, match=r"DATABASE_URL: \S+ is not known here") as raised:
        Database(f"{driver}://somebody:a-password@127.0.0.1/handover")
    assert driver in str(raised.value)
    assert "a-password" not in str(raised.value)


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_a_server_can_be_named_in_every_way_that_hosts_do(scheme: str, postgres_url: str) -> None:
    database = Database(postgres_url.replace("postgresql", scheme, 1))
    assert database.is_current()
    assert database.path_beside(".bell") is None
    database.close()


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///file::memory:?uri=true",
        "sqlite:///file:a?mode=memory&cache=shared&uri=true",
    ],
)
def test_a_database_in_memory_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match=r"DATABASE_URL is in memory"):
        Database(url)


@pytest.mark.parametrize(
    "url", ["", "handover.db", "nothing://a-password@host", "postgresql://a:a-password@host:port/x"]
)
def test_a_url_that_can_not_be_read_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(SettingsError, match="DATABASE_URL") as raised:
        Database(url)
    assert "a-password" not in str(raised.value)


def test_a_folder_that_can_not_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(SettingsError, match="taken can't be made a folder: File exists"):
        Database(f"sqlite:///{tmp_path}/taken/handover.db")
