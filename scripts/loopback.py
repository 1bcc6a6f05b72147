"""Ask the programs on this machine over HTTP, past any proxy that the environment names."""

import http.client
import json
from urllib.parse import urlsplit


def request(method: str, url: str, body: object = None, timeout_s: float = 1.0) -> int | None:
    """Send one request, with a JSON body if there is one; the status, or None without an answer."""
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.netloc, timeout=timeout_s)
    content = None if body is None else json.dumps(body)
    headers = {} if content is None else {"Content-Type": "application/json"}
    try:
        connection.request(method, address.path or "/", content, headers)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def answers(url: str) -> bool:
    """Say whether a GET of this address succeeds right now."""
    return request("GET", url) == 200
