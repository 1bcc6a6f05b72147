"""How often the bot may fail over one question before the person is told."""

from collections.abc import Iterator
from typing import Any

import pytest

from messenger_app.clock import Clock
from messenger_app.conversation.commands import TellBot
from messenger_app.conversation.events import BotAnswered
from messenger_app.conversation.messages import BotMessage
from messenger_app.executor import Executor
from messenger_app.jobs import bot_trouble
from messenger_app.jobs.asking import MOST_BOT_ERRORS
from messenger_app.jobs.bot_trouble import TRIED_EVERY, Absences, BotErrors
from messenger_app.jobs.job import Job, Settled, TryAgain
from messenger_app.rasa.client import Answer, RasaClient
from messenger_app.rasa.errors import (
    BotCutOff,
    BotError,
    BotOutcomeUnknown,
    BotRejected,
    BotUnreachable,
)
from messenger_app.store.outbox import OpenCommand

HEARD = Answer((BotMessage(text="I heard you."),), None)


class FailingBot(RasaClient):
    """Fails as it is told to, one error a question; its tracker knows what it is told to know."""

    def __init__(self, errors: Iterator[BotError], tracker: Answer | None = None) -> None:
        super().__init__("http://127.0.0.1:1")
        self._errors, self._known = errors, tracker

    def trigger(self, *_: Any) -> Answer:
        raise next(self._errors)

    def find_answer(self, *_: Any) -> Answer | None:
        return self._known


class DeafBot(FailingBot):
    """Fails even when its tracker is looked into."""

    def find_answer(self, *_: Any) -> Answer | None:
        raise BotRejected


def try_once(bot: FailingBot, *, uncertain: bool = False, may_call: bool = True) -> TryAgain:
    """Carry one question out that fails."""
    command = OpenCommand(key="k", turn=0, command=TellBot("handback"), uncertain=uncertain)
    executor = Executor({}, {"1": bot}, "2", Clock())
    result = executor.run(Job("1:7", "1", "7", command, may_call=may_call))
    assert isinstance(result, TryAgain)
    return result


def ask(bot: FailingBot) -> list[Settled | TryAgain]:
    """Ask until it is settled, and return what came of each try."""
    executor = Executor({}, {"1": bot}, "2", Clock())
    results: list[Settled | TryAgain] = []
    while not results or isinstance(results[-1], TryAgain):
        command = OpenCommand(
            key="k", turn=0, command=TellBot("handback"), attempts=len(results) + 1
        )
        results.append(executor.run(Job("1:7", "1", "7", command, may_call=True)))
    return results


def test_times_that_the_bot_was_away_are_no_errors_of_its_own():
    away: list[BotError] = [BotUnreachable()] * MOST_BOT_ERRORS
    errors: list[BotError] = [BotRejected()] * MOST_BOT_ERRORS
    assert len(ask(FailingBot(iter(away + errors)))) == 2 * MOST_BOT_ERRORS


def test_an_answer_that_the_bot_gave_before_it_fell_over_is_taken_at_the_last_try():
    bot = FailingBot(iter([BotRejected()] * MOST_BOT_ERRORS), HEARD)
    *_, last = ask(bot)
    assert isinstance(last, Settled)
    assert isinstance(last.event, BotAnswered)
    assert last.event.messages == HEARD.messages


def test_a_question_that_the_bot_answered_with_an_error_is_over():
    again = try_once(FailingBot(iter([BotRejected()])))
    assert again.over
    assert again.uncertain


def test_a_question_that_a_gateway_cut_off_may_go_on():
    assert not try_once(FailingBot(iter([BotCutOff()]))).over


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (BotOutcomeUnknown(), True),
        (BotRejected(), False),
        (BotCutOff(), False),
        (BotUnreachable(), False),
    ],
)
def test_only_a_bot_that_said_nothing_in_time_has_left_a_call_unanswered(
    error: BotError, expected: bool
):
    assert try_once(FailingBot(iter([error]))).unanswered is expected


def test_a_look_into_the_tracker_that_fails_ends_no_question():
    bot = DeafBot(iter([]))
    assert not try_once(bot, uncertain=True, may_call=False).over


# A bot that is away


class MovableClock(Clock):
    """The machine's time, as far as the test has moved it."""

    def __init__(self) -> None:
        super().__init__()
        self.time = 1_000_000

    def machine(self) -> int:  # type: ignore[override]
        return self.time

    def steady(self) -> int:  # type: ignore[override]
        return self.time


class Person:
    """Somebody whose words are put to a bot, over and over."""

    def __init__(self, *errors: BotError) -> None:
        self._clock = MovableClock()
        bot = FailingBot(iter(errors))
        self._executor = Executor({}, {"1": bot}, "2", self._clock, bot_patience=PATIENCE)

    def asks(self, after: int = 0, key: str = "") -> Settled | TryAgain:
        """Ask once, some milliseconds later; each time anew, or the question of that key again."""
        self._clock.time += after
        key = key or f"k{self._clock.time}"
        command = OpenCommand(key=key, turn=0, command=TellBot("handback"))
        return self._executor.run(Job(f"1:{key}", "1", key, command, may_call=True))


PATIENCE = 120_000


def is_told(result: Settled | TryAgain) -> bool:
    return isinstance(result, Settled)


def test_a_bot_that_stays_away_is_waited_for_and_then_the_person_is_told():
    person = Person(*[BotUnreachable()] * 5)
    assert not is_told(person.asks())
    assert not any(is_told(person.asks(after=40_000)) for _ in range(3))
    assert is_told(person.asks(after=40_000))


@pytest.mark.parametrize("sign_of_life", [BotRejected(), BotOutcomeUnknown()])
def test_an_absence_is_over_once_the_bot_was_there_though_without_an_answer(sign_of_life: BotError):
    person = Person(BotUnreachable(), BotUnreachable(), sign_of_life, BotUnreachable())
    for after in (0, 60_000, 30_000):
        person.asks(after)
    assert not is_told(person.asks(after=40_000))


def test_a_question_that_the_bot_hangs_over_is_waited_for_and_then_the_person_is_told():
    silence = [BotOutcomeUnknown()] * 5
    person = Person(*silence[:3], BotRejected(), *silence[3:])
    assert not any(is_told(person.asks(after=40_000, key="a")) for _ in range(3))
    assert not is_told(person.asks(after=1, key="another"))
    last = person.asks(after=41_000, key="a")
    assert isinstance(last, Settled)
    assert isinstance(last.event, BotAnswered)
    assert last.event.away
    assert not is_told(person.asks(after=1, key="a"))  # it was forgotten


def test_a_question_that_comes_to_its_turn_seldom_is_not_put_for_ever():
    person = Person(BotOutcomeUnknown(), BotRejected(), BotOutcomeUnknown())
    assert not is_told(person.asks(key="a"))
    assert not is_told(person.asks(after=5 * PATIENCE, key="another"))
    assert is_told(person.asks(after=1, key="a"))


def test_of_a_bot_that_answers_nobody_all_are_told_and_it_is_asked_now_and_then():
    person = Person(*[BotOutcomeUnknown()] * 9)
    assert not any(is_told(person.asks(after=20_000)) for _ in range(7))
    assert is_told(person.asks(after=20_000))  # asked, and in vain
    assert is_told(person.asks(after=20_000))  # the same, to see whether it is back
    assert all(is_told(person.asks(after=10)) for _ in range(100))  # not asked
    with pytest.raises(StopIteration):
        person.asks(after=TRIED_EVERY)


def test_two_peoples_questions_do_not_show_that_a_bot_answers_nobody():
    person = Person(*[BotOutcomeUnknown()] * 8)
    for _ in range(4):
        person.asks(after=40_000, key="a")
    assert not is_told(person.asks(after=1, key="b"))
    assert not is_told(person.asks(after=1, key="b"))


def test_a_bot_that_answered_nobody_is_asked_by_everybody_once_it_has_said_something():
    person = Person(*[BotOutcomeUnknown()] * 8, BotRejected(), *[BotOutcomeUnknown()] * 2)
    for _ in range(8):
        person.asks(after=20_000)
    assert not is_told(person.asks(after=TRIED_EVERY))
    assert not any(is_told(person.asks(after=1)) for _ in range(2))


def test_a_bot_of_which_nothing_was_heard_for_long_is_asked_anew():
    person = Person(*[BotOutcomeUnknown()] * 10)
    for _ in range(8):
        person.asks(after=20_000)
    assert not any(is_told(person.asks(after=2 * PATIENCE)) for _ in range(2))


def test_a_gateway_that_answers_says_nothing_of_the_bot():
    person = Person(BotUnreachable(), BotUnreachable(), BotCutOff(), BotUnreachable())
    for after in (0, 60_000, 30_000):
        person.asks(after)
    assert is_told(person.asks(after=40_000))


def test_an_absence_that_nobody_noticed_for_long_is_a_new_one():
    person = Person(BotUnreachable(), BotUnreachable())
    person.asks()
    assert not is_told(person.asks(after=8 * 60 * 60 * 1000))


def test_a_bot_that_is_not_waited_for_at_all_is_told_of_at_the_second_try():
    absences = Absences(patience=0)
    assert absences.lasted("bot", 1_000) == 0
    assert absences.lasted("bot", 2_000) == 1_000


def test_errors_are_counted_for_so_many_questions_and_no_more(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(bot_trouble, "MOST_QUESTIONS", 2)
    errors = BotErrors()
    assert [errors.add(question) for question in ("dropped", "a", "b", "a")] == [1, 1, 1, 2]
    assert errors.add("dropped") == 1


def test_a_question_that_is_settled_is_forgotten():
    errors = BotErrors()
    errors.add("a")
    errors.forget("a")
    assert errors.add("a") == 1
