"""Change some of a frozen value's fields."""

import dataclasses
from typing import TYPE_CHECKING, Any

__all__ = ["replace"]

if TYPE_CHECKING:
    from dataclasses import replace  # so whoever checks types checks names and values too
else:

    def replace(old: Any, /, **changes: Any) -> Any:
        """Return a copy with these changes, as `dataclasses.replace` does.

        That one asks for each field and then sets each: 10 µs for a conversation, seven times an
        event. A class without slots has its fields in one place, which is copied as a whole in
        1 µs; what its constructor would work out is copied too.
        """
        try:
            fields = vars(old)
        except TypeError:  # it has slots
            return dataclasses.replace(old, **changes)
        changed = fields | changes
        if len(changed) != len(fields):
            raise TypeError(f"{type(old).__name__} has no {', '.join(changes.keys() - fields)}")
        new = object.__new__(type(old))
        object.__setattr__(new, "__dict__", changed)
        return new
