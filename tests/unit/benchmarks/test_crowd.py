"""Many stored conversations must look like those of a bridge that has run for a month."""

from collections.abc import Iterator

import pytest
from sqlalchemy import func, select

from benchmarks import crowd
from benchmarks.stores import SQLITE
from messenger_app.clock import Clock
from messenger_app.store.database import Database
from messenger_app.store.purge import BODY_DAYS, DAY, Purge
from messenger_app.store.tables import inbox_event, outbox, transcript

SIZE = 290


@pytest.fixture
def database() -> Iterator[Database]:
    built = Database(crowd.filled(SQLITE, SIZE))
    yield built
    built.close()
    crowd.close()


def test_their_times_are_spread(database: Database):
    times = inbox_event.c.finished_at, outbox.c.settled_at, transcript.c.at
    with database.reading() as connection:
        for time in times:
            asked = select(func.min(time), func.max(time), func.count(time.distinct()))
            first, last, different = connection.execute(asked).one()
            assert (crowd.DAYS - 1) * DAY < last - first < crowd.DAYS * DAY
            assert different >= SIZE - 1


def test_what_is_past_its_time_is_gone_and_nothing_else(database: Database):
    now = Clock.machine()
    with database.writing() as connection:
        assert Purge().run(connection, steady=0, machine=now, now=now) == 0
        kept = select(func.count()).where(inbox_event.c.body != b"")
        copies = SIZE * BODY_DAYS // crowd.DAYS
        assert connection.execute(kept).scalar_one() == copies + 1  # with their model
