"""A session, written down so that it can be played again: what people, agents and time did.

``python -m inbox_simulator record FILE`` keeps the session since the last reset; ``replay FILE``
plays it against whatever bot is connected, which is then expected to say the same again.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from inbox_simulator import redact
from inbox_simulator.platform.thread import REMEMBERED, Thread

JSON = dict[str, Any]
FORMAT = 1
#: A session of more acts than these is not kept.
MOST_ACTS = 10_000
#: Calls of the control API by which something happens; who reads or connects apps does not count.
ACTS = re.compile(r"people|people/\d+/\w+|inbox/\d+/\w+|clock|switches|faults|pages")
#: What an answer names that later acts may be about.
IDS = ("psid", "mid", "page_id")


@dataclass
class Recording:
    """The acts since the last reset, in order; without anybody's token."""

    switches: JSON
    steps: list[JSON] = field(default_factory=list)
    #: How many acts there were, also where they are not kept any more.
    acts: int = 0
    #: How many messages each thread had before the newest act.
    _counts: dict[str, int] = field(default_factory=dict)

    def note(self, step: JSON, before: dict[str, int]) -> None:
        """Add an act: ``method``, ``path``, ``body``, ``answer``; and what was there before."""
        news = {psid: count for psid, count in before.items() if self._counts.get(psid) != count}
        self._counts |= before
        self.acts += 1
        body = {name: x for name, x in step["body"].items() if name not in redact.SECRET_NAMES}
        answer = {name: step["answer"][name] for name in IDS if name in step["answer"]}
        self.steps.append({**step, "body": body, "answer": answer, "counts": news})
        if self.acts > MOST_ACTS:
            self.steps.clear()  # A part of a session plays nothing that can be compared.

    def as_json(self, threads: list[Thread]) -> JSON:
        """Return the acts, and what stands in each thread now.

        Raises ``ValueError`` for a session that is too long to be kept; a reset begins a new one.
        """
        if self.acts > MOST_ACTS or any(thread.forgotten for thread in threads):
            raise ValueError(
                f"The session is too long to be played again: it has more than {MOST_ACTS:,} acts,"
                f" or a thread more than {REMEMBERED:,} messages. A reset begins a new one"
            )
        return {
            "format": FORMAT,
            "switches": self.switches,
            "steps": self.steps,
            "threads": {thread.psid: _outcome(thread) for thread in threads},
        }


def counts(threads: list[Thread]) -> dict[str, int]:
    """Return how many messages each thread has."""
    return {thread.psid: len(thread.messages) for thread in threads}


def is_act(method: str, path: str) -> bool:
    """Tell whether a call of the control API lets something happen."""
    return method in {"POST", "PUT"} and ACTS.fullmatch(path) is not None


def _outcome(thread: Thread) -> JSON:
    return {
        "name": thread.person.name,
        "owner": thread.owner,
        "folder": thread.folder,
        "messages": [shown(**vars(message)) for message in thread.messages],
    }


def shown(**message: Any) -> JSON:
    """Return what a message shows, from the model or from the control API's answer."""
    choices = [*message["quick_replies"], *message["buttons"]]
    return {
        "mid": message["mid"],
        "author": message["author"],
        "text": message["text"],
        "choices": [choice.get("title") for choice in choices],
        "attachments": [each.get("type") for each in message["attachments"]],
    }
