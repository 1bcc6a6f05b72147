"""Posts webhooks over connections that stay open.

requests finds out anew for each call what stays the same for an address: where it leads, which
headers go along, whether there are cookies. That is two thirds of what its call costs. Here it is
found out once, and urllib3, which requests itself calls, does the rest.
"""

from dataclasses import dataclass

import requests
import urllib3
from requests.utils import DEFAULT_CA_BUNDLE_PATH, default_headers

from inbox_simulator import links
from inbox_simulator.clock import stopwatch

#: Connections to one receiver that are kept open; more are opened while more are needed.
KEPT_OPEN = 32
LONGEST_TOLD = 2000


@dataclass(frozen=True)
class _Address:
    """Where the webhooks of one address go, and what goes along with each."""

    pool: urllib3.HTTPConnectionPool
    path: str
    headers: dict[str, str]


class Poster:
    """Posts to any number of addresses. Safe to use from several threads."""

    def __init__(self) -> None:
        self._addresses: dict[str, _Address] = {}

    def post(self, url: str, body: bytes, headers: dict[str, str]) -> tuple[int | None, str]:
        """Post within the deadline. Returns the status, none if there was no answer in time."""
        started = stopwatch()
        try:
            to = self._addresses.get(url) or self._look_up(url)
            response = to.pool.urlopen(
                "POST", to.path, body, {**to.headers, **headers},
                retries=False, redirect=False, timeout=links.DEADLINE,
            )  # fmt: skip
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            return None, f"no answer: {type(error).__name__}"
        if stopwatch() - started > links.DEADLINE:
            return None, "no answer within 5 s"
        return response.status, response.data[:LONGEST_TOLD].decode(errors="replace")

    def close(self) -> None:
        """Close the connections that are kept open."""
        for address in list(self._addresses.values()):
            address.pool.close()

    def _look_up(self, url: str) -> _Address:
        known = requests.Request("POST", url).prepare()
        tls = {"ca_certs": DEFAULT_CA_BUNDLE_PATH} if url.lower().startswith("https:") else {}
        pool = urllib3.connection_from_url(str(known.url), maxsize=KEPT_OPEN, **tls)
        headers = {**default_headers(), **known.headers}
        headers.pop("Content-Length")
        # Two threads that look up the same address at once agree on one of their pools.
        return self._addresses.setdefault(url, _Address(pool, known.path_url, headers))
