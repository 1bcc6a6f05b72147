"""What the doctor says of people's languages, and of a server that the bridge shares."""

from collections.abc import Callable, Iterator

import pytest
from psycopg import sql

from messenger_app.app import create_app
from messenger_app.bridge import Bridge
from messenger_app.doctor import ENOUGH_PEOPLE, examine
from messenger_app.store import profiles
from messenger_app.store.profiles import Profile
from tests.support.postgres import PASSWORD, Postgres
from tests.unit.conftest import MakeSettings
from tests.unit.payloads import NOW
from tests.unit.store.threads import thread, wake

GERMAN = Profile("de_DE", NOW, NOW + 1)
NOT_TOLD = Profile(ask_again_at=NOW + 1)


def said(bridge: Bridge, *told: Profile) -> list[tuple[str, str]]:
    people = {str(number): profile for number, profile in enumerate(told)}
    wake(bridge.database, "new", *people)
    with bridge.database.writing() as connection:
        profiles.save(connection, {thread(psid): it for psid, it in people.items()})
    found = examine(bridge)
    return [(each.verdict, each.says) for each in found if each.about == "languages"]


def test_languages_that_are_known_are_counted(bridge: Bridge) -> None:
    assert said(bridge, GERMAN, NOT_TOLD) == [("ok", "are known of 1 of 2 people.")]


def test_a_permission_that_is_missing_is_named_once_enough_people_wrote(bridge: Bridge) -> None:
    ((verdict, says),) = said(bridge, *[NOT_TOLD] * ENOUGH_PEOPLE)
    assert verdict == "warning"
    assert "pages_user_locale" in says


@pytest.mark.parametrize("told", [[], [NOT_TOLD] * (ENOUGH_PEOPLE - 1)])
def test_a_few_people_without_a_language_are_no_reason_to_worry(
    bridge: Bridge, told: list[Profile]
) -> None:
    assert said(bridge, *told) == []


# The database

#: As an older server would answer, to whoever asks in this database.
OLDER = """
    SET allow_system_table_mods = on;
    CREATE OR REPLACE FUNCTION pg_catalog.version() RETURNS text LANGUAGE sql STABLE STRICT
    AS $$ SELECT 'PostgreSQL 14.19 on x86_64-pc-linux-gnu, compiled by gcc, 64-bit' $$
"""


@pytest.fixture
def on_postgresql(make_settings: MakeSettings, postgres_url: str) -> Iterator[Callable[[], Bridge]]:
    """Builds a bridge on a server."""
    built: list[Bridge] = []

    def build() -> Bridge:
        built.append(create_app(make_settings(database_url=postgres_url)).extensions["bridge"])
        return built[-1]

    yield build
    for bridge in built:
        bridge.bell.close()
        bridge.database.close()


def says_of_database(bridge: Bridge) -> tuple[str, str]:
    (finding,) = (each for each in examine(bridge) if each.about == "database")
    return finding.verdict, finding.says


def test_a_server_is_told_with_its_version(
    on_postgresql: Callable[[], Bridge], postgres: Postgres
) -> None:
    ((version,),) = postgres.run(sql.SQL("SHOW server_version"))
    number = version.split()[0]
    assert says_of_database(on_postgresql()) == (
        "ok",
        f"is PostgreSQL {number}, and its tables are up to date.",
    )


def test_a_server_that_nobody_mends_any_more_is_a_failure(
    on_postgresql: Callable[[], Bridge], postgres: Postgres, postgres_url: str
) -> None:
    postgres.run(sql.SQL(OLDER), postgres_url.rsplit("/", 1)[1])
    verdict, says = says_of_database(on_postgresql())
    assert verdict == "failed"
    assert says == "is PostgreSQL 14.19, which nobody mends any more: use 15 or newer."


def test_a_server_that_went_away_is_a_failure_without_its_password(
    on_postgresql: Callable[[], Bridge], postgres: Postgres
) -> None:
    bridge = on_postgresql()
    postgres.drop(bridge.database.url.render_as_string(hide_password=False))
    verdict, says = says_of_database(bridge)
    assert verdict == "failed"
    assert says.endswith("Check DATABASE_URL.")
    assert PASSWORD not in says
