"""What goes wrong on purpose: rules for outgoing webhooks and for incoming Graph calls."""

import random
import threading
from dataclasses import dataclass, field
from typing import Any

JSON = dict[str, Any]
KINDS = {
    "webhook": ("duplicate", "reorder", "delay", "drop_response", "error"),
    "graph": ("delay", "delay_response", "drop_response", "error"),
}
MATCHES = frozenset({"edge", "app_id", "psid"})


class FaultRuleError(ValueError):
    """A rule that can't be read."""


@dataclass
class Rule:
    """One thing that goes wrong, where, how often and how many times."""

    on: str
    do: str
    match: dict[str, str] = field(default_factory=dict)
    error: JSON = field(default_factory=dict)
    probability: float = 1.0
    times: int | None = None
    seconds: float = 1.0
    used: int = 0

    @classmethod
    def read(cls, values: JSON) -> "Rule":
        """Check a rule as it came in."""
        unknown = set(values) - {*cls.__dataclass_fields__, "used"}
        if unknown:
            raise FaultRuleError(f"A rule has no {', '.join(sorted(unknown))}")
        rule = cls(**{"on": "", "do": "", **values, "used": 0})
        if rule.do not in KINDS.get(rule.on, ()):
            known = "; ".join(f"on {on}: {', '.join(kinds)}" for on, kinds in KINDS.items())
            raise FaultRuleError(f"A rule can't do {rule.do!r} on {rule.on!r}. {known}")
        if set(rule.match) - MATCHES:
            raise FaultRuleError("match knows edge, app_id and psid")
        if not 0 <= rule.probability <= 1 or rule.seconds < 0 or (rule.times or 0) < 0:
            raise FaultRuleError("probability is from 0 to 1; seconds and times are not negative")
        if not _is_error(rule.error):
            raise FaultRuleError(
                "error is {status, code, subcode, minutes, message, user_title, user_msg}; the"
                " first four are numbers, and status is from 200 to 599"
            )
        rule.match = {key: str(value) for key, value in rule.match.items()}
        return rule

    def fits(self, on: str, kinds: tuple[str, ...], names: JSON) -> bool:
        """Tell whether the rule is about this call or delivery and not used up."""
        if (
            self.on != on
            or self.do not in kinds
            or (self.times is not None and self.used >= self.times)
        ):
            return False
        return all(value in names.get(key, ()) for key, value in self.match.items())

    def as_json(self) -> JSON:
        """Return the rule with how often it struck."""
        return dict(self.__dict__)


def _is_error(error: Any) -> bool:
    if not isinstance(error, dict):
        return False
    numbers = [error.get(name, 0) for name in ("status", "code", "subcode", "minutes")]
    if not all(isinstance(number, int | None) for number in numbers):
        return False
    return 200 <= (error.get("status") or 400) < 600


class Faults:
    """The rules in force. The same seed and the same traffic give the same faults."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rules: list[Rule] = []
        self._seed: int | None = None
        self._random = random.Random()  # noqa: S311 -- chooses faults, guards nothing

    def replace(self, values: JSON) -> None:
        """Put these rules in force, in place of all others."""
        rules = [Rule.read(rule) for rule in values.get("rules") or []]
        with self._lock:
            self._rules, self._seed = rules, values.get("seed")
            self._random = random.Random(self._seed)  # noqa: S311 -- as above

    def as_json(self) -> JSON:
        """Return the rules and the seed."""
        with self._lock:
            return {"seed": self._seed, "rules": [rule.as_json() for rule in self._rules]}

    def strike(
        self, on: str, kinds: tuple[str, ...], **names: tuple[str | None, ...]
    ) -> Rule | None:
        """Return the first rule that strikes this call or delivery, and count it.

        ``names`` gives, for edge, app_id and psid, every name under which a rule may match.
        """
        with self._lock:
            for rule in self._rules:
                if rule.fits(on, kinds, names) and self._random.random() < rule.probability:
                    rule.used += 1
                    return rule
        return None
