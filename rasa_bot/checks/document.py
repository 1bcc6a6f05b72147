"""Put the figures into docs/bot-quality.md, between its marks. Pure: others read and write."""

import re
from collections.abc import Iterator
from math import sqrt

from rasa_bot.checks.figures import HANDOFF, Count, Figures, Messages, Understanding

#: Minutes of an agent that a handoff takes which nobody asked for: opening, reading, closing it.
#: An assumption, to be replaced by a team's own.
MINUTES = 4


def fill_in(text: str, figures: Figures) -> str:
    """Return the document with the tables of these figures in place of the old ones."""
    tables = {
        "messages": messages(figures.messages),
        "understanding": understanding(figures.understanding),
        "thresholds": thresholds(figures.understanding),
    }
    for name, lines in tables.items():
        mark = rf"(<!-- figures: {name} -->\n).*?(<!-- end -->)"
        table = "\n".join([*lines, ""])
        text, found = re.subn(mark, rf"\g<1>{table}\g<2>", text, flags=re.DOTALL)
        if found != 1:
            raise ValueError(f"docs/bot-quality.md needs one place for the figures {name!r}")
    return text


def messages(figures: Messages) -> Iterator[str]:
    """Yield the table of the 120 messages."""
    yield "| of | | | with 95 % confidence |"
    yield "|---|---|---|---|"
    met = f"{figures.met} end with a person or a clear offer of one"
    yield (
        f"| {figures.asked} requests for a person | {met}, {figures.handed_over} of them at once "
        f"| {_percent(figures.met, figures.asked)} | {_range(figures.met, figures.asked)} |"
    )
    disturbed = f"{figures.disturbed} end with a person, or with one offered for nothing"
    yield (
        f"| {figures.ordinary} ordinary messages | {disturbed} "
        f"| {_percent(figures.disturbed, figures.ordinary)} "
        f"| {_range(figures.disturbed, figures.ordinary)} |"
    )
    yield ""
    yield (
        f"{figures.asked - figures.new_asked} of the requests, the shortest, are in the training "
        f"data word for word; of the other {figures.new_asked} the bot meets {figures.new_met}."
    )
    yield (
        f"Of the {figures.for_the_team} ordinary questions that only the team can answer, "
        f"{figures.offered} get the offer of a person."
    )
    yield ""
    yield (
        f"False handoffs cost {figures.cost(MINUTES):.0f} agent minutes for each 1,000 ordinary "
        f"messages, at {MINUTES} minutes each."
    )


def understanding(figures: Understanding) -> Iterator[str]:
    """Yield what becomes of each intent's examples, the worst understood first."""
    yield "| intent | examples | right | not understood | wrong | others taken for it |"
    yield "|---|---:|---:|---:|---:|---:|"
    counts = {intent: figures.count(intent) for intent in figures.taken_for}
    for intent, count in sorted(counts.items(), key=lambda item: item[1].right / item[1].total):
        yield f"| `{intent}` | {_counts(count)} | {figures.taken_for_it(intent) or ''} |"
    yield f"| **all** | {_counts(figures.overall)} | |"
    asked = counts[HANDOFF]
    yield ""
    yield (
        f"Of the requests for a person {_percent(asked.right, asked.total)} are understood at "
        f"once; of the other examples {figures.taken_for_it(HANDOFF)} are taken for one."
    )


def thresholds(figures: Understanding) -> Iterator[str]:
    """Yield what each threshold would make of the examples, with the bot's own in bold."""
    yield (
        "| threshold | right | not understood | wrong | of these a handoff nobody asked for "
        "| answered here and not one row below: wrong |"
    )
    yield "|---:|---:|---:|---:|---:|---:|"
    rows = list(figures.by_threshold.items())
    for (name, count), above in zip(rows, [*(row for _, row in rows[1:]), None], strict=True):
        cells = [
            name,
            _percent(count.right, count.total),
            _percent(count.not_understood, count.total),
            f"{_percent(count.wrong, count.total)} ({count.wrong})",
            str(count.handed_over),
            _of_the_newly_answered(count, above) if above else "",
        ]
        is_ours = float(name) == figures.threshold
        yield (
            "| " + " | ".join(f"**{cell}**" if is_ours and cell else cell for cell in cells) + " |"
        )


def _of_the_newly_answered(count: Count, above: Count) -> str:
    """Return how many of the examples are wrong that only the lower threshold answers."""
    answered = above.not_understood - count.not_understood
    wrong = count.wrong - above.wrong
    return f"{wrong} of {answered}, {wrong / answered * 100:.0f} %" if answered else ""


def _counts(count: Count) -> str:
    right = f"{_percent(count.right, count.total)}"
    return f"{count.total} | {right} | {count.not_understood or ''} | {count.wrong or ''}"


def _percent(part: int, whole: int) -> str:
    return f"{part / whole * 100:.1f} %"


def _range(part: int, whole: int, z: float = 1.96) -> str:
    """Return Wilson's interval: what share the same bot may show on other messages like these."""
    share = part / whole
    centre = share + z * z / (2 * whole)
    reach = z * sqrt(share * (1 - share) / whole + z * z / (4 * whole * whole))
    low, high = (max(0.0, min(1.0, (centre + s * reach) / (1 + z * z / whole))) for s in (-1, 1))
    return f"{low * 100:.0f} to {high * 100:.0f} %"
