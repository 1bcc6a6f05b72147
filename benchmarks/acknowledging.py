"""How soon a delivery is acknowledged while those behind the bridge are slow, or hang.

Compared with Rasa's own facebook channel, which asks Graph four times before it acknowledges; and,
where nobody behind it answers at all, with a Flask view that does nothing.
"""

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks import goals, programs
from benchmarks.line import Line, Round, Sample
from benchmarks.load import Load, hammer
from benchmarks.paced import pace
from benchmarks.servers import Server, cpu_of, gunicorn
from benchmarks.stand_ins import stand_ins
from benchmarks.webhook import CONNECTIONS, delivery

#: Seconds that Graph takes.
SLOW = 0.1
#: Deliveries of a round: Rasa's channel does two or three a second, and lets some wait until the
#: round is over, so that longer ones make it look worse.
OF_RASA, OF_BRIDGE = 48, 160
#: A second, and for how many seconds.
RATE, SECONDS = 300.0, 5.0
#: Seconds. More than Rasa needs for a round on either side, also on a busy machine.
PATIENCE = 300.0


def lines() -> list[Line]:
    """Return the lines."""
    return [
        Line(
            f"b. {CONNECTIONS} connections, Graph takes {SLOW * 1000:.0f} ms",
            "Rasa's own facebook channel, the same model",
            "acknowledged; web, worker and their bot's Rasa run beside",
            (goals.times_lower(99, 100),),
            _slow,
        ),
        Line(
            f"b. {RATE:.0f} POSTs a second, Graph and Rasa hang",
            "a Flask view that does nothing, at the same rate",
            "acknowledged, with web and worker running",
            (goals.millis(99, 250),),
            _hung,
        ),
    ]


@contextmanager
def _slow() -> Iterator[tuple[Round, Round]]:
    with (
        tempfile.TemporaryDirectory() as name,
        stand_ins(graph=SLOW) as graph,
        programs.rasa(Path(name) / "rasa") as bot,
        programs.rasa_on_facebook(Path(name) / "facebook", graph) as (port, channel),
        programs.bridge(Path(name) / "bridge", bot.url, graph) as bridge,
    ):

        def theirs() -> Sample:
            cpu = cpu_of(channel.pid)
            load = _send(port, "/webhooks/facebook/webhook", OF_RASA)
            return _sample(load, cpu_of(channel.pid) - cpu)

        def ours() -> Sample:
            cpu = programs.bridge_cpu(bridge)
            load = _send(bridge.port, "/webhook", OF_BRIDGE)
            programs.wait_until_idle(bridge, within=PATIENCE)
            programs.nothing_went_wrong(bridge)
            return _sample(load, programs.bridge_cpu(bridge) - cpu)

        yield theirs, ours


def _send(port: int, path: str, count: int) -> Load:
    requests = iter([delivery(path, 1) for _ in range(count)])
    load = hammer(port, requests, CONNECTIONS, PATIENCE)
    assert len(load.took) == count, "Not all were acknowledged."
    return load


@contextmanager
def _hung() -> Iterator[tuple[Round, Round]]:
    with (
        tempfile.TemporaryDirectory() as name,
        stand_ins(hung=True) as nobody,
        programs.bridge(Path(name) / "bridge", nobody, nobody) as bridge,
        gunicorn("benchmarks.nothing:app", "threads", Path(name)) as nothing,
    ):

        def ours() -> Sample:
            cpu = programs.bridge_cpu(bridge)
            load = _pace(bridge.port)
            return _sample(load, programs.bridge_cpu(bridge) - cpu)

        yield lambda: _of_nothing(nothing), ours


def _of_nothing(server: Server) -> Sample:
    cpu = server.cpu()
    load = _pace(server.port)
    return _sample(load, server.cpu() - cpu)


def _pace(port: int) -> Load:
    requests = [delivery("/webhook", 1) for _ in range(int(RATE * SECONDS))]
    return asyncio.run(pace(port, requests, CONNECTIONS, RATE))


def _sample(load: Load, cpu: float) -> Sample:
    return Sample(len(load.took), load.seconds, cpu, load.took)
