"""What the bot is told beside the words."""

from typing import Any

import pytest

from messenger_app.clock import Clock
from messenger_app.conversation.commands import AskBot, EntryPoint, TellBot
from messenger_app.conversation.messages import Referral
from messenger_app.executor import Executor
from messenger_app.graph.client import GraphClient
from messenger_app.jobs.job import Job, Settled, TryAgain
from messenger_app.rasa.client import Answer, RasaClient
from messenger_app.rasa.errors import BotUnreachable
from messenger_app.store.outbox import OpenCommand
from messenger_app.store.profiles import UNKNOWN, Profile

KNOWN = Profile("de_DE", told_at=1, ask_again_at=1 << 60)
LINK = Referral(ref="summer", source="SHORTLINK", type="OPEN_THREAD")


class Listening(RasaClient):
    """Keeps what it is told, and has nothing to say; or is away."""

    def __init__(self, *, away: bool = False) -> None:
        super().__init__("http://127.0.0.1:1")
        self.told: dict[str, Any] = {}
        self._away = away

    def say(self, *asked: Any) -> Answer:
        *_, self.told = asked
        if self._away:
            raise BotUnreachable
        return Answer((), None)

    def trigger(self, *asked: Any) -> Answer:
        return self.say(*asked)


class German(GraphClient):
    """Knows that everybody reads German, and shows nothing."""

    def __init__(self) -> None:
        self.asked = 0

    def locale(self, *_: Any, **__: Any) -> str:
        self.asked += 1
        return "de_DE"

    def send_action(self, psid: str, action: str) -> None:
        pass


def job(command: AskBot | TellBot, profile: Profile = KNOWN) -> Job:
    return Job(
        "1:7", "1", "7", OpenCommand(key="k", turn=0, command=command), True, profile=profile
    )


def told(command: AskBot | TellBot, profile: Profile = KNOWN) -> dict[str, Any]:
    bot = Listening()
    Executor({"1": German()}, {"1": bot}, "2", Clock()).run(job(command, profile))
    return bot.told


def test_words_come_with_who_said_them_where_and_in_which_language():
    assert told(AskBot("m_1", "Hallo")) == {
        "request": "k",
        "page": "1",
        "psid": "7",
        "mid": "m_1",
        "locale": "de_DE",
        "entry_point": "message",
    }


def test_what_is_not_known_is_left_out():
    nobody_knows = Profile(ask_again_at=1 << 60)
    assert {"locale", "referral"}.isdisjoint(told(AskBot("m_1", "Hi"), nobody_knows))


def test_a_link_comes_as_the_platform_tells_it():
    asked = AskBot("m_1", "Hi", entry_point=EntryPoint.REFERRAL, referral=LINK)
    assert told(asked)["entry_point"] == "referral"
    assert told(asked)["referral"] == {
        "ref": "summer",
        "source": "SHORTLINK",
        "type": "OPEN_THREAD",
    }


def test_words_from_before_the_bots_last_are_told_as_such():
    assert told(AskBot("m_1", "yes", crossed=True))["crossed"] is True


def test_what_the_bridge_says_itself_has_no_mid():
    assert told(TellBot("handback")) == {
        "request": "k",
        "page": "1",
        "psid": "7",
        "locale": "de_DE",
        "entry_point": "bridge",
    }


@pytest.mark.parametrize(("away", "kind"), [(False, Settled), (True, TryAgain)])
def test_a_language_is_asked_for_before_the_bot_and_kept_whatever_the_bot_does(
    away: bool, kind: type
):
    graph, bot = German(), Listening(away=away)
    executor = Executor({"1": graph}, {"1": bot}, "2", Clock())
    result = executor.run(job(AskBot("m_1", "Hallo"), UNKNOWN))
    assert isinstance(result, kind)
    assert result.profile is not None
    assert (result.profile.locale, bot.told["locale"]) == ("de_DE", "de_DE")
    assert executor.run(job(AskBot("m_2", "Hallo"), result.profile)).profile is None
    assert graph.asked == 1
