"""Statements that are compiled once and then handed to the driver as text.

SQLAlchemy Core says what a statement is, for every database; for a row that is written thousands of
times a second, its own work at each execution costs more than the database's.
"""

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Executable

Row = Mapping[str, Any]


class Statement:
    """One statement for many rows, which all have the same names."""

    def __init__(self, statement: Executable | Mapping[str, Executable], *names: str) -> None:
        """``statement`` is by the database's name where they differ; every value is a name's."""
        self._statement = statement
        self._names = names
        self._compiled: dict[str, tuple[str, Callable[[Row], Any]]] = {}

    def each(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Execute it once for each row, in their order."""
        if rows:
            text, values = self._for(connection)
            connection.exec_driver_sql(text, [values(row) for row in rows])

    def _for(self, connection: Connection) -> tuple[str, Callable[[Row], Any]]:
        name = connection.dialect.name
        if name not in self._compiled:
            known = self._statement
            statement: Any = known[name] if isinstance(known, Mapping) else known
            compiled = statement.compile(dialect=connection.dialect, column_keys=[*self._names])
            order: list[str] | None = compiled.positiontup
            values = (
                itemgetter(*order) if order else dict
            )  # by place or by name, as the driver does
            self._compiled[name] = (str(compiled), values)
        return self._compiled[name]
