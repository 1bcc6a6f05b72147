"""Keeps the control API and the page on this machine.

Neither asks for a password: whoever reaches them can speak as any person or agent. So only loopback
clients are served, a foreign ``Host`` is refused (a name that was rebound to 127.0.0.1), and so is
a request that another site's page makes.
"""

import ipaddress
from urllib.parse import urlsplit

from flask import Request, Response, jsonify

OWN_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


def refuse_strangers(request: Request) -> Response | None:
    """Return a refusal for a request that doesn't come from this machine."""
    if not _is_loopback(request.remote_addr or ""):
        return _refusal("The control API answers this machine alone")
    if _host_name(request.host) not in OWN_NAMES:
        return _refusal("The Host header must be localhost, 127.0.0.1 or [::1]")
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"{request.scheme}://{request.host}":
        return _refusal("Another site's page may not use the control API")
    return None


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _host_name(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def _refusal(why: str) -> Response:
    response = jsonify(error=why)
    response.status_code = 403
    return response
