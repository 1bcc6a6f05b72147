"""A tracker store whose work hardly grows with the length of a conversation.

A conversation here is one session that never expires. Rasa's SQL store loads the whole of a session
for every message, so that a person's answers get slower the longer they have been a customer. It
has no limit of its own that works: `max_event_history` would make it count wrongly which events
are new, and save none.

It also waits for a database that is away for a moment. Without that Rasa would answer as if it had
never met the person, and keep the turn in its memory alone.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, TypeVar

from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.events import Event, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy import func
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

log = logging.getLogger(__name__)

#: Enough for some thirty turns. The bot's policies look at far fewer.
RECENT_EVENTS = 150

#: Seconds that a database may be away. Whoever asked gives up before, and that ends the turn.
PATIENCE = 30.0
#: Seconds between two tries.
PAUSE = 0.2

Result = TypeVar("Result")


async def once_it_is_there(do: Callable[[], Awaitable[Result]]) -> Result:
    """Do something with the database, again and again while it can't be reached."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return await do()
        except (OperationalError, InterfaceError) as error:
            if time.monotonic() > deadline:
                raise
            log.warning("The database of the conversations is away: %s", error.orig)
        await asyncio.sleep(PAUSE)


class RecentEventsTrackerStore(SQLTrackerStore):
    """Loads the newest events of a conversation, and before them the slots as they were."""

    def __init__(self, recent_events: int = RECENT_EVENTS, **settings: Any) -> None:
        super().__init__(**settings)
        self._recent_events = recent_events

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """Return the conversation from its newest events; None if there is none."""
        return await once_it_is_there(lambda: self._retrieve_recent(sender_id))

    async def retrieve_full_tracker(self, conversation_id: str) -> DialogueStateTracker | None:
        """Return the conversation from all of its events; None if there is none."""
        whole = super().retrieve_full_tracker
        return await once_it_is_there(lambda: whole(conversation_id))

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Add what is new in the conversation since it was loaded or last saved."""
        keep, tries = super().save, itertools.count()

        async def keep_once() -> None:
            # A try that failed may have been kept all the same, its confirmation lost.
            if next(tries) == 0 or not self._has_kept(tracker):
                await keep(tracker)

        await once_it_is_there(keep_once)
        tracker.events_in_store = len(tracker.events)

    def _has_kept(self, tracker: DialogueStateTracker) -> bool:
        """Whether the newest event is in the database; they go in all together."""
        row = self.SQLEvent
        with self.session_scope() as session:
            kept = session.query(row.data).filter(row.sender_id == tracker.sender_id)
            newest = kept.order_by(row.id.desc()).first()
        return newest is not None and newest.data == json.dumps(tracker.events[-1].as_dict())

    async def _retrieve_recent(self, sender_id: str) -> DialogueStateTracker | None:
        with self.session_scope() as session:
            recent = self._recent(session, sender_id)
            if not recent:
                return None
            slots = self._slots_before(session, sender_id, recent[0].id)
            events = [json.loads(row.data) for row in [*slots, *recent]]
        tracker = DialogueStateTracker.from_dict(sender_id, events, self.domain.slots)
        # Rasa changes this object and hands it back to `save`, maybe more than once.
        tracker.events_in_store = len(tracker.events)
        return tracker

    def _additional_events(
        self, session: Session, tracker: DialogueStateTracker
    ) -> Iterator[Event]:
        stored = getattr(tracker, "events_in_store", None)
        if stored is None:  # a new conversation, or a whole one: Rasa's own count is right
            return super()._additional_events(session, tracker)
        return itertools.islice(tracker.events, stored, None)

    def _recent(self, session: Session, sender_id: str) -> list[SQLTrackerStore.SQLEvent]:
        """Return the newest rows in order, from the start of a turn on."""
        row = self.SQLEvent
        newest_first = session.query(row).filter(row.sender_id == sender_id).order_by(row.id.desc())
        rows = newest_first.limit(self._recent_events).all()[::-1]
        if len(rows) < self._recent_events:
            return rows
        turns = (i for i, r in enumerate(rows) if r.action_name == "action_listen")
        return rows[next(turns, 0) :]

    def _slots_before(
        self, session: Session, sender_id: str, first_id: int
    ) -> list[SQLTrackerStore.SQLEvent]:
        """Return for each slot the last row that set it before the events that are loaded."""
        row = self.SQLEvent
        latest = (
            session.query(func.max(row.id))
            .filter(row.sender_id == sender_id, row.id < first_id)
            .filter(row.type_name == SlotSet.type_name)
            .group_by(row.action_name)
        )
        ids = [found for (found,) in latest]
        return session.query(row).filter(row.id.in_(ids)).order_by(row.id).all() if ids else []
