"""Journeys with npm's messaging-api-messenger, as it is published.

It has no method that releases control: its own connection does. Requests carry the app secret
proof, since the client has the secret.
"""

import base64

import pytest

from tests.simulator.receiver import APP, INBOX, PAGE
from tests.third_party.talking import ClientError

pytestmark = pytest.mark.timeout(600)  # The first test installs Node and the packages.
PICTURE = {"buffer": base64.b64encode(b"\x89PNG not really").decode()}


def test_a_person_is_handed_to_the_page_inbox_and_taken_back(messenger, person, agent, receiver):
    person.says("I want to talk to a human")
    psid = receiver.wait_for(1, "message")[0].event["sender"]["id"]
    sent = messenger.call("sendText", psid, "I am passing you to a person.")
    assert sent["recipientId"] == psid
    assert person.sees("passing you").mid == sent["messageId"]

    assert messenger.call("passThreadControlToPageInbox", psid, "asked") == {"success": True}
    assert person.thread.owner == INBOX
    with pytest.raises(ClientError, match=r"10 OAuthException .* another app is controlling"):
        messenger.call("sendText", psid, "Too late")

    agent.replies("Mia here")
    person.says("My parcel is lost")
    heard = receiver.wait_for(2, "message")[-1]
    assert (heard.channel, heard.event["message"]["text"]) == ("standby", "My parcel is lost")
    assert messenger.call("getThreadOwner", psid)["appId"] == INBOX

    assert messenger.call("takeThreadControl", psid, "bot again") == {"success": True}
    assert messenger.call("getThreadOwner", psid)["appId"] == APP
    messenger.call("sendText", psid, "The bot is back")
    person.sees("bot is back")
    assert messenger.call("releaseThreadControl", psid) == {"success": True}
    assert person.thread.owner is None


def test_on_an_older_page_the_inbox_asks_and_the_person_is_passed_to_it(
    messenger, person, agent, receiver, stage
):
    stage.client.put("switches", {"routing": "receiver_roles"})
    person.says("hello")
    agent.takes()
    request = receiver.wait_for(1, "request_thread_control")[0].event["request_thread_control"]
    assert request["requested_owner_app_id"] == int(INBOX)
    assert messenger.call("passThreadControlToPageInbox", person.psid) == {"success": True}
    assert messenger.call("getThreadOwner", person.psid) == {"appId": INBOX}
    assert messenger.call("takeThreadControl", person.psid) == {"success": True}
    assert person.thread.owner == APP


def test_without_a_default_app_control_is_had_for_the_asking(messenger, person, receiver, stage):
    stage.client.put("switches", {"routing": "off"})
    person.says("hello")
    assert messenger.call("requestThreadControl", person.psid, "mine") == {"success": True}
    event = receiver.wait_for(1, "pass_thread_control")[0].event["pass_thread_control"]
    assert (event["new_owner_app_id"], event["metadata"]) == (APP, "mine")
    assert messenger.call("getThreadOwner", person.psid)["appId"] == APP


def test_an_agent_s_done_gives_the_thread_back_with_an_event(messenger, person, agent, receiver):
    person.says("hello")
    messenger.call("passThreadControlToPageInbox", person.psid)
    agent.marks_done()
    event = receiver.wait_for(1, "pass_thread_control")[0].event["pass_thread_control"]
    assert event == {"previous_owner_app_id": INBOX, "new_owner_app_id": APP}
    assert messenger.call("getThreadOwner", person.psid)["appId"] == APP


def test_everything_it_can_say_is_seen(messenger, person):
    person.says("hello")
    psid = person.psid
    messenger.call("typingOn", psid)
    replies = [{"contentType": "text", "title": "Hours", "payload": "/hours"}]
    messenger.call("sendText", psid, "Pick one", {"quickReplies": replies})
    person.taps("Hours")
    assert person.thread.messages[-1].text == "Hours"
    button = {"type": "postback", "title": "Start", "payload": "/start"}
    messenger.call("sendButtonTemplate", psid, "A menu", [button])
    person.taps("Start")
    card = {"title": "Moby Dick", "subtitle": "Two copies", "buttons": [button]}
    messenger.call("sendGenericTemplate", psid, [card])
    person.sees("two copies")
    receipt = {
        "recipientName": "Ana", "orderNumber": "7", "currency": "EUR", "paymentMethod": "Cash",
        "summary": {"totalCost": 24.9}, "elements": [{"title": "Moby Dick", "price": 24.9}],
    }  # fmt: skip
    messenger.call("sendReceiptTemplate", psid, receipt)
    assert person.thread.messages[-1].attachments[0]["payload"]["template_type"] == "receipt"
    messenger.call("sendImage", psid, "https://example.com/a.png")
    assert person.thread.messages[-1].attachments[0]["type"] == "image"
    with pytest.raises(ClientError, match="100 "):
        messenger.call("sendText", psid, "x" * 2001)


def test_a_buffer_is_uploaded_and_sent_by_its_id(messenger, person):
    person.says("hello")
    options = {"filename": "a.png", "isReusable": True}
    uploaded = messenger.call("uploadImage", PICTURE, options)
    messenger.call("sendImage", person.psid, {"attachmentId": uploaded["attachmentId"]})
    url = person.thread.messages[-1].attachments[0]["payload"]["url"]
    assert uploaded["attachmentId"] in url


def test_personas_are_made_listed_used_and_deleted(messenger, person):
    person.says("hello")
    about = {"name": "Adam", "profilePictureUrl": "https://example.com/adam.jpg"}
    persona_id = messenger.call("createPersona", about)["id"]
    assert messenger.call("getPersona", persona_id)["name"] == "Adam"
    listed = messenger.call("getAllPersonas")
    assert listed == [{**about, "id": persona_id}]
    messenger.call("sendText", person.psid, "I am Adam", {"personaId": persona_id})
    assert person.sees("I am Adam").name == "Adam"
    assert messenger.call("deletePersona", persona_id) == {"success": True}
    assert messenger.call("getAllPersonas") == []


def test_profile_subscriptions_and_page_are_read_back(messenger, person, receiver):
    assert messenger.call("setGetStarted", "/start") == {"result": "success"}
    messenger.call("setGreeting", "Hello!")
    assert messenger.call("getGreeting") == [{"locale": "default", "text": "Hello!"}]
    menu = [{"type": "postback", "title": "Hours", "payload": "/hours"}]
    assert messenger.call("setPersistentMenu", menu) == {"result": "success"}
    assert messenger.call("getPageInfo")["id"] == PAGE
    name = messenger.call("getUserProfile", person.psid)["firstName"]
    assert name == "Ana"
    subscribing = {"callbackUrl": receiver.url, "verifyToken": receiver.verify_token}
    assert messenger.call("createSubscription", subscribing) == {"success": True}
    (subscription,) = messenger.call("getSubscriptions")
    assert subscription["callbackUrl"] == receiver.url
    receivers = messenger.call("getSecondaryReceivers")
    assert {"id": INBOX, "name": "Page Inbox"} in receivers


def test_a_batch_of_two_messages_is_sent(messenger, person):
    person.says("hello")
    texts = [
        {"method": "POST", "relativeUrl": "me/messages",
         "body": {"recipient": {"id": person.psid}, "message": {"text": text}}}
        for text in ("one", "two")
    ]  # fmt: skip
    answers = messenger.call("sendBatch", texts)
    assert [answer["code"] for answer in answers] == [200, 200]
    assert [message.text for message in person.thread.messages] == ["hello", "one", "two"]


def test_a_message_of_a_batch_waits_for_another(messenger, person):
    person.says("hello")

    def says(text, **rest):
        body = {"recipient": {"id": person.psid}, "message": {"text": text}}
        return {"method": "POST", "relativeUrl": "me/messages", "body": body, **rest}

    first = says("one", name="first", omitResponseOnSuccess=False)
    answers = messenger.call("sendBatch", [first, says("two", dependsOn="first")])
    assert [answer["code"] for answer in answers] == [200, 200]
    assert person.last_message == "two"


def test_a_wrong_secret_is_refused(messenger, person, simulator):
    person.says("hello")
    simulator.connect("", app_secret="another")
    with pytest.raises(ClientError, match="Invalid appsecret_proof"):
        messenger.call("sendText", person.psid, "Hi")
