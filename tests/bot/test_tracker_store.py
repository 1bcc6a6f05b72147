"""What Rasa keeps of a conversation: all of it, for as long as it takes."""

import sqlite3
import subprocess
from pathlib import Path

import requests

from tests.bot.conftest import Bot
from tests.support.rasa import Rasa

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
    server = Rasa(tmp_path, settings={"RASA_TOKEN": "opens-the-tracker"})
    bot = Bot(server.url, person="a patient person")
    server.start()
    bot.hears("/delivery")
    server.stop()
    let_time_pass(server.tracker_db, TWO_DAYS)
    server.start()
    try:
        (answer,) = bot.hears("/human_handoff")
        events = bot.events(token="opens-the-tracker")
        refused = requests.get(f"{bot.url}/conversations/x/tracker", timeout=10).status_code
        show = ["ps", "-ww", "-o", "command=", "-p", str(server.process_id)]
        command_line = subprocess.run(show, capture_output=True, text=True, check=True).stdout
    finally:
        server.stop()
    assert "delivery of orders" in answer["custom"]["handoff"]["summary"]
    assert [event["event"] for event in events].count("session_started") == 1
    assert refused == 401
    assert "serve.py" in command_line
    assert "opens-the-tracker" not in command_line


def let_time_pass(database: Path, seconds: int) -> None:
    """Make everything that Rasa keeps older."""
    connection = sqlite3.connect(database)
    with connection:
        connection.execute("UPDATE events SET timestamp = timestamp - ?", (seconds,))
    connection.close()
