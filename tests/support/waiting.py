"""Wait for a condition, never for a time."""

import time
from collections.abc import Callable

#: Seconds. Generous, since machines that run tests are shared; reached only when a test fails.
PATIENCE = 30.0


def wait_for(
    condition: Callable[[], object], what: str, *, within: float = PATIENCE, every: float = 0.02
) -> None:
    """Return once the condition holds; fail with ``what`` was waited for otherwise."""
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, f"waited {within:.0f} s in vain for: {what}"
        time.sleep(every)
