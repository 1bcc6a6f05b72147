"""Talk to one Rasa server.

https://rasa.com/docs/rasa/connectors/your-own-website#restinput
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import requests

from messenger_app.conversation.events import HandoffAsked
from messenger_app.conversation.messages import BotMessage
from messenger_app.conversation.policy import address
from messenger_app.http import Remote, reason_of, was_never_sent
from messenger_app.rasa.errors import (
    BotCutOff,
    BotError,
    BotOutcomeUnknown,
    BotRejected,
    BotUnreachable,
)
from messenger_app.rasa.replies import from_rest, from_tracker
from messenger_app.wire import read_json

#: Seconds to connect, and seconds the bot may think.
TIMEOUT = (3.05, 8.0)
#: Seconds for a whole call: shorter than what a successor waits before it asks again.
WHOLE_CALL = 9.0

#: The same for a look whether it is there: whoever asks `/readyz` waits for no hung bot.
LOOK_TIMEOUT = (0.5, 0.5)
#: Seconds for a whole look, however slowly the server answers.
WHOLE_LOOK = 1.0

#: What gateways answer in the place of a bot that may still be thinking.
_GATEWAY = frozenset({502, 503, 504})

#: What leads words that Rasa would obey as an intent; see `as_words`.
_GUARD = "\u200b"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the bot said, and whether it asked for a human."""

    messages: tuple[BotMessage, ...]
    handoff: HandoffAsked | None


class RasaClient:
    """Asks one Rasa server. Safe to use from several threads."""

    def __init__(
        self,
        url: str,
        token: str | None = None,
        *,
        connections: int = 1,
        timeout: tuple[float, float] = TIMEOUT,
    ) -> None:
        """``token`` is Rasa's ``--auth-token``; it goes with what asks for it, the tracker, alone.

        Rasa takes it in the query only, so whatever logs addresses between here and there sees it.
        """
        #: Where the bot is; the Pages that have the same one know by it.
        self.url = address(url)
        self._timeout = timeout
        self._token = {"token": token} if token else {}
        self._remote = Remote(url.rstrip("/"), connections)

    def say(self, sender: str, text: str, metadata: dict[str, Any]) -> Answer:
        """Give the bot a person's words. They are never obeyed as an intent."""
        return self._ask(sender, as_words(text), metadata)

    def trigger(
        self, sender: str, intent: str, entities: dict[str, Any], metadata: dict[str, Any]
    ) -> Answer:
        """Send an intent of our own, such as ``/handback{…}``."""
        said = "/" + intent + (json.dumps(entities) if entities else "")
        return self._ask(sender, said, metadata)

    def tap(self, sender: str, payload: str, metadata: dict[str, Any]) -> Answer:
        """Give the bot the payload of a button that it offered itself."""
        return self._ask(sender, payload, metadata)

    def find_answer(self, sender: str, request_key: str) -> Answer | None:
        """Look in the tracker for what the bot answered to a question it may have heard.

        None where the tracker doesn't know the question (yet): Rasa saves it at the end of a turn.
        """
        path = f"conversations/{quote(sender, safe='')}/tracker"
        tracker = self._get(path, self._timeout, query=self._token)
        events = tracker.get("events") if isinstance(tracker, dict) else None
        found = from_tracker(events or [], request_key)
        return None if found is None else Answer(*found)

    def is_up(self) -> bool:
        """Say within a second whether the server answers; looking its name up may take longer.

        It opens its port only once the model is loaded.
        """
        try:
            self._get("version", LOOK_TIMEOUT, WHOLE_LOOK)
        except BotError:
            return False
        return True

    def close(self) -> None:
        """Close the connections that are kept open."""
        self._remote.close()

    def _ask(self, sender: str, message: str, metadata: dict[str, Any]) -> Answer:
        body = {"sender": sender, "message": message, "metadata": metadata}
        answer = self._answer(
            lambda: self._remote.post(
                "webhooks/rest/webhook", body, timeout=self._timeout, within=WHOLE_CALL
            )
        )
        if not isinstance(answer, list):
            raise BotRejected("The bot's answer is no list of messages.")
        return Answer(*from_rest(answer))

    def _get(
        self,
        path: str,
        timeout: tuple[float, float],
        within: float = WHOLE_CALL,
        query: dict[str, str] | None = None,
    ) -> Any:
        return self._answer(
            lambda: self._remote.get(path, query=query, timeout=timeout, within=within)
        )

    @staticmethod
    def _answer(call: Callable[[], requests.Response]) -> Any:
        try:
            response = call()
        except requests.RequestException as error:
            raise _failure(error) from None  # its text holds the URL, and that the token
        if not response.ok:
            kind = BotCutOff if response.status_code in _GATEWAY else BotRejected
            raise kind(f"The bot answered {response.status_code}.")
        try:
            return read_json(response.content)
        except ValueError:
            raise BotRejected("The bot's answer is no JSON.") from None


def as_words(text: str) -> str:
    """Keep what a person typed from being obeyed as an intent.

    Rasa strips leading white space and takes what follows a slash for an intent's name.
    """
    return _GUARD + text if text.strip().startswith("/") else text


def _failure(error: requests.RequestException) -> BotError:
    name = type(reason_of(error)).__name__
    return BotUnreachable(name) if was_never_sent(error) else BotOutcomeUnknown(name)
