"""Show how far the demo is: one line for each step, and on a terminal one that counts along."""

import select
import shutil
import time
from typing import TextIO

#: Return to the start of the line and clear it.
_CLEAR = "\r\x1b[K"


class Progress:
    """Writes to a terminal, a file or a pipe; a terminal that was closed is no error."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._is_terminal = stream.isatty()
        self._started = time.monotonic()

    @property
    def elapsed_s(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._started

    @property
    def is_closed(self) -> bool:
        """Say whether the terminal is gone.

        SIGHUP alone does not tell: it goes to the first program in the terminal, and make keeps it.
        """
        if not self._is_terminal:
            return False
        poll = select.poll()
        poll.register(self._stream, 0)
        return bool(poll.poll(0))  # asked for nothing, it reports an error or the end

    def step(self, name: str, text: str) -> None:
        """Print a line that stays: when, what, and how it is."""
        self.say(f"  {self.elapsed_s:6.1f} s  {name:<10} {text}")

    def say(self, text: str = "") -> None:
        """Print lines that stay."""
        self._write(f"{_CLEAR if self._is_terminal else ''}{text}\n")

    def waiting(self, what: str) -> None:
        """Show what is waited for in a line that counts along; only where there is a terminal."""
        if self._is_terminal:
            line = f"  {self.elapsed_s:6.1f} s  waiting for {what}" if what else ""
            self._write(f"{_CLEAR}{line[: shutil.get_terminal_size().columns - 1]}")

    def _write(self, text: str) -> None:
        try:
            self._stream.write(text)
            self._stream.flush()
        except OSError:
            pass  # the terminal is gone; what is left to do goes on
