"""The stories and their verbs, played against a small bot over HTTP."""

import pytest

from inbox_simulator import cli
from inbox_simulator.patience import Patience
from inbox_simulator.platform.switches import SWITCHES
from inbox_simulator.scenarios import story
from inbox_simulator.scenarios.cast import StepError
from inbox_simulator.scenarios.steps import Step
from tests.simulator.receiver import APP, INBOX
from tests.simulator.small_bot import SmallBot

#: What any bot can play; the others show rules of one bridge.
NAMES = [known.key for known in story.every() if not known.bridge]


@pytest.fixture
def bot(simulator):
    small = SmallBot(simulator)
    yield small
    small.stop()


@pytest.mark.parametrize("done", SWITCHES["inbox_done"].options)
@pytest.mark.parametrize("order", SWITCHES["echo_and_take"].options)
def test_every_story_holds_whatever_the_switches_say(simulator, bot, capsys, done, order):
    switches = ["--switch", f"inbox_done={done}", "--switch", f"echo_and_take={order}"]
    status = cli.main(["scenario", *NAMES, "--url", simulator.url, "--silence", "0.2", *switches])
    told = capsys.readouterr().out
    assert "FAILED" not in told
    assert status == 0
    assert f"{len(NAMES)} of {len(NAMES)} scenarios held" in told
    with simulator.acting() as (platform, _):
        assert platform.switches["inbox_done"] == "pass_to_default"


def test_a_story_that_does_not_hold_shows_what_was_there(simulator, bot, tmp_path, capsys):
    story = tmp_path / "wrong.yaml"
    story.write_text(
        "name: Wrong\nsteps:\n  - person says: hello\n  - expect owner: page_inbox\n"
        "  - agent marks done\n"
    )
    status = cli.main(["scenario", str(story), "--url", simulator.url, "--patience", "0.3"])
    told = capsys.readouterr().out
    assert status == 1
    assert "ok      person says: hello" in told
    assert "FAILED  expect owner: page_inbox" in told
    assert f"owner: {APP}, folder: done" in told
    assert "Ana (person): hello" in told
    assert "agent marks done" not in told


def test_a_bot_that_speaks_out_of_turn_is_caught(simulator, bot, stage, person):
    person.says("hello")
    with pytest.raises(AssertionError, match="was not silent"):
        person.hears_nothing_from(APP, 5)


@pytest.mark.parametrize("written", ["person sings", {"expect owner": 1, "agent takes": 2}])
def test_a_step_that_nobody_understands_is_refused_before_the_story_begins(written):
    with pytest.raises(StepError):
        Step.read(written)


def test_an_unknown_story_and_a_missing_simulator_say_so(capsys):
    assert cli.main(["scenario", "nonsense"]) == 1
    assert "There is no scenario 'nonsense'" in capsys.readouterr().err
    assert cli.main(["scenario", "handover", "--url", "http://127.0.0.1:9"]) == 1
    assert "No simulator answers" in capsys.readouterr().err


def test_the_verbs_tell_a_handover_in_python(simulator, bot, person, agent):
    person.says("I want to talk to a human")
    person.sees("person from our team")
    person.has_owner(INBOX)
    assert person.thread.owner == INBOX

    agent.replies("Hi, Mia here.")
    person.says("My parcel is lost")
    person.hears_nothing_from(APP, 0.3)
    assert person.last_message == "Hi, Mia here."
    assert [m.author for m in person.thread.messages[-2:]] == ["agent", "person"]

    agent.marks_done()
    assert person.sees("back").app_id == APP


def test_what_is_not_there_can_not_be_tapped(person, stage):
    stage.patience = Patience(0.1)
    with pytest.raises(AssertionError, match="There is: nothing"):
        person.taps("Never mind")


def test_stories_of_the_bridge_are_marked_and_can_be_left_out(simulator, bot, capsys):
    asked = ["scenario", "nobody_comes", "never_mind", "--url", simulator.url, "--silence", "0.2"]
    cli.main([*asked, "--patience", "0.3"])
    told = capsys.readouterr().out
    assert "Nobody answers, and the bot comes back by itself [bridge]\n" in told
    assert "The person does not want to wait after all\n" in told
    assert cli.main([*asked, "--any-bot"]) == 0
    told = capsys.readouterr().out
    assert "[bridge]" not in told
    assert "1 of 1 scenarios held" in told
    assert cli.main(["scenario", "nobody_comes", "--any-bot"]) == 1
    assert "No story is left to play" in capsys.readouterr().err


def test_faults_and_switches_are_told_in_words():
    rule = {True: "graph", "do": "error", "match": {"edge": "pass_thread_control"}, "times": 1}
    faults = Step.read({"set faults": [rule]})
    assert str(faults) == "From now on: Graph calls to pass_thread_control fail, once"
    assert str(Step.read("set faults")) == "Nothing goes wrong any more"
    switch = Step.read({"set switch": {"inbox_done": "release"}})
    assert str(switch) == "The platform is set to: inbox done release"
