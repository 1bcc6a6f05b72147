"""What the platform says of people: their language, for as long as it may be kept."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, func, select, update

from messenger_app.store.tables import conversation as table


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of a person. Times are the bridge's."""

    #: The language they chose on Facebook, like ``de_DE``; None where it is not known.
    locale: str | None = None
    #: When the platform said so.
    told_at: int = 0
    #: When to ask again; 0 is at once.
    ask_again_at: int = 0


#: Of somebody who was never asked about.
UNKNOWN = Profile()


def save(connection: Connection, profiles: Mapping[str, Profile]) -> None:
    """Write what was learned, by thread."""
    rows = [
        {
            "_thread": thread,
            "locale": profile.locale,
            "locale_told_at": profile.told_at,
            "locale_due": profile.ask_again_at,
        }
        for thread, profile in profiles.items()
    ]
    if rows:
        connection.execute(_SAVE, rows)


def find(connection: Connection, thread: str) -> Profile:
    """Return what is known of the person on this thread."""
    row = connection.execute(select(table).where(table.c.thread == thread)).one_or_none()
    return Profile(row.locale, row.locale_told_at, row.locale_due) if row else UNKNOWN


def counts(connection: Connection) -> tuple[int, int]:
    """Return of how many people a language is known, and about how many the platform was asked."""
    row = connection.execute(
        select(func.count(table.c.locale), func.count()).where(table.c.locale_due > 0)
    ).one()
    return row[0], row[1]


def purge(
    connection: Connection, *, thread: str | None = None, before: int | None = None, most: int = 500
) -> int:
    """Forget up to ``most`` people's languages, of a thread or told before a time; return how many.

    Who writes again is asked about again.
    """
    known = select(table.c.thread).where(table.c.locale.is_not(None)).limit(most)
    if thread is not None:
        known = known.where(table.c.thread == thread)
    if before is not None:
        known = known.where(table.c.locale_told_at < before).order_by(table.c.locale_told_at)
    found = known.with_for_update(skip_locked=thread is None).cte()
    forget = update(table).where(table.c.thread.in_(select(found.c.thread)))
    return connection.execute(forget.values(locale=None, locale_told_at=0, locale_due=0)).rowcount


_SAVE = update(table).where(table.c.thread == bindparam("_thread"))
_SAVE = _SAVE.values(
    locale=bindparam("locale"),
    locale_told_at=bindparam("locale_told_at"),
    locale_due=bindparam("locale_due"),
)
