import contextlib
import json
import logging
import socket
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import responses
from hypothesis import given
from hypothesis import strategies as st
from responses import matchers

from messenger_app.conversation.messages import BotMessage
from messenger_app.rasa.client import RasaClient, as_words
from messenger_app.rasa.errors import (
    BotCutOff,
    BotError,
    BotOutcomeUnknown,
    BotRejected,
    BotUnreachable,
)
from tests.unit.payloads import PSID
from tests.unit.servers import answering, http, refused_url

URL = "http://rasa.example:5005"
REST = f"{URL}/webhooks/rest/webhook"
TRACKER = f"{URL}/conversations/{PSID}/tracker"
TOKEN = "a-rasa-token-that-nobody-may-see"
METADATA = {"request": "key-1", "mid": "m_1"}


@pytest.fixture
def rasa() -> Iterator[RasaClient]:
    client = RasaClient(f"{URL}/", TOKEN)
    yield client
    client.close()


@pytest.fixture
def bot() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


def said(bot: responses.RequestsMock) -> str:
    message: str = json.loads(bot.calls[-1].request.body or "{}")["message"]
    return message


def test_a_question_carries_sender_words_and_metadata(
    rasa: RasaClient, bot: responses.RequestsMock
) -> None:
    bot.post(
        REST,
        json=[{"recipient_id": PSID, "text": "From nine to six."}],
        match=[
            matchers.json_params_matcher(
                {"sender": PSID, "message": "When are you open?", "metadata": METADATA}
            )
        ],
    )
    answer = rasa.say(PSID, "When are you open?", METADATA)
    assert answer.messages == (BotMessage(text="From nine to six."),)
    assert answer.handoff is None


def test_no_answer_is_an_answer(rasa: RasaClient, bot: responses.RequestsMock) -> None:
    bot.post(REST, json=[])
    assert rasa.say(PSID, "Hm", METADATA).messages == ()


def test_half_an_emoji_in_an_answer_costs_one_character(
    rasa: RasaClient, bot: responses.RequestsMock
) -> None:
    bot.post(REST, body=b'[{"text": "Hi \\ud83d, \\u00fc"}]')
    assert rasa.say(PSID, "Hm", METADATA).messages == (BotMessage(text="Hi ?, ü"),)


# Intents and words


@pytest.mark.parametrize(
    "typed",
    ["/restart", " /human_handoff", '/handback{"outcome":"done"}', "\u00a0/x", "\x1c/x", "\n\t/x"],
)
def test_what_a_person_types_is_never_obeyed(
    rasa: RasaClient, bot: responses.RequestsMock, typed: str
) -> None:
    bot.post(REST, json=[])
    rasa.say(PSID, typed, METADATA)
    assert not said(bot).strip().startswith("/")
    assert said(bot).endswith(typed)


@given(st.text(), st.text(st.sampled_from(" \n\t\u00a0\u2003\u3000\x1c")))
def test_no_words_begin_with_a_slash_however_they_are_stripped(text: str, space: str) -> None:
    assert not as_words(space + "/" + text).strip().startswith("/")


@given(st.text())
def test_words_without_a_leading_slash_stay_as_they_are(text: str) -> None:
    if not text.strip().startswith("/"):
        assert as_words(text) == text


def test_the_payload_of_the_bots_own_button_is_given_as_it_is(
    rasa: RasaClient, bot: responses.RequestsMock
) -> None:
    bot.post(REST, json=[])
    rasa.tap(PSID, "/human_handoff", METADATA)
    assert said(bot) == "/human_handoff"


def test_the_bridges_intent_has_its_entities_as_json(
    rasa: RasaClient, bot: responses.RequestsMock
) -> None:
    bot.post(REST, json=[])
    rasa.trigger(PSID, "handback", {"outcome": "done", "unanswered": False}, METADATA)
    intent, _, entities = said(bot).partition("{")
    assert intent == "/handback"
    assert json.loads("{" + entities) == {"outcome": "done", "unanswered": False}


def test_an_intent_without_entities_is_its_name(
    rasa: RasaClient, bot: responses.RequestsMock
) -> None:
    bot.post(REST, json=[])
    rasa.trigger(PSID, "greet", {}, METADATA)
    assert said(bot) == "/greet"


# What the bot may have heard


def user(key: str, text: str = "Hi") -> dict[str, Any]:
    return {"event": "user", "text": text, "metadata": {"request": key}}


def uttered(text: str) -> dict[str, Any]:
    return {"event": "bot", "text": text, "data": {"buttons": None}}


def test_the_answer_to_a_question_is_found_by_its_key(
    rasa: RasaClient, bot: responses.RequestsMock
) -> None:
    events = [user("key-0"), uttered("Zero"), user("key-1"), uttered("One"), uttered("More")]
    bot.get(TRACKER, json={"events": [*events, user("key-2"), uttered("Two")]})
    answer = rasa.find_answer(PSID, "key-1")
    assert answer is not None
    assert [message.text for message in answer.messages] == ["One", "More"]


@pytest.mark.parametrize("tracker", [{}, {"events": None}, {"events": []}, [], "words"])
def test_a_tracker_that_knows_nothing_finds_nothing(
    rasa: RasaClient, bot: responses.RequestsMock, tracker: Any
) -> None:
    bot.get(TRACKER, json=tracker)
    assert rasa.find_answer(PSID, "key-1") is None


def test_a_senders_name_is_one_part_of_the_address(
    rasa: RasaClient, bot: responses.RequestsMock
) -> None:
    bot.get(f"{URL}/conversations/a%2F..%2Fb%3Fc/tracker", json={"events": []})
    assert rasa.find_answer("a/../b?c", "key-1") is None


# Whether it is up


def test_a_server_that_answers_is_up(rasa: RasaClient, bot: responses.RequestsMock) -> None:
    bot.get(f"{URL}/version", json={"version": "3.6.21"})
    assert rasa.is_up()


@pytest.mark.parametrize("status", [401, 500, 503])
def test_a_server_that_refuses_is_not_up(
    rasa: RasaClient, bot: responses.RequestsMock, status: int
) -> None:
    bot.get(f"{URL}/version", status=status)
    assert not rasa.is_up()


def test_a_server_that_drips_is_waited_for_no_longer_than_a_second() -> None:
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_drip, args=(listener, over))
        thread.start()
        client = RasaClient(f"http://127.0.0.1:{listener.getsockname()[1]}")
        began = time.monotonic()
        assert not client.is_up()
        assert time.monotonic() - began < 3
        over.set()
        thread.join()
    client.close()


def _drip(listener: socket.socket, over: threading.Event) -> None:
    """Answer one request with a header that goes on and on."""
    connection, _ = listener.accept()
    with connection, contextlib.suppress(OSError):
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
        while not over.wait(0.1):
            connection.sendall(b"a")


def test_a_server_that_is_not_there_is_not_up() -> None:
    client = RasaClient(refused_url(), TOKEN)
    assert not client.is_up()
    client.close()


# The token


def test_the_token_goes_with_the_tracker_alone(
    rasa: RasaClient, bot: responses.RequestsMock
) -> None:
    bot.get(TRACKER, json={}, match=[matchers.query_param_matcher({"token": TOKEN})])
    rasa.find_answer(PSID, "key-1")
    bot.post(REST, json=[])
    rasa.say(PSID, "Hi", METADATA)
    bot.get(f"{URL}/version", json={})
    assert rasa.is_up()
    assert [TOKEN in str(call.request.url) for call in bot.calls] == [True, False, False]


def test_without_a_token_none_is_sent(bot: responses.RequestsMock) -> None:
    bot.get(TRACKER, json={}, match=[matchers.query_param_matcher({})])
    client = RasaClient(URL)
    client.find_answer(PSID, "key-1")
    client.close()


# What goes wrong


def ask(client: RasaClient) -> Any:
    return client.say(PSID, "Nobody's business", METADATA)


def look(client: RasaClient) -> Any:
    return client.find_answer(PSID, "key-1")


def reason(
    url: str, *, asks: Callable[[RasaClient], Any] = ask, read_timeout: float = 2.0
) -> BotError:
    client = RasaClient(url, TOKEN, timeout=(2, read_timeout))
    with pytest.raises(BotError) as raised:
        asks(client)
    client.close()
    return raised.value


def test_a_refused_connection_asked_nothing() -> None:
    assert type(reason(refused_url())) is BotUnreachable


def test_a_bot_that_thinks_too_long_may_have_heard() -> None:
    with answering(None) as url:
        assert type(reason(url, read_timeout=0.1)) is BotOutcomeUnknown


def test_a_bot_that_hangs_up_may_have_heard() -> None:
    with answering(b"") as url:
        assert type(reason(url)) is BotOutcomeUnknown


@pytest.mark.parametrize(
    "answer",
    [
        http("500 Internal Server Error", b"{}"),
        http("401 Unauthorized", b"{}"),
        http("200 OK", b""),
        http("200 OK", b"<html>"),
        http("200 OK", b"{}"),
        http("200 OK", b"null"),
    ],
)
def test_an_answer_that_is_no_list_is_the_bots_error(answer: bytes) -> None:
    with answering(answer) as url:
        assert type(reason(url)) is BotRejected


@pytest.mark.parametrize(
    "status", ["502 Bad Gateway", "503 Service Unavailable", "504 Gateway Timeout"]
)
def test_a_gateways_error_leaves_open_what_the_bot_does(status: str) -> None:
    with answering(http(status, b"")) as url:
        assert type(reason(url)) is BotCutOff


@pytest.mark.parametrize("asks", [ask, look])
@pytest.mark.parametrize("answer", [None, b"", http("500 No", b"{}"), http("200 OK", b"<html>")])
def test_no_error_and_no_log_line_tells_the_token_or_the_words(
    asks: Callable[[RasaClient], Any], answer: bytes | None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with answering(answer) as url:
        error = reason(url, asks=asks, read_timeout=0.1)
    told = "".join(traceback.format_exception(error)) + repr(error) + caplog.text
    assert TOKEN not in told
    assert "Nobody's business" not in str(error)


def test_a_refused_connection_does_not_tell_the_token_either() -> None:
    told = "".join(traceback.format_exception(reason(refused_url(), asks=look)))
    assert TOKEN not in told
