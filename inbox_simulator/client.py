"""Calls the control API of a running simulator."""

from typing import Any

import requests

JSON = dict[str, Any]


#: Tells people and agents from a bridge that follows the clock.
USER_AGENT = "inbox_simulator"


class ControlError(Exception):
    """The simulator refused a call, or is not there."""


class Client:
    """One connection to a simulator's control API."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/") + "/_simulator/"
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["User-Agent"] = USER_AGENT

    def close(self) -> None:
        """Close the connection."""
        self._session.close()

    def get(self, path: str) -> Any:
        """Read something."""
        return self._call("GET", path, None)

    def post(self, path: str, body: JSON | None = None) -> JSON:
        """Do something."""
        answer: JSON = self._call("POST", path, body)
        return answer

    def put(self, path: str, body: JSON) -> JSON:
        """Set something."""
        answer: JSON = self._call("PUT", path, body)
        return answer

    def _call(self, method: str, path: str, body: JSON | None) -> Any:
        try:
            response = self._session.request(method, self._url + path, json=body, timeout=10)
        except requests.RequestException as error:
            raise ControlError(f"No simulator answers at {self._url}: {error}") from error
        if not response.ok:
            raise ControlError(f"{method} {path}: {response.text.strip()}")
        return response.json()
