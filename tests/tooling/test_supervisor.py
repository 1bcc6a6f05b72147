from scripts.supervisor import last_lines
from tests.support.waiting import wait_for
from tests.tooling.processes import STAND_IN, is_running, number_in


def test_stopping_a_program_ends_its_children_too(supervisor, program, tmp_path):
    supervisor.start(program("web", f"{STAND_IN} parent child.pid"))
    child = number_in(tmp_path / "child.pid")

    assert is_running(child)
    assert supervisor.stop() == []
    wait_for(lambda: not is_running(child), "its end")


def test_a_child_that_outlived_its_program_is_ended(supervisor, program, tmp_path):
    supervisor.start(program("web", "sh -c 'sleep 600 & echo $! > child.pid'"))
    child = number_in(tmp_path / "child.pid")
    wait_for(supervisor.ended, "its end")

    supervisor.stop()
    wait_for(lambda: not is_running(child), "its end")


def test_a_program_that_ignores_the_request_to_end_is_ended_by_force(supervisor, program, tmp_path):
    supervisor.start(program("worker", f"{STAND_IN} stubborn own.pid"))
    stubborn = number_in(tmp_path / "own.pid")

    assert supervisor.stop(grace_s=0.3) == ["worker"]
    wait_for(lambda: not is_running(stubborn), "its end")


def test_a_program_that_ends_by_itself_is_named_with_its_last_words(supervisor, program):
    supervisor.start(program("web", "sleep 600"))
    supervisor.start(program("rasa", f"{STAND_IN} fail 'no such model'"))
    wait_for(supervisor.ended, "its end")

    ended = supervisor.ended()
    assert (ended.program.name, ended.exit_code) == ("rasa", 3)
    assert ended.how == "stopped by itself with exit code 3"
    assert last_lines(ended.program.log) == ["no such model"]


def test_a_program_that_was_killed_is_said_to_be_ended_by_that_signal(supervisor, program):
    supervisor.start(program("worker", "sh -c 'kill -9 $$'"))
    wait_for(supervisor.ended, "its end")

    assert supervisor.ended().how == "was ended by SIGKILL"


def test_the_log_holds_only_what_was_said_since_the_last_start(supervisor, program):
    for words in ("first", "second"):
        supervisor.start(program("web", f"echo {words}"))
        wait_for(supervisor.ended, "its end")
        supervisor.stop()

    assert last_lines(program("web", "").log) == ["second"]
