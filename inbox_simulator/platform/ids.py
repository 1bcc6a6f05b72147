"""Ids that never repeat: PSIDs and mids carry an epoch which is new at every start and reset.

A bridge whose database outlives the simulator therefore never takes a new message for an old one.
"""

import base64
import hashlib

EPOCHS = 10_000_000


class Ids:
    """Hands out PSIDs and mids of one epoch; the same epoch hands out the same ids."""

    def __init__(self, epoch: int) -> None:
        self.epoch = epoch % EPOCHS
        self._people = 0
        self._messages = 0
        self._traces = 0
        self._numbers = 0

    def new_psid(self) -> str:
        """Return the next page-scoped id: sixteen digits, as Messenger's are."""
        self._people += 1
        return f"2{self.epoch:07d}{self._people:08d}"

    def new_mid(self) -> str:
        """Return the next message id, opaque like Messenger's: ``m_`` and URL-safe characters."""
        self._messages += 1
        return f"m_{self._token(f'message {self._messages}', 36)}"

    def new_number(self) -> str:
        """Return the next id of what has digits alone: a persona, an attachment, a token."""
        self._numbers += 1
        return f"1{self.epoch:07d}{self._numbers:08d}"

    def new_trace(self) -> str:
        """Return the next ``fbtrace_id`` of an error."""
        self._traces += 1
        return "A" + self._token(f"trace {self._traces}", 15)

    def _token(self, what: str, size: int) -> str:
        seed = f"{self.epoch} {what}".encode()
        digest = hashlib.blake2b(seed, digest_size=size).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def conversation_number(psid: str) -> str:
    """Return the digits of a conversation's id, from which nobody can read the PSID."""
    return str(10**14 + int(hashlib.sha256(psid.encode()).hexdigest(), 16) % 10**14)
