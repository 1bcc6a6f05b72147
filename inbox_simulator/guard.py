"""Keeps the control API and the page on this machine, and other sites' pages away from all of it.

Control API and page ask for no password: whoever reaches them can speak as any person or agent. So
only loopback clients are served, and a foreign ``Host`` is refused (a name that was rebound to
127.0.0.1). The Graph API is for whoever has a token, and the demo's are published: another site's
page in the same browser must not use them.
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
    return None


def refuse_other_sites(request: Request) -> Response | None:
    """Return a refusal for what another site's page asks. Servers send no ``Origin``."""
    origin = request.headers.get("Origin")
    own = f"{request.scheme}://{request.host}"
    if origin is None or (origin == own and _host_name(request.host) in OWN_NAMES):
        return None
    return _refusal("Another site's page may not use the simulator")


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
