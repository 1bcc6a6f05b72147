"""Ask the platform, now and then, which language a person reads.

Nobody waits for it for long, and whatever goes wrong with it changes nothing but the language: it
is asked for right before the bot is, and what is not told in time is asked for again later.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

import structlog

from messenger_app.clock import Clock
from messenger_app.graph.client import GraphClient
from messenger_app.graph.errors import (
    AccessTokenInvalid,
    GraphError,
    GraphRejected,
    TemporarilyRefused,
)
from messenger_app.store.profiles import Profile

log = structlog.get_logger(__name__)

#: Seconds that a question to the bot waits for it, at most: so that both end within the time after
#: which another worker may ask again.
PATIENCE = 0.8

#: How long an answer holds, in milliseconds: a language; that there is none to be had (the app has
#: no permission, the person no profile); that nobody answered.
KNOWN_FOR = 30 * 24 * 60 * 60_000
REFUSED_FOR = 24 * 60 * 60_000
UNANSWERED_FOR = 10 * 60_000

#: How a locale looks that the platform supports.
#: https://developers.facebook.com/documentation/business-messaging/messenger-platform/messenger-profile/supported-locales
_LOCALE = re.compile(r"[a-z]{2,3}_[A-Z]{2}")


class UserProfiles:
    """The profiles of people on any Page. Safe to use from several threads."""

    def __init__(self, graph: Mapping[str, GraphClient], clock: Clock) -> None:
        """``graph`` is by Page id."""
        self._graph = graph
        self._clock = clock

    def fresh(self, page_id: str, psid: str, known: Profile) -> Profile:
        """Return what is known of a person, asked for again where it is time to."""
        graph, now = self._graph.get(page_id), self._clock.now()
        if graph is None or known.ask_again_at > now:
            return known
        try:
            locale = graph.locale(psid, within=PATIENCE)
        except GraphError as error:
            log.info("profile.not_told", page_id=page_id, psid=psid, reason=str(error))
            return replace(known, ask_again_at=now + _pause(error))
        if not _LOCALE.fullmatch(locale):
            return Profile(ask_again_at=now + REFUSED_FOR)
        return Profile(locale, told_at=now, ask_again_at=now + KNOWN_FOR)


def _pause(error: GraphError) -> int:
    """Return for how long not to ask again: a refusal stays one, a call that failed may work."""
    passing = isinstance(error, TemporarilyRefused | AccessTokenInvalid)
    return REFUSED_FOR if isinstance(error, GraphRejected) and not passing else UNANSWERED_FOR
