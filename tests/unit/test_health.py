import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from messenger_app.app import create_app
from messenger_app.bridge import Bridge
from messenger_app.metrics import KEPT_FOR
from messenger_app.rasa.client import RasaClient
from messenger_app.store import conversations, inbox
from tests.support.stand_in_bot import StandInBot
from tests.support.waiting import wait_for
from tests.unit.conftest import MakeSettings
from tests.unit.store.threads import add, claim, event, finish, thread, wake


def checks(client: FlaskClient) -> tuple[int, dict[str, str]]:
    answer = client.get("/readyz")
    assert answer.json is not None
    return answer.status_code, answer.json["checks"]


def test_a_process_that_answers_is_alive(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})


def test_a_bridge_that_can_store_is_ready_without_bot_and_worker(client: FlaskClient) -> None:
    status, found = checks(client)
    assert status == 200
    assert found["database"] == "ok"
    assert found["bot"] == "degraded"
    assert found["worker"] == "degraded"


def test_a_bot_that_is_up_is_well(make_settings: MakeSettings) -> None:
    with StandInBot() as bot:
        app = create_app(make_settings(rasa_url=bot.url))
        assert checks(app.test_client())[1]["bot"] == "ok"
    close(app)


def test_one_bot_that_is_away_is_told_of(make_settings: MakeSettings, tmp_path: Path) -> None:
    with StandInBot() as bot:
        pages = tmp_path / "pages.yml"
        here, away = bot.url, make_settings().rasa_url
        pages.write_text(
            f"- {{id: 1, token: a, rasa_url: '{here}'}}\n- {{id: 2, token: b, rasa_url: '{away}'}}"
        )
        app = create_app(make_settings(pages_file=pages))
        status, found = checks(app.test_client())
    assert (status, found["bot"]) == (200, "degraded")
    close(app)


def test_each_bot_beside_the_pages_own_is_told_of_by_name(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    config = tmp_path / "handoff_config.yml"
    with StandInBot() as moodbot:
        config.write_text(
            "default: inbox\nhandoff_targets:\n  inbox: {kind: page_inbox, title: A person}\n"
            f"  moodbot: {{kind: bot, title: MoodBot, url: '{moodbot.url}'}}\n"
            "  quizbot: {kind: bot, title: QuizBot, url: 'http://127.0.0.1:1'}\n"
        )
        app = create_app(make_settings(handoff_config=config))
        status, found = checks(app.test_client())
    assert (status, found["bot moodbot"], found["bot quizbot"]) == (200, "ok", "degraded")
    close(app)


def test_a_bot_that_several_share_is_asked_once(
    make_settings: MakeSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[RasaClient] = []

    def is_up(client: RasaClient) -> bool:
        asked.append(client)
        return True

    monkeypatch.setattr(RasaClient, "is_up", is_up)
    pages, config = tmp_path / "pages.yml", tmp_path / "handoff_config.yml"
    shared = "http://127.0.0.1:1"
    pages.write_text("".join(f"- {{id: {n}, token: a, rasa_url: '{shared}'}}\n" for n in (1, 2)))
    config.write_text(
        "default: inbox\nhandoff_targets:\n  inbox: {kind: page_inbox, title: A person}\n"
        f"  moodbot: {{kind: bot, title: MoodBot, url: '{shared}'}}\n"
    )
    app = create_app(make_settings(pages_file=pages, handoff_config=config))
    _, found = checks(app.test_client())
    assert (found["bot"], found["bot moodbot"], len(asked)) == ("ok", "ok", 1)
    close(app)


def close(app: Flask) -> None:
    bridge: Bridge = app.extensions["bridge"]
    bridge.bell.close()
    bridge.database.close()
    for rasa in (*bridge.rasa.values(), *bridge.bots.values()):
        rasa.close()


def test_a_worker_that_listens_is_well(client: FlaskClient, bridge: Bridge) -> None:
    listener = bridge.bell.listen()
    thread = threading.Thread(target=lambda: next(listener))
    thread.start()
    wait_for(lambda: checks(client)[1]["worker"] == "ok", "the worker's check", every=0.005)
    thread.join(5)
    listener.close()  # type: ignore[attr-defined]  # it is a generator: closes its socket


def test_a_database_that_was_not_migrated_is_not_ready(client: FlaskClient, bridge: Bridge) -> None:
    with bridge.database.writing() as connection:
        connection.execute(text("DROP TABLE alembic_version"))
    status, found = checks(client)
    assert status == 503
    assert found["database"] == "not migrated: run `flask db upgrade`"


def test_a_database_that_is_gone_is_not_ready_until_it_is_back(
    client: FlaskClient, bridge: Bridge, tmp_path: Path
) -> None:
    bridge.database.close()
    shutil.rmtree(tmp_path)
    status, found = checks(client)
    assert status == 503
    assert found["database"] == "can't be reached: the log says why"
    assert client.get("/healthz").status_code == 200
    tmp_path.mkdir()
    bridge.database.upgrade()
    assert checks(client)[0] == 200


# The figures


def figures(client: FlaskClient) -> list[str]:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.mimetype == "text/plain"
    return answer.text.splitlines()


def test_what_is_open_is_counted_each_time_and_what_is_over_once_a_minute(
    client: FlaskClient, bridge: Bridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [bridge.clock.steady()]
    monkeypatch.setattr(bridge.clock, "steady", lambda: now[0])
    with bridge.database.writing() as connection:
        add(connection, event("m_1"))
    assert 'handover_inbox_events{status="pending"} 1.0' in figures(client)
    assert "handover_threads_busy 1.0" in figures(client)
    with bridge.database.writing() as connection:
        (stored,) = inbox.pending(connection, thread("1"))
        finish(connection, stored.id)
    now[0] += KEPT_FOR - 1
    assert 'handover_inbox_events{status="pending"} 0.0' in figures(client)
    assert 'handover_inbox_events{status="done"} 0.0' in figures(client)
    now[0] += 1
    assert 'handover_inbox_events{status="done"} 1.0' in figures(client)


def test_who_waits_for_a_bot_is_told_until_nobody_does(client: FlaskClient, bridge: Bridge) -> None:
    wake(bridge.database, "1", "2")
    bots = {thread("1"): ("bot:5005", 1), thread("2"): ("another:5005", 1)}
    with bridge.database.writing() as connection:
        conversations.queue(connection, bots)
    assert "handover_threads_queued 2.0" in figures(client)
    with bridge.database.writing() as connection:
        claim(connection)
    assert "handover_threads_queued 0.0" in figures(client)


def test_figures_of_a_database_that_is_gone_are_not_made_up(
    client: FlaskClient, bridge: Bridge, tmp_path: Path
) -> None:
    client.post("/webhook", data=b"{}")
    assert 'handover_inbox_events{status="pending"} 0.0' in figures(client)
    bridge.database.close()
    shutil.rmtree(tmp_path)
    found = figures(client)
    assert 'handover_webhook_deliveries_total{status="403"} 1.0' in found
    assert not [line for line in found if line.startswith("handover_inbox_events{")]
    assert "handover_threads_busy NaN" in found


@pytest.mark.parametrize("path", ["/", "/nowhere", "/static/x", "/webhook/"])
def test_what_is_not_there_is_answered_in_a_line_of_text(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.text) == (404, "404 Not Found\n")


# Who may look


@pytest.fixture
def guarded(make_settings: MakeSettings) -> Iterator[FlaskClient]:
    app = create_app(make_settings(admin_token="open-sesame"))
    yield app.test_client()
    close(app)


@pytest.mark.parametrize("header", ["Bearer open-sesame", "bearer  open-sesame "])
def test_with_an_admin_token_figures_are_for_whoever_bears_it(
    guarded: FlaskClient, header: str
) -> None:
    answer = guarded.get("/metrics", headers={"Authorization": header})
    assert answer.status_code == 200
    assert "handover_threads_busy" in answer.text


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer wrong", "Basic open-sesame", "open-sesame", "Bearer ä"]
)
def test_nobody_else_learns_a_figure(guarded: FlaskClient, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    answer = guarded.get("/metrics", headers=headers)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert "handover_" not in answer.text
    assert "open-sesame" not in answer.text


def test_health_needs_no_token(guarded: FlaskClient) -> None:
    assert guarded.get("/healthz").status_code == 200
    assert guarded.get("/readyz").status_code == 200
