"""Statements that are handed to the driver as text, for either database."""

from dataclasses import replace

import pytest
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.dialects import postgresql

from messenger_app.conversation.commands import StopTyping
from messenger_app.store import conversations, inbox, outbox, transcripts
from messenger_app.store.database import Database
from messenger_app.store.statements import MOST_TOGETHER, Inserts, Statement, storable
from messenger_app.store.tables import CommandStatus, transcript

COLUMNS = ("thread", "at", "author", "mid", "text", "heard_by_bot", "note")


def row(number: int) -> dict[str, object]:
    return {
        "thread": "1:7",
        "at": number,
        "author": "bot",
        "mid": None,
        "text": f"word {number}",
        "heard_by_bot": bool(number % 2),
        "note": "",
    }


def said(database: Database) -> list[str]:
    with database.reading() as connection:
        return list(
            connection.execute(select(transcript.c.text).order_by(transcript.c.id)).scalars()
        )


@pytest.mark.parametrize("number", [0, 1, 2, MOST_TOGETHER, 2 * MOST_TOGETHER + 1])
def test_rows_are_written_in_their_order(database: Database, number: int) -> None:
    rows = [row(n) for n in range(number)]
    with database.writing() as connection:
        Statement(insert(transcript), *COLUMNS).each(connection, rows)
        values = [tuple(row.values()) for row in rows]
        Inserts(lambda kind: kind(transcript), *COLUMNS).together(connection, values)
    words = [f"word {n}" for n in range(number)]
    assert said(database) == [*words, *words]


def test_what_is_inserted_together_is_told(database: Database) -> None:
    inserts = Inserts(lambda kind: kind(transcript).returning(transcript.c.at), *COLUMNS)
    with database.writing() as connection:
        rows = [tuple(row(n).values()) for n in range(100)]
        assert inserts.together(connection, rows) == [*range(100)]


@pytest.mark.parametrize(
    "statement",
    [
        conversations._SAVE,
        conversations._RELEASE,
        inbox._FINISH,
        outbox._ADD,
        outbox._CHANGE,
        transcripts._ADD,
    ],
)
def test_each_statement_is_one_of_postgresqls_too(statement: Statement) -> None:
    text, _ = statement._for(postgresql.dialect())
    assert "$1" in text


@pytest.mark.parametrize("inserts", [conversations._WAKE, inbox._INSERT])
def test_each_insert_is_one_of_postgresqls_too(inserts: Inserts) -> None:
    text = inserts._for(postgresql.dialect(), 2)
    assert "ON CONFLICT" in text
    assert text.count("$") == 2 * len(inserts._names)


def test_an_insert_takes_its_names_in_the_order_of_the_tables_columns() -> None:
    mixed = Inserts(lambda kind: kind(transcript), *reversed(COLUMNS))
    with pytest.raises(ValueError, match="order"):
        mixed._for(postgresql.dialect(), 1)


def test_a_statement_with_one_name_takes_a_row_too(database: Database) -> None:
    noted = Statement(update(transcript).values(note=bindparam("note")))
    with database.writing() as connection:
        Statement(insert(transcript), *COLUMNS).each(connection, [row(1)])
        noted.each(connection, [{"note": "seen"}])
        assert connection.execute(select(transcript.c.note)).scalars().all() == ["seen"]


@pytest.mark.parametrize(
    ("words", "kept"), [(None, None), ("Grüße\n", "Grüße\n"), ("a\0b", "a\ufffdb"), ("\ud83d", "?")]
)
def test_what_no_database_keeps_is_replaced(words: str | None, kept: str | None) -> None:
    assert storable(words) == kept


def test_what_is_told_of_a_call_may_hold_any_character(database: Database) -> None:
    told = outbox.new(0, StopTyping())
    told = replace(told, status=CommandStatus.FAILED, mid="m\0", error="a\0b \ud83d")
    with database.writing() as connection:
        outbox.write(connection, {"1:7": [told]}, [], 1)
        assert outbox.counts(connection) == {"failed": 1}
