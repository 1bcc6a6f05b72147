"""What the bridge adds to the bot's own time: to an answer, and to a handover.

A relay between bridge and Rasa tells how long Rasa took in each exchange; that is taken off. One
person is served at a time, so nothing waits for anything else.
"""

import asyncio
import functools
import itertools
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from benchmarks import goals, programs
from benchmarks.line import Line, Round, Sample
from benchmarks.paced import Messages
from benchmarks.relay import Relay
from benchmarks.servers import cpu_of
from benchmarks.simulator import simulator
from benchmarks.stand_ins import graph_answer, response
from benchmarks.stores import POSTGRESQL, SQLITE, Store
from benchmarks.webhook import signed
from tests.support.bridge import Bridge
from tests.support.meta import message
from tests.support.rasa import Rasa

JSON = dict[str, Any]

#: How many people write, and how many tap, in a round.
WRITE, TAP = 100, 25
#: Seconds between two of them, in which the bridge has nothing to do.
PAUSE = 0.03
#: Seconds. Nothing takes that long.
PATIENCE = 20.0
INBOX = "263902037430900"
BUTTON = "Chat with a person"

_numbers = itertools.count()


def lines() -> list[Line]:
    """Return the lines."""
    return [
        *(
            Line(
                f"c. answer, idle, {store.name}",
                "Rasa alone",
                "added to that, from the webhook to the Graph call with the answer",
                (goals.millis(50, 15, pooled=True), goals.millis(99, 40, pooled=True)),
                functools.partial(_answer, store),
            )
            for store in (SQLITE, POSTGRESQL)
        ),
        Line(
            f"d. handover, {SQLITE.name}, from the tap on “{BUTTON}”",
            "Rasa alone, asked for a person",
            "added to that, until the Page Inbox owns the thread",
            (goals.millis(95, 100, pooled=True),),
            _handover,
        ),
    ]


@dataclass
class _Alone:
    """Rasa without the bridge."""

    bot: Rasa

    def round(self, count: int, words: list[str]) -> Sample:
        """Say the words for each of so many new people; what the last of them takes counts."""
        with requests.Session() as session:
            began, cpu = time.perf_counter(), cpu_of(self.bot.process_id)
            took = [self._ask(session, f"alone-{next(_numbers)}", words) for _ in range(count)]
            used = cpu_of(self.bot.process_id) - cpu
            return Sample(count, time.perf_counter() - began, used, took)

    def _ask(self, session: requests.Session, sender: str, words: list[str]) -> float:
        for said in words:
            time.sleep(PAUSE)
            began = time.perf_counter()
            body = {"sender": sender, "message": said}
            answer = session.post(f"{self.bot.url}/webhooks/rest/webhook", json=body, timeout=20)
            assert answer.json(), f"Rasa says nothing to {said}."
        return time.perf_counter() - began


class _Graph(Messages):
    """Takes the bridge's calls, and notes when the first message for each person came."""

    def __init__(self, said: dict[str, asyncio.Future[float]]) -> None:
        self._said = said

    def came(self, _head: bytes, body: bytes) -> None:
        now = time.perf_counter()
        asked = json.loads(body or b"{}")
        waits = self._said.get(asked.get("recipient", {}).get("id", ""))
        if "message" in asked and waits is not None and not waits.done():
            waits.set_result(now)
        self.answer_after(0, response(graph_answer(asked)))


@contextmanager
def _answer(store: Store) -> Iterator[tuple[Round, Round]]:
    with (
        asyncio.Runner() as runner,
        tempfile.TemporaryDirectory() as name,
        store.lent() as database_url,
        programs.rasa(Path(name) / "rasa") as bot,
    ):
        relay, said = Relay(bot.port), dict[str, asyncio.Future[float]]()
        graph = runner.run(_listen(relay, said))
        with programs.bridge(
            Path(name) / "bridge", relay.url, graph, database_url=database_url
        ) as bridge:
            yield (
                lambda: _Alone(bot).round(WRITE, ["hello"]),
                lambda: runner.run(_answers(bridge, relay, said, store)),
            )
            programs.nothing_went_wrong(bridge)


async def _listen(relay: Relay, said: dict[str, asyncio.Future[float]]) -> str:
    await relay.listen()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Graph(said), "127.0.0.1", 0)
    return f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def _answers(
    bridge: Bridge, relay: Relay, said: dict[str, asyncio.Future[float]], store: Store
) -> Sample:
    """Let one person after the other write, and wait for the answer at Graph."""
    read, write = await asyncio.open_connection("127.0.0.1", bridge.port)
    took, cpu, began = [], store.cpu() + programs.bridge_cpu(bridge), time.perf_counter()
    for number in itertools.islice(_numbers, WRITE):
        await asyncio.sleep(PAUSE)
        psid = str(10_000 + number)
        said[psid] = asyncio.get_running_loop().create_future()
        written = time.perf_counter()
        write.write(signed("/webhook", [message(psid, "hello", f"m_{number}")]))
        answered = await asyncio.wait_for(said[psid], PATIENCE)
        assert b" 200 " in await read.readuntil(b"EVENT_RECEIVED")
        took.append(answered - written - relay.seconds_since(written))
    used = store.cpu() + programs.bridge_cpu(bridge) - cpu
    sample = Sample(WRITE, time.perf_counter() - began, used, took)
    write.close()
    await asyncio.to_thread(programs.wait_until_idle, bridge)
    return sample


@contextmanager
def _handover() -> Iterator[tuple[Round, Round]]:
    port, webhook = programs.place()
    with (
        asyncio.Runner() as runner,
        tempfile.TemporaryDirectory() as name,
        programs.rasa(Path(name) / "rasa") as bot,
        simulator(webhook) as platform,
    ):
        relay = Relay(bot.port)
        runner.run(relay.listen())
        url = f"http://127.0.0.1:{platform.port}"
        with programs.bridge(Path(name) / "bridge", relay.url, url, port=port) as bridge:
            people = _People(url, bridge, relay)
            yield (
                lambda: _Alone(bot).round(TAP, ["hello", people.payload]),
                lambda: runner.run(asyncio.to_thread(people.round)),
            )


class _People:
    """People who write and then tap, and the platform that says when the inbox has the thread."""

    def __init__(self, platform: str, bridge: Bridge, relay: Relay) -> None:
        self._control = f"{platform}/_simulator"
        self._bridge, self._relay = bridge, relay
        self._session = requests.Session()
        #: What the button says to the bot.
        self.payload = "/human_handoff"

    def round(self) -> Sample:
        """Let one person after the other be handed over."""
        cpu, began = programs.bridge_cpu(self._bridge), time.perf_counter()
        took = [self._one() for _ in range(TAP)]
        seconds = time.perf_counter() - began
        return Sample(TAP, seconds, programs.bridge_cpu(self._bridge) - cpu, took)

    def _one(self) -> float:
        """Return the seconds from a tap to the inbox's owning the thread, beyond Rasa's own."""
        psid = self._post("people", {"name": "A person"})["psid"]
        self._post(f"people/{psid}/messages", {"text": "hello"})
        button = self._wait(psid, _find_button)
        self.payload = button["payload"]
        time.sleep(PAUSE)
        tapped, tapped_at = time.perf_counter(), time.time()
        self._post(f"people/{psid}/messages", {"text": BUTTON, "quick_reply": button})
        self._wait(psid, lambda thread: (thread["owner"] or {}).get("app_id") == INBOX)
        passed = self._get(f"journal?kind=call&edge=pass_thread_control&psid={psid}")[-1]
        passed_at = float(passed["at"] + passed["ms"]) / 1000
        return passed_at - tapped_at - self._relay.seconds_since(tapped)

    def _wait(self, psid: str, find: Callable[[JSON], Any]) -> Any:
        deadline = time.monotonic() + PATIENCE
        while not (found := find(self._get(f"threads/{psid}"))):
            assert time.monotonic() < deadline, self._bridge.describe()
            time.sleep(0.02)
        return found

    def _get(self, path: str) -> Any:
        return self._session.get(f"{self._control}/{path}", timeout=10).json()

    def _post(self, path: str, body: JSON) -> Any:
        answer = self._session.post(f"{self._control}/{path}", json=body, timeout=10)
        assert answer.ok, answer.text
        return answer.json()


def _find_button(thread: JSON) -> JSON | None:
    """Return the menu's way to a person, a quick reply, once the bot has offered it."""
    offered = (each for said in thread["messages"] for each in said.get("quick_replies", []))
    return next((each for each in offered if each["title"] == BUTTON), None)
