"""Plays a recorded session again, and says where it went another way."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from inbox_simulator import recording
from inbox_simulator.actors import Stage

JSON = dict[str, Any]
#: What a message shows; ids and times are new at every play.
SHOWN = ("author", "text", "choices", "attachments")


@dataclass
class Replay:
    """One play of a recording against a running simulator."""

    recorded: JSON
    stage: Stage
    #: Seconds for which nothing more may be said at the end.
    silence: float = 1.0
    #: What ids of the recording are now: PSIDs, Pages and mids.
    now: dict[str, str] = field(default_factory=dict)

    def play(self) -> list[str]:
        """Return the differences as sentences; none if everything was said again."""
        if self.recorded.get("format") != recording.FORMAT:
            raise ValueError("This is no recording of this version's")
        self.stage.client.post("reset", {"keep_apps": True})
        self.stage.client.put("switches", self.recorded["switches"])
        for number, step in enumerate(self.recorded["steps"], 1):
            if not self._caught_up(step["counts"]):
                return [f"Before act {number}, {_named(step)}:", *self._differences()]
            self._act(step)
        ends = {psid: len(thread["messages"]) for psid, thread in self._threads().items()}
        self._caught_up(ends)
        self.stage.patience.ever(lambda: False, self.silence)
        return list(self._differences())

    def _act(self, step: JSON) -> None:
        if step["path"] == "pages" and self._has_page(step["answer"].get("page_id")):
            return  # A reset that keeps who is connected keeps their Pages.
        path = "/".join(self.now.get(part, part) for part in step["path"].split("/"))
        client = self.stage.client
        call = client.put if step["method"] == "PUT" else client.post
        answer = call(path, self._renamed(step["body"]))
        for name in recording.IDS:
            if isinstance(step["answer"].get(name), str):
                self.now[step["answer"][name]] = str(answer.get(name))

    def _has_page(self, page_id: str | None) -> bool:
        return any(page["page_id"] == page_id for page in self.stage.client.get("pages"))

    def _renamed(self, value: Any) -> Any:
        """Put today's ids in place of the recording's."""
        if isinstance(value, dict):
            return {name: self._renamed(each) for name, each in value.items()}
        if isinstance(value, list):
            return [self._renamed(each) for each in value]
        return self.now.get(value, value) if isinstance(value, str) else value

    def _caught_up(self, counts: dict[str, int]) -> bool:
        """Wait until each thread has as many messages as it had; learn the ids of the new ones."""

        def there() -> bool:
            if self.stage.client.get("pending")["deliveries"]:
                return False
            return all(len(self._messages(psid)) >= count for psid, count in counts.items())

        try:
            self.stage.patience.wait_for(there, lambda: "")
        except AssertionError:
            return False
        for psid in counts:
            before = self._threads()[psid]["messages"]
            for old, new in zip(before, self._messages(psid), strict=False):
                self.now[old["mid"]] = new["mid"]
        return True

    def _threads(self) -> dict[str, JSON]:
        threads: dict[str, JSON] = self.recorded["threads"]
        return threads

    def _messages(self, psid: str) -> list[JSON]:
        return list(self._outcome(psid)["messages"])

    def _outcome(self, psid: str) -> JSON:
        """Return what stands in a person's thread now, as a recording has it."""
        if psid not in self.now:
            return {"messages": []}
        thread = self.stage.client.get(f"threads/{self.now[psid]}")
        owner = thread["owner"]["app_id"] if thread["owner"] else None
        messages = [recording.shown(**message) for message in thread["messages"]]
        return {"owner": owner, "folder": thread["folder"], "messages": messages}

    def _differences(self) -> Iterator[str]:
        for psid, before in self._threads().items():
            after = self._outcome(psid)
            yield from _compared(before, after)


def _compared(before: JSON, after: JSON) -> Iterator[str]:
    name = before["name"]
    for number, old in enumerate(before["messages"]):
        if number >= len(after["messages"]):
            yield f"{name}, message {number + 1}: missing is {_told(old)}"
            continue
        new = after["messages"][number]
        if any(old[part] != new[part] for part in SHOWN):
            yield f"{name}, message {number + 1}: {_told(new)} in place of {_told(old)}"
    for number in range(len(before["messages"]), len(after["messages"])):
        yield f"{name}, message {number + 1}: {_told(after['messages'][number])} is new"
    for what in ("owner", "folder"):
        if after.get(what) != before[what]:
            yield f"{name}: {what} is {after.get(what)} in place of {before[what]}"


def _told(message: JSON) -> str:
    extras = [*message["choices"], *(f"({kind})" for kind in message["attachments"])]
    return " ".join([f"{message['author']}: {message['text'] or ''!r}", *map(str, extras)])


def _named(step: JSON) -> str:
    return f"{step['method']} {step['path']}"
