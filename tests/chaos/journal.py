"""The simulator's journal, read while it grows and cut down to what the judge needs."""

import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from inbox_simulator.client import Client, ControlError

#: Seconds between two looks. The simulator keeps its newest ten thousand entries.
LOOK_EVERY = 0.5


@dataclass(frozen=True)
class Call:
    """One call to Graph. Times are the simulator's milliseconds."""

    psid: str
    edge: str
    began: int
    ended: int
    #: None where a fault lost the answer.
    status: int | None
    error: tuple[int | None, int | None]
    fault: str | None
    #: A message's own, which no other message has.
    metadata: str
    text: str

    @property
    def is_message(self) -> bool:
        """Tell a message from a typing bubble and from everything else."""
        return self.edge == "messages" and bool(self.metadata)

    @property
    def refused_for_owner(self) -> bool:
        """Whether Graph said that another app controls the thread."""
        return self.error == (10, 2018300)


@dataclass(frozen=True)
class Delivery:
    """One attempt to deliver a webhook."""

    psid: str
    began: int
    ended: int
    #: None where no answer came back.
    status: int | None
    #: False where a fault kept it from the bridge.
    arrived: bool
    channel: str
    event: dict[str, Any]

    @property
    def mid(self) -> str:
        """The mid of a person's message or tap, otherwise ""."""
        message, tap = self.event.get("message"), self.event.get("postback")
        if isinstance(message, dict):
            return "" if message.get("is_echo") else str(message["mid"])
        return str(tap["mid"]) if isinstance(tap, dict) else ""


@dataclass
class Journal:
    """Everything that went over the wire."""

    calls: list[Call] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)


class JournalReader:
    """Reads until it is told to stop."""

    def __init__(self, simulator_url: str) -> None:
        self.journal = Journal()
        self._client = Client(simulator_url)
        self._seen = 0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._read_on, daemon=True)
        self._lost = False

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def stop(self) -> Journal:
        """Read what is left, and return all of it."""
        self._stopping.set()
        self._thread.join()
        self._read()
        self._client.close()
        assert not self._lost, "the journal ran faster than it was read"
        return self.journal

    def _read_on(self) -> None:
        while not self._stopping.wait(LOOK_EVERY):
            with suppress(ControlError):  # it is busy; what falls out meanwhile is noticed
                self._read()

    def _read(self) -> None:
        for entry in self._client.get(f"journal?since={self._seen}"):
            self._lost |= self._seen > 0 and entry["seq"] != self._seen + 1
            self._seen = entry["seq"]
            if entry["kind"] == "call":
                self.journal.calls.append(_call(entry))
            elif entry.get("body"):
                self.journal.deliveries += _deliveries(entry)


def _call(entry: dict[str, Any]) -> Call:
    answer = entry["response"] or {}
    error = answer.get("error") or {} if isinstance(answer, dict) else {}
    message = (entry["body"] or {}).get("message") or {}
    return Call(
        psid=entry["psid"] or "",
        edge=entry["edge"],
        began=entry["at"],
        ended=entry["at"] + int(entry["ms"]) + 1,
        status=entry["status"],
        error=(error.get("code"), error.get("error_subcode")),
        fault=entry["fault"],
        metadata=str(message.get("metadata") or ""),
        text=str(message.get("text") or ""),
    )


def _deliveries(entry: dict[str, Any]) -> Iterator[Delivery]:
    for channel, each in zip(entry["channels"], entry["body"]["entry"], strict=True):
        (event,) = each[channel]
        yield Delivery(
            psid=entry["psid"],
            began=entry["at"],
            ended=entry["at"] + int(entry["ms"]) + 1,
            status=entry["status"],
            arrived=entry["response"] != "a fault kept it from the receiver",
            channel=channel,
            event=event,
        )
