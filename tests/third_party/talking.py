"""Talks to a published client that runs in a process of its own: one call and one answer a line."""

import json
import subprocess
from typing import Any


class ClientError(Exception):
    """The client raised. The message is the client's own."""


class Client:
    """A published client. ``client.call("sendText", psid, "Hi")`` calls its method."""

    def __init__(self, *command: object) -> None:
        self._process = subprocess.Popen(
            [str(part) for part in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True, bufsize=1,
        )  # fmt: skip

    def call(self, method: str, *values: Any) -> Any:
        """Call a method and return its answer; raise ``ClientError`` where the client raises."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"method": method, "values": values}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise ClientError("the client's process has ended")
        answer = json.loads(line)
        if "error" in answer:
            raise ClientError(answer["error"])
        return answer["answer"]

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=10)
        self._process.stdout.close()
