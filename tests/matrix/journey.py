"""The main job's journey, for many people at once, each on a Page with switches of its own.

They go step by step together: all of them act, then everything comes to rest, then each is looked
at. So one bridge plays hundreds of combinations, and no step waits for a time.
"""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field

import requests
import yaml

from inbox_simulator.actors import Agent, Person, Stage
from inbox_simulator.client import Client, ControlError
from tests.matrix.combinations import Values
from tests.matrix.places import Place
from tests.support.bridge import SETTINGS
from tests.support.stand_in_bot import StandInBot
from tests.support.whole_system import WholeSystem

OUR_APP, PAGE_INBOX, OTHER_APP = SETTINGS["APP_ID"], "263902037430900", "777000000000001"
OTHER_SECRET = "made-up-secret-of-the-other-app"
BUY = {"title": "Buy it", "type": "postback", "payload": "/buy"}
MINUTE, DAY = 60, 24 * 3600
#: Seconds, a minute more than the bridge's own settings: HUMAN_IDLE_TIMEOUT, AGENT_ECHO_PAUSE.
FALLS_QUIET, ECHO_PAUSE = 4 * 3600 + MINUTE, 16 * MINUTE
#: Seconds that everything may take to come to rest.
WITHIN = 120.0


def token_of(page_id: str) -> str:
    """Return our app's made-up token for a Page."""
    return f"made-up-token-for-{page_id}"


def pages_file(ids: list[str], rasa_url: str) -> str:
    """Return what the bridge is told of the Pages."""
    pages = [{"id": each, "token": token_of(each), "rasa_url": rasa_url} for each in ids]
    return yaml.safe_dump(pages)


@dataclass
class Traveller:
    """One person on a Page of their own, and what was not as it should be."""

    page_id: str
    switches: Values
    person: Person
    agent: Agent
    problems: list[str] = field(default_factory=list)
    #: How much of what our app and the bot did was looked at already.
    _words_seen: int = 0
    _heard_seen: int = 0

    def news(self, *, keep: bool = False) -> list[str]:
        """Return what our app has said since the last look; ``keep`` is no look of its own."""
        words = [m.text or "" for m in self.person.thread.messages if m.app_id == OUR_APP]
        seen = self._words_seen
        self._words_seen = seen if keep else len(words)
        return words[seen:]

    def heard(self, bot: StandInBot) -> list[str]:
        """Return what the bot has heard since the last look."""
        heard = list(bot.heard[self.person.psid])
        seen, self._heard_seen = self._heard_seen, len(heard)
        return heard[seen:]

    def expect(self, what: str, *, holds: bool) -> None:
        """Note what does not hold, with what is there."""
        if not holds:
            self.problems.append(f"{what}\n{self.person.thread.describe()}")

    def __str__(self) -> str:
        switches = " ".join(f"{name}={value}" for name, value in self.switches.items())
        return f"{switches}\n" + "\n".join(self.problems)


class Journey:
    """A group of travellers who need the same time to pass."""

    def __init__(
        self, system: WholeSystem, bot: StandInBot, place: Place, pages: dict[str, Values]
    ) -> None:
        """``pages`` are the switches by the id of the Page."""
        self._system, self._bot, self._place = system, bot, place
        self._stage = Stage(system.simulator.url, patience=0.5)
        self._client = Client(system.simulator.url)
        self.travellers = [self._arrive(page_id, values) for page_id, values in pages.items()]

    def travel(self, *, detours: bool = False) -> list[str]:
        """Go the whole way; return the combinations in which something was not as it should be.

        With ``detours`` person and agent do more than write to each other.
        """
        self._meets_the_bot()
        if detours:
            self._gets_a_button_that_stays()
        self._asks_for_a_person()
        self._talks_with_the_agent()
        if detours:
            self._all(_do_more_than_write)
            self._expect_the_bot_stays_away()
        self._is_done(falls_quiet=detours and self._place.takes_back)
        self._goes_on_with_the_bot()
        self._meets_the_agent_again()
        self._stage.close()
        self._client.close()
        return [str(traveller) for traveller in self.travellers if traveller.problems]

    def _meets_the_bot(self) -> None:
        for t in self._reach_our_app():
            t.expect("The bot speaks first", holds=_says_it_is_back(t.news()))
            t.expect("The bot is told, once", holds=_was_told(t.heard(self._bot)))
        self._all(lambda t: t.person.says("hello"))
        for t in self.travellers:
            t.expect("The bot answers, once", holds=t.news() == ["You said: hello"])
            t.expect("The bot hears it, once", holds=t.heard(self._bot) == ["hello"])
            self._expect_the_bot_has(t)

    def _gets_a_button_that_stays(self) -> None:
        self._bot.answers["books"] = [{"text": "A book.", "buttons": [BUY]}]
        self._all(lambda t: t.person.says("books"))
        for t in self.travellers:
            t.expect("The bot offers it, once", holds=t.news() == ["A book."])
            t.expect("The bot hears of it, once", holds=t.heard(self._bot) == ["books"])

    def _asks_for_a_person(self) -> None:
        self._all(lambda t: t.person.taps("Chat with a person"))
        for t in self.travellers:
            news = t.news()
            t.expect("The person is told, once", holds=len(news) == 1 and "connecting" in news[0])
            t.expect("The bot hears it, once", holds=t.heard(self._bot) == ["/human_handoff"])
            t.expect("The Page Inbox has the thread", holds=t.person.thread.owner == PAGE_INBOX)

    def _talks_with_the_agent(self) -> None:
        self._all(lambda t: t.person.says("My parcel is lost"))
        self._all(lambda t: t.person.taps("Chat with a person"))  # impatient, and in standby
        self._all(lambda t: t.agent.replies("Hi, Mia here."))
        self._all(lambda t: t.person.says("It was order A17"))
        self._all(lambda t: t.agent.replies("Sent again."))
        self._expect_the_bot_stays_away()

    def _expect_the_bot_stays_away(self) -> None:
        for t in self.travellers:
            t.expect("The bot is silent", holds=t.news() == [])
            t.expect("The bot hears nothing", holds=t.heard(self._bot) == [])
            t.expect("The agent keeps the thread", holds=t.person.thread.owner == PAGE_INBOX)

    def _is_done(self, *, falls_quiet: bool) -> None:
        self._all(lambda t: t.agent.marks_done())
        for t in self.travellers:
            said = t.news(keep=True)
            is_right = _says_it_is_back(said) if self._gives_back(t) else said == []
            t.expect("The bot speaks first, if control came back", holds=is_right)
        seconds = self._seconds_until_the_bot_may_be_back(falls_quiet=falls_quiet)
        if seconds:
            told = self._client.post("clock", {"advance_seconds": seconds})
            self._system.bridge.wait_for_timers(told["now"], WITHIN)
            self._rest()

    def _goes_on_with_the_bot(self) -> None:
        self._reach_our_app()
        self._all(lambda t: t.person.says("When are you open?"))
        for t in self.travellers:
            *back, answer = t.news() or [""]
            *told, heard = t.heard(self._bot) or [""]
            t.expect("The bot says, once, that it is back", holds=_says_it_is_back(back))
            t.expect("The bot answers, once", holds=answer == "You said: When are you open?")
            t.expect(f"The bot is told, once: {told}", holds=_was_told(told))
            t.expect("The bot hears it, once", holds=heard == "When are you open?")
            self._expect_the_bot_has(t)

    def _meets_the_agent_again(self) -> None:
        """Let the agent step in, unasked: order of echo and take, and who hears of it, matter."""
        self._all(lambda t: t.agent.replies("One thing more."))
        self._all(lambda t: t.person.says("Yes, please?"))
        for t in self.travellers:
            t.expect("The bot falls silent", holds=t.news() == [])
            t.expect("The bot hears no more", holds=t.heard(self._bot) == [])

    def _reach_our_app(self) -> list[Traveller]:
        """Where idle threads are another app's, let people write to it, which passes them to ours.

        Return those who did.
        """
        if self._place.is_default:
            return []
        strangers = [t for t in self.travellers if t.person.thread.owner != OUR_APP]
        for traveller in strangers:
            traveller.person.says("Is anybody there?")
        self._rest()
        self._let_the_other_app_pass()
        return strangers

    def _gives_back(self, traveller: Traveller) -> bool:
        """Say whether Done leads control back to our app by itself."""
        if self._place.has_roles:
            return True
        passes = traveller.switches["inbox_done"] == "pass_to_default"
        return passes and self._place.is_routed

    def _seconds_until_the_bot_may_be_back(self, *, falls_quiet: bool) -> int:
        """Return 0 where Done brings it back; else control lapses, or the agent falls quiet."""
        if any(t.switches["inbox_done"] == "nothing" for t in self.travellers):
            lapse = FALLS_QUIET if falls_quiet else DAY + MINUTE
            return 0 if self._place.has_roles else lapse
        return 0 if self._place.is_routed else ECHO_PAUSE

    def _expect_the_bot_has(self, traveller: Traveller) -> None:
        owner = OUR_APP if self._place.is_routed else None
        t = traveller
        t.expect("The bot has the thread", holds=t.person.thread.owner in {OUR_APP, owner})

    def _all(self, act: Callable[[Traveller], None]) -> None:
        """Let all of them act, and everybody who has to do with it come to rest."""
        for traveller in self.travellers:
            try:
                act(traveller)
            except (AssertionError, ControlError) as error:
                traveller.problems.append(str(error))
        self._rest()
        if not self._place.is_default:
            self._let_the_other_app_pass()

    def _rest(self) -> None:
        self._system.bridge.settle(WITHIN)

    def _let_the_other_app_pass(self) -> None:
        """Let the app that gets idle threads pass each of them to ours."""
        waiting = [t for t in self.travellers if t.person.thread.owner == OTHER_APP]
        for traveller in waiting:
            token = f"other-{token_of(traveller.page_id)}"
            proof = hmac.new(OTHER_SECRET.encode(), token.encode(), hashlib.sha256).hexdigest()
            requests.post(
                f"{self._system.simulator.url}/{traveller.page_id}/pass_thread_control",
                json={
                    "recipient": {"id": traveller.person.psid},
                    "target_app_id": OUR_APP,
                    "access_token": token,
                    "appsecret_proof": proof,
                },
                timeout=10,
            ).raise_for_status()
        if waiting:
            self._rest()

    def _arrive(self, page_id: str, switches: Values) -> Traveller:
        """Add a Page with these switches, on which our app has its place, and a person on it."""
        own = {**switches, "routing": self._place.routing}
        page = {"page_id": page_id, "access_token": token_of(page_id), "switches": own}
        self._client.post("pages", page)
        if not self._place.is_default:
            other = {"app_id": OTHER_APP, "app_secret": OTHER_SECRET, "name": "Router"}
            token = f"other-{token_of(page_id)}"
            on_page = {"page_id": page_id, "access_token": token, "default": True}
            self._client.post("apps", {**other, **on_page})
        if not self._place.may_take:
            ours = {"app_id": OUR_APP, "page_id": page_id, "can_take": False}
            self._client.post("apps", ours)
        person = Person(self._stage, "Ana", page_id=page_id)
        return Traveller(page_id, own, person, Agent(self._stage, person))


def _do_more_than_write(traveller: Traveller) -> None:
    """Let person and agent send what has a switch of its own, and what comes with it."""
    person, agent = traveller.person, traveller.agent
    person.edits("It was order A18")
    person.taps(str(BUY["title"]))
    person.sends_thumbs_up()
    person.shares_place(53.5461, 9.9661)
    person.reacts()
    person.unreacts()
    person.clicks_ad("6045246247433")
    person.says("I saw your ad")
    person.sends("https://example.com/parcel.jpg")
    agent.sends("https://example.com/receipt.jpg")


def _was_told(heard: list[str]) -> bool:
    return len(heard) == 1 and heard[0].startswith("/handback")


def _says_it_is_back(words: list[str]) -> bool:
    return len(words) == 1 and words[0].startswith("The bot is back")
