"""The table at the end, and what happened on a thread where a rule was broken."""

from collections import Counter
from collections.abc import Iterator

from inbox_simulator.client import JSON
from tests.chaos.judge import RULES, Offence
from tests.chaos.run import Outcome
from tests.chaos.truth import ThreadTruth

#: Lines of a thread's history that are shown, and how many around each that names what it is about.
LONGEST_HISTORY = 60
LINES_AROUND = 6
#: Threads whose history is shown, for each seed.
MOST_HISTORIES = 3


def table(outcomes: list[Outcome]) -> str:
    """Return a line for each seed, and their sum."""
    names = ["seed", "sent", "answered", "with humans", *RULES, "kills", "storms", "seconds"]
    rows = [_row(str(outcome.seed), [outcome]) for outcome in outcomes]
    if len(outcomes) > 1:
        rows.append(_row("all", outcomes))
    widths = [max(map(len, column)) for column in zip(names, *rows, strict=True)]
    lines = [
        "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        for row in [names, *rows]
    ]
    return "\n".join(lines)


def killed(outcomes: list[Outcome]) -> str:
    """Return who was ended how often, over all seeds."""
    times = sum((outcome.killed for outcome in outcomes), Counter[str]())
    return "ended: " + ", ".join(f"{name} {count}" for name, count in sorted(times.items()))


def _row(name: str, outcomes: list[Outcome]) -> list[str]:
    verdicts = [outcome.verdict for outcome in outcomes]
    figures = [
        sum(verdict.sent for verdict in verdicts),
        sum(verdict.answered for verdict in verdicts),
        sum(verdict.with_humans for verdict in verdicts),
        *(sum(len(verdict.offences[rule]) for verdict in verdicts) for rule in RULES),
        sum(outcome.killed.total() for outcome in outcomes),
        sum(outcome.storms.total() for outcome in outcomes),
        round(sum(outcome.seconds for outcome in outcomes)),
    ]
    return [name, *map(str, figures)]


def troubles(outcome: Outcome) -> str:
    """Return what went wrong with a seed: each offence, and some threads' histories."""
    lines = [f"Seed {outcome.seed}; logs and databases: {outcome.folder}"]
    if outcome.trouble:
        lines.append(f"  {outcome.trouble}")
    shown: set[str] = set()
    for rule, offences in outcome.verdict.offences.items():
        for offence in offences:
            lines.append(f"  {rule}: {offence.thread.name}: {offence.words}")
            if len(shown) < MOST_HISTORIES and offence.thread.name not in shown:
                shown.add(offence.thread.name)
                lines += [f"    {line}" for line in history(offence)]
                told = "\n".join(whole_history(offence.thread))
                (outcome.folder / f"{offence.thread.name}.txt").write_text(told)
    return "\n".join(lines)


def history(offence: Offence) -> list[str]:
    """Return the events around those that name what an offence is about.

    Each with the milliseconds since the thread's first; the whole of it is in the folder.
    """
    lines = whole_history(offence.thread)
    named = [word for word in offence.words.split() if word.startswith(("#", "m_", "mh:"))]
    about = {n for n, line in enumerate(lines) if any(name in line for name in named)}
    about = about or {len(lines) - 1}
    near = [n for n in range(len(lines)) if any(abs(n - each) <= LINES_AROUND for each in about)]
    shown = near[-LONGEST_HISTORY:]
    return [
        line
        for n, before in zip(shown, [shown[0], *shown], strict=False)
        for line in ([] if n - before <= 1 else ["      …"]) + [lines[n]]
    ]


def whole_history(thread: ThreadTruth) -> list[str]:
    """Return all that happened on a thread, a line an event."""
    events = sorted(_events(thread))
    began = events[0][0] if events else 0
    return [f"{at - began:7d}  {words}" for at, words in events]


def _events(thread: ThreadTruth) -> Iterator[tuple[int, str]]:
    for message in thread.shown["messages"]:
        heard = message["channels"].get(thread.our_app_id, "nobody")
        note = f" [{heard}, {message['mid']}]" if message["author"] == "person" else ""
        yield message["at"], f"{message['author']}: {message['text']!r}{note}"
    for owned in thread.shown["ownership"]:
        yield owned["from"], f"  owner is now {owned['app_id'] or 'nobody'} ({owned['cause']})"
    for call in thread.calls:
        status = "no answer" if call.status is None else f"{call.status}"
        why = "/".join(str(each) for each in call.error if each)
        fault = f", fault: {call.fault}" if call.fault else ""
        yield call.ended, f"  graph {call.edge}: {status} {why}{fault} {call.text[:60]!r}"
    for turn in thread.turns:
        yield turn.at, f"  bot heard {turn.message!r} {turn.metadata.get('request', '')}"
    for delivery in thread.deliveries:
        words = _described(delivery.event)
        if words:
            came = str(delivery.status) if delivery.arrived else "kept away"
            yield delivery.ended, f"  webhook {delivery.channel} {words}: {came}"


def _described(event: JSON) -> str:
    message = event.get("message") or {}
    at = event.get("timestamp", 0) % 100_000_000
    for kind in ("pass_thread_control", "take_thread_control", "request_thread_control"):
        if kind in event:
            return f"{kind} to {event[kind].get('new_owner_app_id')} at …{at}"
    if message:
        kind = f"echo of {message.get('app_id')}" if message.get("is_echo") else "message"
        return f"{kind} {str(message.get('text'))[-24:]!r} at …{at}"
    return f"postback {event['postback'].get('title')!r}" if "postback" in event else ""
