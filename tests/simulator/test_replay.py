"""A session that was recorded plays again, and says where it goes another way."""

import json

import pytest

from inbox_simulator import cli, recording
from inbox_simulator.actors import Stage
from inbox_simulator.client import Client, ControlError
from inbox_simulator.replaying import Replay
from tests.simulator.receiver import INBOX, Receiver
from tests.simulator.small_bot import SmallBot


@pytest.fixture
def bot(simulator):
    running = SmallBot(simulator)
    yield running
    running.stop()


@pytest.fixture
def session(bot, simulator, person, agent, quiet):
    """Ana speaks with the bot, then with Mia, and is back with the bot."""
    person.says("Are you open?")
    person.sees("bot says")
    person.reacts("👍")
    person.taps("Chat with a person")
    person.sees("connecting you")
    person.has_owner(INBOX)  # only then, or the agent takes the thread before it is passed
    agent.replies("Mia here")
    person.says("Helo")
    person.edits("Hello")
    agent.marks_done()
    person.sees()
    quiet()
    return Client(simulator.url).get("recording")


@pytest.fixture
def replay(simulator):
    stages = []

    def play(recorded, patience=10.0):
        stages.append(Stage(simulator.url, patience))
        return Replay(recorded, stages[-1], silence=0.3).play()

    yield play
    for stage in stages:
        stage.close()


def test_a_session_that_is_too_long_is_not_kept_and_says_so(simulator, person, monkeypatch):
    monkeypatch.setattr(recording, "MOST_ACTS", 3)
    for text in ("one", "two", "three"):
        person.says(text)
    assert simulator.recording.steps == []
    with pytest.raises(ControlError, match="too long"):
        Client(simulator.url).get("recording")
    simulator.reset()
    assert Client(simulator.url).get("recording")["steps"] == []


def test_a_recorded_session_plays_again_with_new_people_and_ids(session, replay, simulator):
    assert replay(session) == []
    with simulator.acting() as (platform, _):
        (thread,) = platform.threads.values()
    assert thread.psid not in session["threads"]
    assert thread.messages[0].reactions == {}
    assert thread.messages[1].reactions == {"person": "👍"}


def test_a_bot_that_says_something_else_is_noticed(session, replay):
    first = next(iter(session["threads"].values()))["messages"]
    first[1]["text"] = "The old bot said: no."
    differences = replay(session)
    assert len(differences) == 1
    assert "message 2" in differences[0]
    assert "The old bot said: no." in differences[0]


def test_a_bot_that_falls_silent_is_noticed_where_it_does(session, replay, simulator, bot):
    silent = Receiver()
    simulator.connect(silent.url)
    try:
        differences = replay(session, patience=0.5)
    finally:
        silent.stop()
    assert differences[0].startswith("Before act 3, POST people/")
    assert any("missing is app: 'The Harbour Books bot says: yes.'" in d for d in differences)


def test_a_bot_that_says_more_is_noticed_too(session, replay):
    thread = next(iter(session["threads"].values()))
    gone = thread["messages"].pop()
    differences = replay(session)
    assert len(differences) == 1
    assert gone["text"] in differences[0]
    assert differences[0].endswith("is new")


@pytest.mark.parametrize("wanted", [{"page_id": "777", "name": "Annex"}, {"name": "Annex"}])
def test_a_session_with_another_page_plays_again_where_that_page_is_kept(
    control, bot, replay, quiet, wanted
):
    page_id = control("POST", "pages", wanted).json()["page_id"]
    psid = control("POST", "people", {"name": "Ana", "page_id": page_id}).json()["psid"]
    control("POST", f"people/{psid}/messages", {"text": "hello"})
    quiet()
    recorded = control("GET", "recording").json()
    before = control("GET", "pages").json()
    assert len(before) == 2
    assert replay(recorded) == []
    assert control("GET", "pages").json() == before


def test_a_session_with_another_page_plays_again_on_a_simulator_without_it(control, bot, replay):
    control("POST", "pages", {"page_id": "777", "access_token": "t777"})
    control("POST", "people", {"name": "Ana", "page_id": "777"})
    recorded = control("GET", "recording").json()
    control("POST", "reset")
    assert replay(recorded) == []
    assert [page["page_id"] for page in control("GET", "pages").json()][1:] == ["777"]


def test_a_recording_holds_no_token(control):
    told = control("POST", "pages", {"page_id": "777", "access_token": "t777-kept-private"}).json()
    made = control("POST", "pages", {"page_id": "778"}).json()
    recorded = control("GET", "recording").text
    assert told["access_token"] == "t777-kept-private"
    for secret in (told["access_token"], made["access_token"]):
        assert secret not in recorded
    assert [step["body"]["page_id"] for step in json.loads(recorded)["steps"]] == ["777", "778"]


def test_record_and_replay_are_commands(session, simulator, tmp_path, capsys):
    file = tmp_path / "session.json"
    assert cli.main(["record", str(file), "--url", simulator.url]) == 0
    assert json.loads(file.read_text())["steps"] == session["steps"]
    assert cli.main(["replay", str(file), "--url", simulator.url]) == 0
    assert "the same again" in capsys.readouterr().out
    changed = json.loads(file.read_text())
    next(iter(changed["threads"].values()))["messages"][-1]["text"] = "otherwise"
    file.write_text(json.dumps(changed))
    assert cli.main(["replay", str(file), "--url", simulator.url]) == 1
    file.write_text("{}")
    assert cli.main(["replay", str(file), "--url", simulator.url]) == 1


def test_a_thread_can_be_read_as_text(control, session, person, agent):
    text = control("GET", f"threads/{person.psid}/transcript").text
    assert "Ana (person): Hello (edited 1 times)" in text
    assert "Bookshop bot (app): The Harbour Books bot says: yes. [Chat with a person] 👍" in text
    assert f"-- control: {INBOX} (pass)" in text
    assert text.index("Mia (agent): Mia here") < text.index("(done)")
