from messenger_app.conversation.transcript import Line
from messenger_app.store import transcripts
from messenger_app.store.database import Database
from tests.unit.payloads import NOW

LINES = (
    Line("person", "Grüße 👋", NOW, "m_1", heard_by_bot=True),
    Line("bot", "Hello!", NOW + 1, "m_2"),
    Line("bot", "Later", NOW - 1, note="not said"),
)


def test_lines_come_back_in_the_order_in_which_they_became_known(database: Database) -> None:
    with database.writing() as connection:
        transcripts.add(connection, "a", LINES[:2])
        transcripts.add(connection, "b", (Line("human", "Hi", NOW),))
        transcripts.add(connection, "a", LINES[2:])
    with database.reading() as connection:
        assert transcripts.read(connection, "a") == list(LINES)


def test_no_lines_are_no_change(database: Database) -> None:
    with database.writing() as connection:
        transcripts.add(connection, "a", ())
    with database.reading() as connection:
        assert transcripts.read(connection, "a") == []
