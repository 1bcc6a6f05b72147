"""A few questions before a handoff."""

import pytest

from tests.scenarios.bot.visit import OUR_APP, PAGE_INBOX, Visit


@pytest.fixture
def asked(visit: Visit) -> Visit:
    """Ana, who was asked for her name after she wanted her money back."""
    visit.says("I want my money back")
    begin, question = visit.taps("Ask our team")
    assert "A few short questions" in begin
    assert question == "What is your name?"
    return visit


def recap(visit: Visit) -> list[str]:
    """Return the lines that the agent reads below the bridge's sentence."""
    connecting = next(m for m in reversed(visit.person.thread.messages) if m.shows("our team can"))
    return (connecting.text or "").split("\n")[1:]


def test_the_answers_stand_in_the_thread_that_the_agent_reads(asked: Visit) -> None:
    asked.says("My name is Ana Lopez")
    asked.says("ana@example.org, thanks")
    asked.taps("A return")
    asked.says("The cover of my atlas was torn")
    assert asked.owner == PAGE_INBOX
    assert recap(asked) == [
        "Why: it is something for a person",
        "In short: You had asked me about a return or refund.",
        "Name: Ana Lopez",
        "Contact: ana@example.org",
        "Topic: A return",
        "Problem: The cover of my atlas was torn",
    ]
    assert len(asked.passes()) == 1


def test_each_question_can_be_skipped_and_has_a_button_that_connects_now(asked: Visit) -> None:
    for _ in range(4):
        assert {"Skip", "Connect me now", "Cancel"} <= set(asked.choices)
        assert asked.owner == OUR_APP
        asked.taps("Skip")
    assert asked.owner == PAGE_INBOX
    assert not any(line.startswith(("Name", "Contact", "Topic")) for line in recap(asked))


def test_an_answer_that_is_none_is_asked_for_again(asked: Visit) -> None:
    asked.taps("Skip")
    complaint, question = asked.says("12 34")
    assert complaint == "I can't read an e-mail address or a telephone number in that."
    assert question.startswith("Where can our team reach you")


def test_a_contact_that_is_none_again_is_taken_as_it_is(asked: Visit) -> None:
    asked.taps("Skip")
    asked.says("ask my sister")
    assert asked.says("only my sister has a phone") == ["What is it about?"]
    asked.taps("Connect me now")
    assert "Contact: only my sister has a phone" in recap(asked)


@pytest.mark.parametrize("title", ["Connect me now", None], ids=["by the button", "in words"])
def test_who_has_enough_of_questions_is_connected_with_what_is_known(
    asked: Visit, title: str | None
) -> None:
    asked.says("Ana")
    asked.taps(title) if title else asked.says("I want to talk to a human")
    assert asked.owner == PAGE_INBOX
    assert "Name: Ana" in recap(asked)


def test_the_questions_can_be_cancelled_and_leave_nothing_behind(asked: Visit) -> None:
    asked.says("Ana")
    (dropped,) = asked.says("never mind")
    assert "dropped the questions" in dropped
    assert "12 Quay Street" in asked.says("where is your shop?")[0]
    asked.says("I want to talk to a human")
    assert not any("Ana" in line for line in recap(asked))


def test_nothing_of_the_first_handoff_is_told_at_the_second(asked: Visit) -> None:
    asked.says("Ana")
    asked.taps("Connect me now")
    asked.agent.replies("Hello Ana")
    asked.bridge.settle()
    asked.agent.marks_done()
    asked.news()
    asked.says("I want to talk to a human")
    assert recap(asked) == ["Why: you asked for a person"]
    asked.person.says("never mind")
    asked.news()
    asked.says("I want my money back")
    asked.taps("Ask our team")
    assert asked.last.text == "What is your name?"


def test_connect_me_now_works_while_the_action_server_is_down(asked: Visit) -> None:
    asked.says("Ana")
    with asked.rasa.without_actions():
        asked.taps("Connect me now")
        assert asked.owner == PAGE_INBOX
        assert "Name: Ana" in recap(asked)
