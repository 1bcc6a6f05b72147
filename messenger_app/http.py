"""Calls to one server over HTTP, each with an end by which it is over."""

from collections.abc import Mapping
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import (
    ConnectTimeoutError,
    MaxRetryError,
    NewConnectionError,
    ProxyError,
)
from urllib3.poolmanager import ProxyManager

from messenger_app import deadlines
from messenger_app.wire import write_json

JSON = dict[str, Any]


class _Watched(HTTPConnection):
    """Tells this thread's deadline what there is to cut."""

    def connect(self) -> None:
        """Connect. Raises ConnectTimeoutError where the deadline has passed: nothing was sent."""
        deadlines.uses(self)
        try:
            super().connect()
        except Exception as error:
            self._not_after_the_deadline(error)
            raise
        self._uses_its_socket()

    def request(self, *arguments: Any, **options: Any) -> None:
        """Send, unless the deadline has passed: then ConnectTimeoutError is raised."""
        if self.sock is not None:  # else it connects first, in time or not
            self._uses_its_socket()
        super().request(*arguments, **options)

    def _tunnel(self) -> None:
        """Ask a proxy for a way through. An answer that was cut looks like one that has ended."""
        super()._tunnel()
        self._not_after_the_deadline()

    def _uses_its_socket(self) -> None:
        """The socket itself: the connection lets go of it when an answer is to be the last."""
        deadlines.uses(self.sock)
        self._not_after_the_deadline()

    def _not_after_the_deadline(self, error: Exception | None = None) -> None:
        if deadlines.has_passed():
            raise ConnectTimeoutError(self, "The deadline has passed.") from error


class _WatchedTls(_Watched, HTTPSConnection):
    """The same over TLS."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Watched


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _WatchedTls


_POOLS = {"http": _Pool, "https": _TlsPool}


class WatchedAdapter(HTTPAdapter):
    """Lets `deadlines.deadline` cut the calls of a session, through a proxy too."""

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        """Make the pools of calls that go straight to their server."""
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, *arguments: Any, **options: Any) -> Any:
        """Make the pools of calls through this proxy. A SOCKS proxy needs its own kind."""
        manager = super().proxy_manager_for(*arguments, **options)
        if isinstance(manager, ProxyManager):
            manager.pool_classes_by_scheme = _POOLS
        return manager


class Remote:
    """One server. Safe to use from several threads.

    What requests finds out anew for each call is found out once: the proxies, the certificates,
    what `~/.netrc` says, and, for what is posted, the address and the headers.
    """

    def __init__(
        self,
        root: str,
        connections: int,
        *,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """``connections`` are kept open; ``headers`` go with every call."""
        self._root = root
        self._session = requests.Session()
        self._session.headers.update(headers or {})
        adapter = WatchedAdapter(pool_maxsize=connections)
        self._session.mount("http://", adapter)
        self._session.mount("https://", adapter)
        self._surroundings = self._session.merge_environment_settings(root, {}, None, None, None)
        self._posts: dict[str, requests.PreparedRequest] = {}

    def post(
        self, path: str, body: JSON, *, timeout: tuple[float, float], within: float
    ) -> requests.Response:
        """Post JSON. For addresses of which there are few: each is kept.

        ``timeout`` is in seconds to connect and between two bytes, ``within`` for the whole call.
        Raises requests.RequestException.
        """
        if path not in self._posts:
            prepared = self._prepare("POST", path, json={})
            prepared.headers.pop("Cookie", None)
            self._posts[path] = prepared  # whole: other threads use it from here on
        request = self._posts[path].copy()
        request.body = write_json(body)
        request.headers["Content-Length"] = str(len(request.body))
        if len(self._session.cookies):  # a load balancer's, to come back to the same server
            request.prepare_cookies(self._session.cookies)
        return self._send(request, timeout, within)

    def get(
        self,
        path: str,
        *,
        timeout: tuple[float, float],
        within: float,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Get what is there. The same times and errors as with `post`."""
        request = self._prepare("GET", path, params=query, headers=headers)
        return self._send(request, timeout, within)

    def delete(
        self, path: str, body: JSON, *, timeout: tuple[float, float], within: float
    ) -> requests.Response:
        """Delete what the JSON names. The same times and errors as with `post`."""
        return self._send(self._prepare("DELETE", path, json=body), timeout, within)

    def close(self) -> None:
        """Close the connections that are kept open."""
        self._session.close()

    def _prepare(self, method: str, path: str, **content: Any) -> requests.PreparedRequest:
        request = requests.Request(method, f"{self._root}/{path}", **content)
        return self._session.prepare_request(request)

    def _send(
        self, request: requests.PreparedRequest, timeout: tuple[float, float], within: float
    ) -> requests.Response:
        with deadlines.deadline(within):
            return self._session.send(request, timeout=timeout, **self._surroundings)


def reason_of(error: requests.RequestException) -> BaseException:
    """Return what lies behind a failure of requests."""
    cause = error.args[0] if error.args else None
    if not (isinstance(cause, MaxRetryError) and cause.reason):
        return error
    reason = cause.reason
    return reason.original_error if isinstance(reason, ProxyError) else reason


def was_never_sent(error: requests.RequestException) -> bool:
    """Tell "never sent" from "sent, no answer": only the first may be tried again blindly."""
    never_sent = NewConnectionError | ConnectTimeoutError | deadlines.NotWatched
    return isinstance(reason_of(error), never_sent)
