"""A story that the simulator plays by itself: paused, stepped, ended, or gone on with by hand."""

import pytest

from inbox_simulator.patience import Patience
from inbox_simulator.scenarios.sentence import quoted
from inbox_simulator.scenarios.story import Scenario
from tests.simulator.small_bot import SmallBot


@pytest.fixture
def bot(simulator):
    small = SmallBot(simulator)
    yield small
    small.stop()


@pytest.fixture
def until(simulator):
    """Waits for the story that is played to look like this, and returns it."""

    def wait(fits, what):
        def look():
            told = simulator.player.as_json()
            return told if told and told["steps"] and fits(told) else None

        return Patience(20).wait_for(look, lambda: f"{what}: {simulator.player.as_json()}")

    return wait


@pytest.fixture
def quick(simulator, tmp_path):
    """Plays a story of a few lines, without waiting for a reader."""

    def play(lines, **how):
        path = tmp_path / "short.yaml"
        path.write_text("name: A short one\nsteps:\n" + "".join(f"  - {line}\n" for line in lines))
        story = Scenario.read(path)
        simulator.player.start(story, simulator.url, **{"pace": 0, "paused": False, **how})

    return play


def statuses(told):
    return [step["status"] for step in told["steps"]]


def test_the_stories_are_listed_in_the_order_in_which_to_read_them(control):
    listed = control("GET", "stories").json()
    assert listed["playing"] is None
    assert listed["stories"][0]["key"] == "handover"
    assert all(story["name"] and story["about"] for story in listed["stories"])


def test_a_story_plays_to_its_end_and_tells_each_step(simulator, bot, control, until):
    answer = control("POST", "stories", {"name": "agent_steps_in", "pace": 0})
    assert answer.status_code == 200
    told = until(lambda now: now["status"] != "playing", "its end")
    assert (told["status"], told["problem"]) == ("done", "")
    assert set(statuses(told)) == {"done"}
    assert told["steps"][0]["words"] == f"Ana writes {quoted('hello')}"
    state = control("GET", "state").json()
    assert state["story"] == told
    assert {step["psid"] for step in told["steps"]} == {state["people"][0]["psid"]}


def test_a_paused_story_plays_one_step_at_a_time_and_then_goes_on(control, quick, until):
    quick(["Ana says: one", "Ana says: two", "Ana says: three"], paused=True)
    assert statuses(until(lambda now: now["steps"], "its steps")) == ["ahead"] * 3
    control("POST", "stories/step")
    told = until(lambda now: statuses(now)[0] == "done", "the first step")
    assert statuses(told) == ["done", "ahead", "ahead"]
    control("POST", "stories/go_on")
    until(lambda now: now["status"] == "done", "its end")


def test_a_story_that_does_not_hold_says_what_was_there(quick, until):
    quick(["Ana says: hello", "agent can't reply: too late", "Ana says: never"])
    told = until(lambda now: now["status"] == "failed", "its failure")
    assert statuses(told) == ["done", "failed", "ahead"]
    assert "should have been refused" in told["problem"]


def test_a_story_that_waits_can_be_stopped_and_its_settings_are_put_back(
    simulator, control, quick, until
):
    fault = "set faults: [{on: webhook, do: error}]"
    quick([fault, "set switch: {inbox_done: release}", "expect person sees: what nobody says"])
    until(lambda now: statuses(now)[-1] == "now", "the last step")
    assert control("POST", "stories/stop").json() == {"playing": None}
    assert simulator.faults.as_json()["rules"] == []
    assert control("GET", "switches").json()["inbox_done"] == "pass_to_default"


def test_a_story_that_is_left_keeps_what_it_set(simulator, control, quick, until):
    quick(["set faults: [{on: webhook, do: error}]", "expect person sees: what nobody says"])
    until(lambda now: statuses(now)[-1] == "now", "the last step")
    control("POST", "stories/leave")
    assert simulator.player.as_json() is None
    assert [rule["do"] for rule in simulator.faults.as_json()["rules"]] == ["error"]


def test_a_reset_ends_a_story_and_a_fresh_one_begins_with_a_reset(
    simulator, bot, control, quick, until
):
    quick(["Ana says: hello", "expect person sees: what nobody says"])
    until(lambda now: statuses(now)[-1] == "now", "the last step")
    control("POST", "stories", {"name": "two_people", "pace": 0, "fresh": True})
    until(lambda now: now["status"] == "done", "its end")
    assert [person["name"] for person in control("GET", "state").json()["people"]] == [
        "Ben",
        "Cleo",
    ]
    control("POST", "reset")
    assert simulator.player.as_json() is None


@pytest.mark.parametrize("pace", [3, "fast", None, [1]])
def test_a_story_at_no_known_pace_is_refused_before_anybody_has_to_go(control, person, pace):
    person.says("hello")
    fresh = {"name": "two_people", "fresh": True, "pace": pace}
    assert control("POST", "stories", fresh).status_code == 400
    assert [each["name"] for each in control("GET", "state").json()["people"]] == ["Ana"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "stories", {"name": "nonsense"}, 404),
        ("POST", "stories", {"name": "handover", "pace": 7}, 400),
        ("POST", "stories/pause", {}, 400),
        ("PUT", "stories/pace", {"pace": 1}, 400),
    ],
)
def test_what_can_not_be_played_is_refused_in_words(control, method, path, body, status):
    answer = control(method, path, body)
    assert answer.status_code == status
    assert answer.json()["error"]
