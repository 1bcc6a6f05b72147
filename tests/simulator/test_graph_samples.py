"""Every published answer of the Graph API is what the simulator answers in that situation."""

import json

import pytest

from tests.simulator.conftest import Graph
from tests.simulator.receiver import APP, INBOX, PAGE, SECRET
from tests.unit.payloads import PAYLOADS, golden

SAMPLES = sorted(path.stem for path in (PAYLOADS / "graph").glob("*.json"))
USER_TOKEN = "simulated-user-token-opens-nothing-at-meta"
WINDOW = 24 * 3600
#: Texts that a sample has and a call can't bring about, and why; all else must be equal.
DIFFERENCES = {
    # The name of the app, the Page, the person; times as words.
    "app_subscriptions_get": {"object", "callback_url", "name", "version"},
    "conversations_is_owner": {"created_time"},
    "conversations_participants": {"name"},
    "debug_token_user": {"scopes"},
    "me_accounts": {"name", "category"},
    "secondary_receivers": {"name"},
    "subscribed_apps_get": {"name", "link"},
}
#: The platform's own values, of which only the kind can be compared.
OWN = {
    "id", "fbtrace_id", "recipient_id", "message_id", "attachment_id", "access_token", "app_id",
    "expiration", "expires_at", "issued_at", "user_id", "before", "after", "application",
}  # fmt: skip


class Asker:
    """Brings each sample about; every method is named as its file and returns the answer."""

    def __init__(self, person, agent, graph, control, receiver):
        self.person, self.agent, self.graph = person, agent, graph
        self._control, self._receiver = control, receiver
        self._opened = []

    def close(self):
        for calls in self._opened:
            calls.session.close()

    def as_(self, token):
        self._opened.append(Graph(self.graph.url, token))
        return self._opened[-1]

    def set(self, **switches):
        assert self._control("PUT", "switches", switches).status_code == 200

    def refuses(self, **error):
        rules = [{"on": "graph", "do": "error", "error": error}]
        assert self._control("PUT", "faults", {"rules": rules}).status_code == 200
        return self.graph.get("me")

    def to(self, **body):
        return self.graph.post("messages", recipient={"id": self.person.psid}, **body)

    def image(self, **payload):
        return {"attachment": {"type": "image", "payload": payload}}

    def send_ok(self):
        self.person.says("hello")
        return self.to(message={"text": "Hi"})

    def send_ok_reusable_attachment(self):
        self.person.says("hello")
        return self.to(message=self.image(url="https://example.com/a.png", is_reusable=True))

    def sender_action_ok(self):
        self.person.says("hello")
        return self.to(sender_action="typing_on")

    def message_attachments_ok(self):
        message = self.image(url="https://example.com/a.png", is_reusable=True)
        return self.graph.post("message_attachments", message=message)

    def thread_control_ok(self):
        self.person.says("hello")
        return self.graph.passes(self.person.psid, INBOX)

    def take_thread_control_ok_legacy(self):
        self.set(take_answer="thread_owner")
        self.person.says("hello")
        self.agent.takes()
        return self.graph.post("take_thread_control", recipient={"id": self.person.psid})

    def thread_owner(self):
        self.person.says("hello")
        return self.graph.get("me/thread_owner", recipient=self.person.psid)

    def secondary_receivers(self):
        values = {"app_id": "77", "app_secret": "s77", "access_token": "t77"}
        assert self._control("POST", "apps", values).status_code == 200
        return self.graph.get("me/secondary_receivers", fields="id,name")

    def messaging_feature_status(self):
        return self.graph.get("me", fields="messaging_feature_status")

    def subscribed_apps_post(self):
        self.set(success_flag="text")
        return self.graph.post("subscribed_apps", subscribed_fields="messages")

    def subscribed_apps_get(self):
        self.subscribed_apps_post()
        return self.graph.get("me/subscribed_apps")

    def app_subscriptions_get(self):
        app = self.as_(f"{APP}|{SECRET}")
        body = {
            "object": "page", "callback_url": self._receiver.url, "fields": "messages,standby",
            "verify_token": self._receiver.verify_token,
        }  # fmt: skip
        url = f"{app.url}/{APP}/subscriptions"
        assert app.session.post(url, data=body, timeout=5).json() == {"success": True}
        return app.get(f"{APP}/subscriptions")

    def messenger_profile_post_or_delete(self):
        greeting = golden("graph", "messenger_profile_get")["data"][0]["greeting"]
        return self.graph.post("messenger_profile", greeting=greeting)

    def messenger_profile_get(self):
        printed = golden("graph", "messenger_profile_get")["data"][0]
        self.graph.post("messenger_profile", **printed)
        return self.graph.get("me/messenger_profile", fields="whitelisted_domains,greeting")

    def persona_create(self):
        return self.graph.post("personas", name="Adam", profile_picture_url="https://x.example/a")

    def personas_list(self):
        for each in golden("graph", "personas_list")["data"]:
            picture = each["profile_picture_url"]
            self.graph.post("personas", name=each["name"], profile_picture_url=picture)
        return self.graph.get("me/personas")

    def conversations_participants(self):
        self.person.says("CUSTOMER-NAME")
        self.to(message={"text": "hello"})
        return self.graph.get("me/conversations", fields="participants,messages{id,message}")

    def conversations_is_owner(self):
        other = self._control("POST", "people", {"name": "Ben"}).json()["psid"]
        self._control("POST", f"people/{other}/messages", {"text": "hello"})
        self.graph.passes(other, INBOX)
        self.person.says("hello")
        self.to(message={"text": "Hi"})
        return self.graph.get("me/conversations", fields="messages,is_owner")

    def me_accounts(self):
        return self.as_(USER_TOKEN).get("me/accounts")

    def debug_token_user(self):
        own = Graph(self.graph.url, USER_TOKEN)
        try:
            return own.get("debug_token", input_token=USER_TOKEN)
        finally:
            own.session.close()

    def error_generic(self):
        printed = golden("graph", "error_generic")["error"]
        return self.refuses(
            code=printed["code"], subcode=printed["error_subcode"], message=printed["message"],
            user_title=printed["error_user_title"], user_msg=printed["error_user_msg"],
        )  # fmt: skip

    def error_190_messenger(self):
        return self.refuses(code=190, subcode=1234567)

    def error_10_2018300_other_app_in_control(self):
        self.person.says("hello")
        self.agent.takes()
        return self.to(message={"text": "Hi"})

    def error_10_2018278_outside_window(self):
        self.person.says("hello")
        self._control("POST", "clock", {"advance_seconds": WINDOW})
        return self.to(message={"text": "Hi"})

    def _to_somebody_who_left(self):
        self.person.says("hello")
        self._control("POST", f"people/{self.person.psid}/availability", {"blocked": True})
        return self.to(message={"text": "Hi"})

    def error_551_1545041(self):
        return self._to_somebody_who_left()

    def error_200_1545041_captured(self):
        message = golden("graph", "error_200_1545041_captured")["error"]["message"]
        return self.refuses(code=200, subcode=1545041, message=message)

    def error_100_2018001(self):
        return self.graph.post("messages", recipient={"id": "12345"}, message={"text": "Hi"})

    def error_80001_rate(self):
        return self.refuses(code=80001)

    def error_17_is_transient(self):
        return self.refuses(code=17, subcode=2446079)

    def error_1_2018382_instant_form(self):
        return self.refuses(code=1, subcode=2018382)


@pytest.fixture
def asker(person, agent, graph, control, receiver):
    asking = Asker(person, agent, graph, control, receiver)
    yield asking
    asking.close()


@pytest.mark.parametrize("name", SAMPLES)
def test_a_published_answer_is_given_field_for_field(name, asker):
    answer = _as_printed(getattr(asker, name)().json(), asker.person.psid)
    assert set(_differences(golden("graph", name), answer)) == DIFFERENCES.get(name, set())


def _as_printed(answer, psid):
    """Put the samples' words in the place of addresses that are made of ids."""
    text = json.dumps(answer).replace(f"{psid}@", "PSID@").replace(f"{PAGE}@", "PAGE-ID@")
    return json.loads(text)


def _differences(sample, told, name=""):
    """Yield where an answer differs from the sample: names, order, kinds and values."""
    if isinstance(sample, dict) and isinstance(told, dict):
        if list(sample) != list(told):
            yield f"{list(told)} in place of {list(sample)}"
        for key in sample.keys() & told.keys():
            yield from _differences(sample[key], told[key], key)
    elif isinstance(sample, list) and isinstance(told, list) and _objects(sample):
        for one, another in zip(sample, told, strict=True):
            yield from _differences(one, another, name)
    elif name in OWN:
        if type(sample) is not type(told):
            yield name
    elif sample != told:
        yield name


def _objects(values):
    return all(isinstance(value, dict) for value in values)


def test_the_page_in_an_answer_is_the_simulator_s(asker):
    assert asker.me_accounts().json()["data"][0]["id"] == PAGE
