"""Statements that are compiled once and then handed to the driver as text.

SQLAlchemy Core says what a statement is, for every database; for a row that is written thousands of
times a second, its own work at each execution costs more than the database's.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Dialect, Executable, bindparam
from sqlalchemy.dialects import postgresql, sqlite

Row = Mapping[str, Any]
Values = Callable[[Row], Iterable[Any]]
Insert = sqlite.Insert | postgresql.Insert

#: How many rows are inserted together at most: few enough for every database's parameters.
MOST_TOGETHER = 64


class Statement:
    """One statement that is executed for one or many rows, all with the same names."""

    def __init__(self, statement: Executable, *names: str) -> None:
        """``names`` are an insert's columns; any other statement has bind parameters."""
        self._statement = statement
        self._names = names
        self._compiled: dict[str, tuple[str, Values]] = {}

    def each(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Execute it once for each row, in their order."""
        if rows:
            text, values = self._for(connection.dialect)
            connection.exec_driver_sql(text, list(map(values, rows)))

    def rows(self, connection: Connection, row: Row) -> Sequence[Any]:
        """Execute it once, and return the rows that it finds or returns."""
        text, values = self._for(connection.dialect)
        return connection.exec_driver_sql(text, tuple(values(row))).all()

    def _for(self, dialect: Dialect) -> tuple[str, Values]:
        if dialect.name not in self._compiled:
            text, order = _compile(self._statement, dialect, self._names or None)
            self._compiled[dialect.name] = (text, _in_order(order))
        return self._compiled[dialect.name]


class Inserts:
    """Rows that one statement inserts together: few steps in the database for many of them."""

    def __init__(self, build: Callable[[type[Insert]], Any], *names: str) -> None:
        """``build`` makes the statement, without rows, of the database's own kind of insert.

        ``names`` are columns in the table's order.
        """
        self._build = build
        self._names = names
        self._compiled: dict[tuple[str, int], str] = {}

    def together(self, connection: Connection, rows: Sequence[Sequence[Any]]) -> list[Any]:
        """Insert the rows in their order; return the column that it returns, if any.

        Each has its values in the order of the names.
        """
        returned: list[Any] = []
        for start in range(0, len(rows), MOST_TOGETHER):
            some = rows[start : start + MOST_TOGETHER]
            text = self._for(connection.dialect, len(some))
            result = connection.exec_driver_sql(text, tuple(chain.from_iterable(some)))
            if result.returns_rows:
                returned += result.scalars().all()
        return returned

    def _for(self, dialect: Dialect, rows: int) -> str:
        known = (dialect.name, rows)
        if known not in self._compiled:
            places: list[dict[str, Any]] = [
                {name: bindparam(f"{name}_of_{n}") for name in self._names} for n in range(rows)
            ]
            statement = self._build(_KINDS[dialect.name]).values(places)
            text, order = _compile(statement, dialect)
            if order != [f"{name}_of_{n}" for n in range(rows) for name in self._names]:
                raise ValueError("The names are not in the order of the table's columns.")
            self._compiled[known] = text
        return self._compiled[known]


def storable(text: str | None) -> str | None:
    """Return a text that every database takes: none of them keeps half an emoji, nor all a NUL."""
    if text is None or (text.isprintable() and text.isascii()):
        return text
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def _in_order(names: Sequence[str]) -> Values:
    if len(names) == 1:  # of one name `itemgetter` gives the bare value
        return lambda row: (row[names[0]],)
    return itemgetter(*names)


def _compile(
    statement: Any, dialect: Dialect, names: Sequence[str] | None = None
) -> tuple[str, list[str]]:
    """Return the text, and the names in the order of its places."""
    kind: Any = type(dialect)
    compiled = statement.compile(dialect=kind(paramstyle=_PLACES[dialect.name]), column_keys=names)
    return str(compiled), compiled.positiontup


_KINDS: dict[str, type[Insert]] = {"sqlite": sqlite.Insert, "postgresql": postgresql.Insert}
#: How a place for a value is written. Values by name would cost a lookup for each.
_PLACES = {"sqlite": "qmark", "postgresql": "numeric_dollar"}
