"""What Rasa keeps of a conversation: all of it, for as long as it takes."""

import sqlite3
import subprocess
from pathlib import Path

import requests

from tests.bot.conftest import Bot, free_port, running

TWO_DAYS = 2 * 24 * 3600


def test_a_long_conversation_is_kept_whole_and_its_slots_are_remembered(bot: Bot) -> None:
    bot.hears("/delivery")
    for _ in range(60):
        assert bot.hears("/thank") == [{"text": "You're welcome!"}]
    (answer,) = bot.hears("/human_handoff")
    assert "delivery of orders" in answer["custom"]["handoff"]["summary"]
    assert [event["event"] for event in bot.events()].count("user") == 62


def test_a_conversation_goes_on_after_days_and_a_restart_of_the_server(
    trained: None, tmp_path: Path
) -> None:
    database = tmp_path / "tracker.db"
    port = free_port()
    bot = Bot(f"http://127.0.0.1:{port}", free_port(), person="a patient person")
    settings = {
        "RASA_PORT": str(port),
        "ACTIONS_PORT": str(bot.actions_port),
        "RASA_TRACKER_DB": str(database),
        "RASA_TOKEN": "opens-the-tracker",
    }
    with running("run", f"{bot.url}/version", settings, tmp_path / "rasa.log"):
        bot.hears("/delivery")
    connection = sqlite3.connect(database)
    with connection:
        connection.execute("UPDATE events SET timestamp = timestamp - ?", (TWO_DAYS,))
    connection.close()
    with running("run", f"{bot.url}/version", settings, tmp_path / "rasa.log") as process_id:
        (answer,) = bot.hears("/human_handoff")
        events = bot.events(token="opens-the-tracker")
        refused = requests.get(f"{bot.url}/conversations/x/tracker", timeout=10).status_code
        show = ["ps", "-ww", "-o", "command=", "-p", str(process_id)]
        command_line = subprocess.run(show, capture_output=True, text=True, check=True).stdout
    assert "delivery of orders" in answer["custom"]["handoff"]["summary"]
    assert [event["event"] for event in events].count("session_started") == 1
    assert refused == 401
    assert "serve.py" in command_line
    assert "opens-the-tracker" not in command_line
