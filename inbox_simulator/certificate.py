"""A certificate for https, made at each start in a folder that goes away again.

Nobody trusts whoever issues it, unless a client is told to by the file ``authority``.
"""

import importlib
import ssl
import tempfile
from pathlib import Path

NAMES = ("localhost", "127.0.0.1", "::1")


class Certificate:
    """A certificate for this machine's own names, and for the host that is served."""

    def __init__(self, host: str) -> None:
        try:
            trustme = importlib.import_module("trustme")
        except ImportError:
            raise ValueError(
                "https needs the package trustme, which requirements-dev.txt has"
            ) from None
        authority = trustme.CA()
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(*dict.fromkeys((*NAMES, host))).configure_cert(self.context)
        self._folder = tempfile.TemporaryDirectory(prefix="inbox-simulator-")
        self.authority = Path(self._folder.name) / "authority.pem"
        authority.cert_pem.write_to_path(str(self.authority))

    def remove(self) -> None:
        """Remove the folder."""
        self._folder.cleanup()
