"""Ask the programs on this machine over HTTP, past any proxy that the environment names."""

import http.client
import json
from typing import Any
from urllib.parse import urlsplit


class NoAnswerError(Exception):
    """Nothing answered at that address, or not with the JSON that was asked for."""


def request(
    method: str, url: str, body: object = None, timeout_s: float = 1.0
) -> tuple[int, bytes]:
    """Send one request, with a JSON body if there is one; status and body, or NoAnswerError."""
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.netloc, timeout=timeout_s)
    content = None if body is None else json.dumps(body)
    headers = {} if content is None else {"Content-Type": "application/json"}
    try:
        connection.request(method, address.path or "/", content, headers)
        response = connection.getresponse()
        return response.status, response.read()
    except (OSError, http.client.HTTPException) as error:
        raise NoAnswerError(f"{method} {url}: {error}") from error
    finally:
        connection.close()


def answers(url: str) -> bool:
    """Say whether a GET of this address succeeds right now."""
    try:
        return request("GET", url)[0] == 200
    except NoAnswerError:
        return False


def call(method: str, url: str, body: object = None) -> Any:
    """Return the JSON of an answer with status 2xx; anything else raises NoAnswerError."""
    status, content = request(method, url, body, timeout_s=10.0)
    if not 200 <= status < 300:
        raise NoAnswerError(f"{method} {url}: status {status}")
    return json.loads(content)
