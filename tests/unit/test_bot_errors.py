"""How often the bot may fail over one question before the person is told."""

from collections.abc import Iterator
from typing import Any

from messenger_app.clock import Clock
from messenger_app.conversation.commands import TellBot
from messenger_app.conversation.events import BotAnswered
from messenger_app.conversation.messages import BotMessage
from messenger_app.executor import Executor
from messenger_app.jobs.asking import MOST_BOT_ERRORS
from messenger_app.jobs.job import Job, Settled, TryAgain
from messenger_app.rasa.client import Answer, RasaClient
from messenger_app.rasa.errors import BotCutOff, BotError, BotRejected, BotUnreachable
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


def test_a_look_into_the_tracker_that_fails_ends_no_question():
    bot = DeafBot(iter([]))
    assert not try_once(bot, uncertain=True, may_call=False).over
