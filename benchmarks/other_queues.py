"""Two well-known queues at the worker's work: take an event, ask the bot, record the reply.

    python -m benchmarks.other_queues

Both let a handler sleep while the bot would think, and write down what it said, in a transaction
of its own that is on the disk when it ends. Procrastinate keeps each person's events in order, by
a lock for each; Huey can't, so it does less than the others. Neither sends anything, knows a second
delivery, or finds out after a crash what became of a call.
"""

import asyncio
import logging
import sqlite3
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from huey import SqliteHuey
from huey.consumer import Consumer
from procrastinate import App, PsycopgConnector
from psycopg_pool import AsyncConnectionPool

from benchmarks.line import Sample
from benchmarks.stores import POSTGRESQL, Store

#: Procrastinate's connections to PostgreSQL, and as many for the replies: it is slower with 16.
_CONNECTIONS = 4
#: Seconds after which whoever found nothing to do looks again.
_LOOK_AGAIN = 0.02
#: Seconds. Nothing here takes that long.
_PATIENCE = 120.0

JSON = dict[str, Any]
_REPLIES = "CREATE TABLE reply (person TEXT NOT NULL, word INTEGER NOT NULL, text TEXT NOT NULL)"


def procrastinate(store: Store, people: int, words: int, think: float) -> Sample:
    """Let Procrastinate work off what everybody says, each person's events in order."""
    logging.getLogger("procrastinate").setLevel(logging.ERROR)
    with store.lent() as url:
        return asyncio.run(_procrastinate(store, url, people, words, think))


async def _procrastinate(store: Store, url: str, people: int, words: int, think: float) -> Sample:
    app = App(connector=PsycopgConnector(conninfo=url, min_size=1, max_size=_CONNECTIONS))
    replies = AsyncConnectionPool(url, min_size=1, max_size=_CONNECTIONS, open=False)
    heard: dict[str, list[int]] = {}
    over = asyncio.Event()

    @app.task(name="answer")
    async def answer(person: str, word: int) -> None:
        await asyncio.sleep(think)
        async with replies.connection() as connection:
            await connection.execute(
                "INSERT INTO reply VALUES (%s, %s, %s)", (person, word, f"You said: word {word}")
            )
        heard.setdefault(person, []).append(word)
        if sum(map(len, heard.values())) == people * words:
            over.set()

    async with app.open_async(), replies:
        await app.schema_manager.apply_schema_async()
        async with replies.connection() as connection:
            await connection.execute(_REPLIES)
        for person in map(str, range(people)):
            said: list[JSON] = [{"person": person, "word": word} for word in range(words)]
            await answer.configure(lock=person).batch_defer_async(*said)
        began, cpu = time.perf_counter(), time.process_time() + store.cpu()
        working = asyncio.create_task(
            app.run_worker_async(
                concurrency=people,
                fetch_job_polling_interval=_LOOK_AGAIN,
                install_signal_handlers=False,
            )
        )
        await asyncio.wait_for(over.wait(), _PATIENCE)
        seconds, used = time.perf_counter() - began, time.process_time() + store.cpu() - cpu
        working.cancel()
        await asyncio.wait([working])
    assert all(each == sorted(each) for each in heard.values()), "Some came out of order."
    return Sample(people * words, seconds, used)


class _Consumer(Consumer):  # type: ignore[misc]  # it has no types either
    """Huey's own, that leaves signals to this program."""

    def _set_signal_handlers(self) -> None:
        pass


def huey(people: int, words: int, think: float) -> Sample:
    """Let Huey work off what everybody says, in no order, on SQLite with every commit synced."""
    logging.getLogger("huey").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as folder:
        queue = SqliteHuey(filename=f"{folder}/huey.db", fsync=True, results=False, timeout=30)
        replies, writing = _replies(Path(folder) / "replies.db"), threading.Lock()

        @queue.task()  # type: ignore[untyped-decorator]
        def answer(person: int, word: int) -> None:
            time.sleep(think)
            with writing, replies:
                text = f"You said: word {word}"
                replies.execute("INSERT INTO reply VALUES (?, ?, ?)", (person, word, text))

        for word in range(words):
            for person in range(people):
                answer(person, word)
        consumer = _Consumer(
            queue,
            workers=people,
            periodic=False,
            initial_delay=_LOOK_AGAIN,
            max_delay=_LOOK_AGAIN,
            check_worker_health=False,
        )
        began, cpu = time.perf_counter(), time.process_time()
        consumer.start()
        while _count(replies, writing) < people * words:
            assert time.perf_counter() - began < _PATIENCE, "Huey lost some."
            time.sleep(_LOOK_AGAIN)
        sample = Sample(people * words, time.perf_counter() - began, time.process_time() - cpu)
        consumer.stop(graceful=True)
        replies.close()
        return sample


def _replies(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(_REPLIES)
    return connection


def _count(replies: sqlite3.Connection, writing: threading.Lock) -> int:
    with writing:
        return int(replies.execute("SELECT count(*) FROM reply").fetchone()[0])


def main() -> None:
    """Measure each once."""
    for name, sample in (
        ("Huey", huey(200, 20, 0.02)),
        ("Procrastinate", procrastinate(POSTGRESQL, 200, 5, 0.02)),
    ):
        print(f"{name:<14} {sample.rate:6.0f} events/s  {sample.micros:6.0f} µs CPU each")
    POSTGRESQL.close()


if __name__ == "__main__":
    main()
