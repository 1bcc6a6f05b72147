"""Every published webhook that the simulator models goes out field for field as it is printed."""

import pytest

from tests.simulator.conftest import Graph
from tests.simulator.receiver import APP
from tests.unit.payloads import WEBHOOKS, golden

#: Where what is sent differs from the sample, and why.
DIFFERENCES = {
    # What the sample prints is no address.
    "echo_attachment_image": {"url"},
    # The table of properties on the event's own page has the mid.
    "postback": {"mid is not in the sample"},
    # The page on messages, and the sample of it, put the mid first.
    "message_quick_reply": {"the order of message"},
    "message_quick_reply_phone": {"the order of message", "payload", "text"},
    # The sample has words in place of the times and of the values that can be chosen.
    "optin_notification_messages": {
        "timestamp",
        "token_expiry_timestamp",
        "notification_messages_frequency",
        "user_token_status",
    },
    # An agent, who alone can share a link in the Page's name, writes no metadata.
    "echo_fallback": {"metadata is missing"},
    # The sample leaves out what was said.
    "echo_reply_to": {"text is not in the sample"},
    # The sample leaves out the event itself.
    "standby_skeleton": {"timestamp is not in the sample", "message is not in the sample"},
}
#: The platform's own values: a sample's can only be like them in kind.
OWN = {
    "mid", "mids", "time", "timestamp", "watermark", "app_id", "previous_owner_app_id",
    "new_owner_app_id", "requested_owner_app_id", "notification_messages_token",
    "token_expiry_timestamp",
}  # fmt: skip
METADATA = "<DEVELOPER_DEFINED_METADATA_STRING>"
TEXT = "hello, world!"
IMAGE = "https://example.com/image.png"


class Sender:
    """Lets each sample happen; every method is named as its file."""

    def __init__(self, person, agent, graph, other, control):
        self.person, self.agent, self.graph, self.other = person, agent, graph, other
        self._control = control

    def acts(self, what, **values):
        answer = self._control("POST", f"people/{self.person.psid}/{what}", values)
        assert answer.status_code == 200, answer.text

    def sends(self, message, **rest):
        body = {"message": {"metadata": METADATA, **message}, **rest}
        answer = self.graph.post("messages", recipient={"id": self.person.psid}, **body)
        assert answer.status_code == 200, answer.text

    def message_text(self):
        self.person.says(TEXT)

    def message_text_with_quick_reply_reference(self):
        self.acts("messages", text=TEXT, quick_reply={"payload": "<DEVELOPER_DEFINED_PAYLOAD>"})

    def message_quick_reply(self):
        payload = "DEVELOPER_DEFINED_PAYLOAD_FOR_PICKING_GREEN"
        replies = [{"content_type": "text", "title": "Green", "payload": payload}]
        self.person.says("hello")
        self.sends({"text": "Pick a colour", "quick_replies": replies})
        self.person.taps("Green")

    def message_quick_reply_phone(self):
        self.person.says("hello")
        replies = [{"content_type": "user_phone_number"}]
        self.sends({"text": "Your number?", "quick_replies": replies})
        self.person.taps(self.person.thread.choices()[0]["title"])

    def message_reply_to(self):
        self.person.says("hello")
        self.sends({"text": "Hi!"})
        self.person.says(TEXT, reply_to=self.person.thread.messages[-1])

    def message_attachment_image(self):
        self.person.sends("<ATTACHMENT_URL>")

    def message_attachment_sticker(self):
        self.acts("messages", attachment={"type": "sticker", "url": "<STICKER_URL>"})

    def message_fallback(self):
        text = "This is where I want to go: https://youtu.be/bbo_fZAjIhg"
        self.person.shares("<ATTACHMENT_URL >", "TAHITI - Heaven on Earth", text)

    def message_referral_product(self):
        self.acts("messages", text=TEXT, referral={"product": {"id": "<PRODUCT_ID>"}})

    def message_referral_ads(self):
        self.referral_ads(in_new_thread=True)
        self.person.says(TEXT)

    def message_commands(self):
        text = "find flights from SFO to LAX next Thursday"
        self.acts("messages", text=text, commands=["flights"])

    def message_nlp_assembled(self):
        sample = golden("webhooks", "message_nlp_assembled")
        nlp = sample["entry"][0]["messaging"][0]["message"]["nlp"]
        self.acts("messages", text="<MESSAGE_TEXT>", nlp=nlp)

    def postback(self):
        self.acts("postbacks", title="<BUTTON_TITLE>", payload="<DEVELOPER_DEFINED_PAYLOAD>")

    def referral_mme_existing_thread(self):
        self.person.says("hello")
        self.person.follows_link("<REF_DATA_PASSED_IN_M.ME_PARAM>")

    def referral_ads(self, in_new_thread=False):
        if not in_new_thread:
            self.person.says("hello")
        printed = golden("webhooks", "referral_ads")["entry"][0]["messaging"][0]["referral"]
        ref, context = printed["ref"], printed["ads_context_data"]
        self.person.clicks_ad(printed["ad_id"], ref, **context)

    def delivery(self):
        self.person.says("hello")
        self.sends({"text": "Hi!"})

    def read(self):
        self.delivery()
        self.person.says("thanks")

    def reaction(self):
        self.delivery()
        self.person.reacts("love")

    def message_edit(self):
        self.person.says("helo")
        self.person.edits("<TEXT>")

    def echo_text(self):
        self.person.says("hello")
        self.sends({"text": TEXT})

    def echo_attachment_image(self):
        self.person.says("hello")
        self.sends({"attachment": {"type": "image", "payload": {"url": IMAGE}}})

    def echo_template_button(self):
        button = {
            "type": "web_url", "url": "https://www.messenger.com/", "title": "Visit Messenger"
        }  # fmt: skip
        payload = {"template_type": "button", "text": "Here:", "buttons": [button]}
        self.person.says("hello")
        self.sends({"attachment": {"type": "template", "payload": payload}})

    def echo_fallback(self):
        self.person.says("hello")
        self.has_no_default_app()
        url, title = "https://www.messenger.com/", "Legacy Attachment"
        body = {"attachment": {"type": "fallback", "url": url, "title": title}}
        assert self._control("POST", f"inbox/{self.person.psid}/replies", body).status_code == 200

    def echo_reply_to(self):
        self.person.says("hello")
        self.sends({"text": "Hi!"}, reply_to={"mid": self.person.thread.messages[-1].mid})

    def standby_skeleton(self):
        self.person.says("hello")
        self.agent.takes()
        self.person.says("Are you there?")

    def handover_pass_thread_control(self):
        self.person.says("hello")
        self.controls("take_thread_control")
        words = "Additional content that the caller wants to set"
        self.controls("pass_thread_control", target_app_id=APP, metadata=words)

    def handover_take_thread_control(self):
        self.person.says("hello")
        words = "additional content that the caller wants to set"
        self.controls("take_thread_control", metadata=words)

    def handover_request_thread_control(self):
        self.person.says("hello")
        self.has_no_default_app()
        words = "additional content that the caller wants to set"
        self.controls("request_thread_control", metadata=words)

    def has_no_default_app(self):
        assert self._control("PUT", "switches", {"routing": "off"}).status_code == 200

    def controls(self, edge, **values):
        """Let another app, which may take, call an edge of thread control."""
        answer = self.other.post(edge, recipient={"id": self.person.psid}, **values)
        assert answer.json() == {"success": True}

    def handover_app_roles(self):
        answer = self._control("PUT", "switches", {"routing": "receiver_roles"})
        assert answer.status_code == 200, answer.text

    def optin_notification_messages(self):
        values = {
            "payload": "ADDITIONAL-INFORMATION", "frequency": "DAILY", "timezone": "TIMEZONE-ID",
            "status": "NOTIFICATION-STATUS", "title": "TITLE",
        }  # fmt: skip
        self.acts("optins", **values)

    def account_linking_linked(self):
        self.person.links_account("PASS_THROUGH_AUTHORIZATION_CODE")


@pytest.fixture
def other(graph, control):
    """Another app, which may take control."""
    values = {"app_id": "77", "app_secret": "s77", "access_token": "t77", "can_take": True}
    assert control("POST", "apps", values).status_code == 200
    calls = Graph(graph.url, "t77")
    yield calls
    calls.session.close()


@pytest.fixture
def sender(person, agent, graph, other, control):
    return Sender(person, agent, graph, other, control)


@pytest.mark.parametrize("name", WEBHOOKS)
def test_a_published_webhook_goes_out_field_for_field(name, sender, receiver, quiet):
    getattr(sender, name)()
    quiet()
    sample = golden("webhooks", name)
    found = [set(_differences(sample, got.alone)) for got in receiver.received]
    assert DIFFERENCES.get(name, set()) in found


def _differences(sample, sent, name="", owner=""):
    """Yield where what was sent differs from the sample: names, order, kinds and values."""
    if isinstance(sample, dict) and isinstance(sent, dict):
        sample, sent = (
            {"an app's id" if key.isdigit() else key: value for key, value in each.items()}
            for each in (sample, sent)
        )
        yield from (f"{key} is missing" for key in sample if key not in sent)
        yield from (f"{key} is not in the sample" for key in sent if key not in sample)
        both = [key for key in sample if key in sent]
        if both != [key for key in sent if key in sample]:
            yield f"the order of {name}"
        for key in both:
            yield from _differences(sample[key], sent[key], key, name)
    elif isinstance(sample, list) and isinstance(sent, list) and len(sample) == len(sent):
        for one, another in zip(sample, sent, strict=True):
            yield from _differences(one, another, name, owner)
    elif name in OWN or (name == "id" and owner in {"sender", "recipient", "entry"}):
        if type(sample) is not type(sent):
            yield name
    elif sample != sent:
        yield name
