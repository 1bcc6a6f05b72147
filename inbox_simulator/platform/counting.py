"""Counts of calls over a while that moves with the clock."""

from collections import deque
from dataclasses import dataclass, field


@dataclass
class Usage:
    """When calls were made, by what is counted; milliseconds."""

    calls: dict[str, deque[int]] = field(default_factory=dict)

    def add(self, name: str, at: int, length: int) -> int:
        """Note a call, forget those that are too old, and return how many are left."""
        times = self.calls.setdefault(name, deque())
        times.append(at)
        while times[0] <= at - length:
            times.popleft()
        return len(times)
