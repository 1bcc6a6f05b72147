"""Send the bot the messages of page_messages.yml, each as somebody's first, and judge the answers.

The whole bot answers: the trained model, its rules, and its action server, as over Rasa's REST
channel and with what the bridge tells Rasa about a message. What counts is what the person sees,
not the intent: see `judging.judge`. Where the bot asks something before it hands over, the check
taps "Connect me now" and judges what follows.

A handoff that nobody asked for costs an agent's time. It is counted in minutes of agents for each
1,000 ordinary messages; MINUTES is an assumption, to be replaced with a team's own figure.
"""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ruamel.yaml
from rasa.core.agent import Agent, load_agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.utils import AvailableEndpoints
from rasa.utils.endpoints import EndpointConfig

from rasa_bot.checks.cross_validation import examples_of
from rasa_bot.checks.document import MINUTES
from rasa_bot.checks.figures import Messages, in_the_same_words
from rasa_bot.checks.judging import CONNECT_NOW, Outcome, asks_before_handing_over, judge

BOT = Path(__file__).resolve().parent.parent
MESSAGES = Path(__file__).with_name("page_messages.yml")

#: The kinds of messages in there.
WANTS_A_PERSON = "wants_a_person"
FOR_THE_TEAM = "ordinary_for_the_team"

#: At least so many of the requests must be met, and at most so many of the others disturbed.
MET_OF_60 = 54
DISTURBED_OF_60 = 2

#: Seconds for the action server to answer.
START_TIMEOUT = 60.0


@dataclass(frozen=True)
class Contact:
    """One message, its kind, and what the bot's answer comes to."""

    text: str
    kind: str
    outcome: Outcome
    intent: str
    confidence: float
    #: Whether a training example says the same, as happens with short messages.
    is_example: bool

    @property
    def wants_a_person(self) -> bool:
        return self.kind == WANTS_A_PERSON

    @property
    def is_miss(self) -> bool:
        """Tell whether a request is not met, or an agent disturbed for nothing.

        Where only the team knows the answer it is right to offer a person.
        """
        if self.kind == FOR_THE_TEAM:
            return self.outcome is Outcome.HANDED_OVER
        return self.outcome.brings_a_person != self.wants_a_person


def sums(contacts: list[Contact]) -> Messages:
    """Count what the contacts come to."""
    asked = [contact for contact in contacts if contact.wants_a_person]
    new = [contact for contact in asked if not contact.is_example]
    ordinary = [contact for contact in contacts if not contact.wants_a_person]
    for_the_team = [contact for contact in ordinary if contact.kind == FOR_THE_TEAM]
    return Messages(
        asked=len(asked),
        met=sum(not contact.is_miss for contact in asked),
        handed_over=sum(contact.outcome is Outcome.HANDED_OVER for contact in asked),
        new_asked=len(new),
        new_met=sum(not contact.is_miss for contact in new),
        ordinary=len(ordinary),
        disturbed=sum(contact.is_miss for contact in ordinary),
        for_the_team=len(for_the_team),
        offered=sum(contact.outcome is Outcome.OFFERED for contact in for_the_team),
    )


def is_good_enough(found: Messages) -> bool:
    """Tell whether enough requests are met and few enough ordinary messages disturbed."""
    met_enough = found.met * 60 >= MET_OF_60 * found.asked
    return met_enough and found.disturbed * 60 <= DISTURBED_OF_60 * found.ordinary


async def contact_all(model: str) -> list[Contact]:
    """Let the bot answer each message, in a conversation of its own."""
    messages = ruamel.yaml.YAML(typ="safe").load(MESSAGES)
    examples = {in_the_same_words(example.get("text")) for example in examples_of(BOT)}
    bots = bots_among_targets()
    with action_server() as url:
        endpoints = AvailableEndpoints.read_endpoints(str(BOT / "endpoints.yml"))
        endpoints.action = EndpointConfig(url)
        endpoints.tracker_store = None  # in memory
        agent = await load_agent(model, endpoints=endpoints)
        contacts = []
        for kind, texts in messages.items():
            for text in texts:
                outcome = judge(await answers_to(agent, text), bots)
                intent = (await agent.parse_message(text))["intent"]
                found = intent["name"], intent["confidence"]
                is_example = in_the_same_words(text) in examples
                contacts.append(Contact(text, kind, outcome, *found, is_example))
        return contacts


async def answers_to(agent: Agent, text: str) -> list[dict[str, Any]]:
    """Let the bot answer one message, and go on to the end of what it asks before a handoff."""
    answers = await say(agent, text, sender=text)
    if asks_before_handing_over(answers):
        answers = await say(agent, CONNECT_NOW, sender=text)
    return answers


async def say(agent: Agent, text: str, sender: str) -> list[dict[str, Any]]:
    """Return what the bot answers, with the metadata that the bridge sends."""
    channel = CollectingOutputChannel()
    metadata = {"psid": sender, "locale": "en_GB", "entry_point": "message"}
    message = UserMessage(text, channel, sender, input_channel="rest", metadata=metadata)
    await agent.handle_message(message)
    if not channel.messages:  # to the bridge that is a failure too
        raise RuntimeError(f"The bot says nothing to {text!r}: look for an action that fails.")
    return channel.messages


def bots_among_targets() -> frozenset[str]:
    """Return the handoff targets that are no persons."""
    config = ruamel.yaml.YAML(typ="safe").load(BOT / "handoff_config.yml")
    targets = config["handoff_targets"].items()
    return frozenset(name for name, target in targets if target["kind"] == "bot")


@contextmanager
def action_server() -> Iterator[str]:
    """Run the bot's action server on a free port; yield its address for Rasa."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "rasa_sdk", "--actions", "actions", "--port", str(port)]
    process = subprocess.Popen(command, cwd=BOT, stdout=sys.stderr)  # noqa: S603 - all our own
    try:
        _wait_for(port, process)
        yield f"http://127.0.0.1:{port}/webhook"
    finally:
        process.terminate()
        process.wait()


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    give_up = time.monotonic() + START_TIMEOUT
    while process.poll() is None and time.monotonic() < give_up:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=2).close()
            return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError("The action server does not answer.")


def report(contacts: list[Contact]) -> Messages:
    """Print every miss and the sums, and return these."""
    for miss in (contact for contact in contacts if contact.is_miss):
        found = f"{miss.confidence:.2f} {miss.intent}"
        sys.stdout.write(f"{miss.kind:<22} {miss.outcome.value:<12} {found:<24} {miss.text}\n")
    found = sums(contacts)
    sys.stdout.write(
        f"rasa: {found.met} of {found.asked} requests end with a person or a clear offer of one, "
        f"{found.handed_over} of them at once (at least {MET_OF_60} of 60 wanted); of the "
        f"{found.new_asked} that are no training example {found.new_met}\n"
        f"rasa: {found.disturbed} of {found.ordinary} ordinary messages do (at most "
        f"{DISTURBED_OF_60} of 60): {found.cost(MINUTES):.0f} agent minutes in 1,000 of them, at "
        f"{MINUTES} minutes each\n"
    )
    return found
