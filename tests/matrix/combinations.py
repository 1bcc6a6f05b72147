"""Values for all switches of the simulator at once, the harder ones first."""

import itertools
from collections.abc import Iterable, Mapping

from inbox_simulator.platform.switches import SWITCHES

Values = dict[str, str]
Pair = frozenset[tuple[str, str]]


def every(names: Iterable[str]) -> list[Values]:
    """Return each combination of these switches' values; of the others every pair comes up too.

    The first has the default of every switch, which is the harder value for a bridge.
    """
    names = sorted(names, key=list(SWITCHES).index)
    rest = pairwise({name: s.options for name, s in SWITCHES.items() if name not in names})
    product = itertools.product(*(SWITCHES[name].options for name in names))
    chosen = [dict(zip(names, values, strict=True)) for values in product]
    return [
        {**values, **others} for values, others in zip(chosen, itertools.cycle(rest), strict=False)
    ]


def pairwise(options: Mapping[str, Iterable[str]]) -> list[Values]:
    """Return combinations in which each value of a switch meets each value of every other one.

    They are found greedily, so they are few and not the fewest possible.
    """
    first = {name: next(iter(values)) for name, values in options.items()}
    missing = dict.fromkeys(_all_pairs(options))
    found: list[Values] = []
    row: Values = first
    while True:
        found.append(row)
        for pair in _pairs_of(row):
            missing.pop(pair, None)
        if not missing:
            return found
        row = _with(dict(next(iter(missing))), options, missing)


def _with(
    row: Values, options: Mapping[str, Iterable[str]], missing: Mapping[Pair, None]
) -> Values:
    """Give the other switches values, each that which meets most of what is still missing."""
    for name in [name for name in options if name not in row]:

        def gains(value: str, name: str = name) -> int:
            return sum(frozenset({(name, value), other}) in missing for other in row.items())

        row[name] = max(options[name], key=gains)
    return {name: row[name] for name in options}


def _all_pairs(options: Mapping[str, Iterable[str]]) -> Iterable[Pair]:
    for (one, values), (other, others) in itertools.combinations(options.items(), 2):
        for value, another in itertools.product(values, others):
            yield frozenset({(one, value), (other, another)})


def _pairs_of(row: Values) -> Iterable[Pair]:
    return map(frozenset, itertools.combinations(row.items(), 2))
