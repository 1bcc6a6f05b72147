"""Journeys with PyPI's fbmessenger and pymessenger, as they are published.

Neither knows thread control: its own address, session and token do it in the forms of that time.
"""

import pytest

from tests.simulator.receiver import APP, INBOX

pytestmark = pytest.mark.timeout(600)  # The first test installs the client.


def owner_of(client, psid):
    told = client.call("owner", psid)["data"]
    return told[0]["thread_owner"]["app_id"] if told else None


@pytest.mark.parametrize("name", ["fbmessenger", "pymessenger"])
def test_a_person_is_handed_over_and_comes_back(name, request, person, agent, receiver):
    client = request.getfixturevalue(name)

    def send(text):
        if name == "fbmessenger":
            return client.call("send", {"text": text}, person.psid)
        return client.call("send_text_message", person.psid, text)

    person.says("I want to talk to a human")
    assert receiver.wait_for(1, "message")[0].channel == "messaging"
    assert send("I am passing you to a person.")["recipient_id"] == person.psid
    person.sees("passing you")
    assert client.call("pass_control", person.psid, INBOX) == {"success": True}
    assert send("Too late")["error"]["error_subcode"] == 2018300
    agent.replies("Mia here")
    person.says("My parcel is lost")
    assert receiver.wait_for(2, "message")[-1].channel == "standby"
    assert owner_of(client, person.psid) == INBOX
    assert client.call("take_control", person.psid) == {"success": True}
    assert owner_of(client, person.psid) == APP
    assert send("The bot is back")["message_id"] == person.sees("bot is back").mid
    assert client.call("release_control", person.psid) == {"success": True}
    assert person.thread.owner is None


def test_fbmessenger_says_everything_it_can(fbmessenger, person):
    person.says("hello")
    psid = person.psid
    assert fbmessenger.call("send_action", "typing_on", psid) == {"recipient_id": psid}
    fbmessenger.call("send_choices", psid, "Pick one", ["Hours", "Human"])
    person.taps("Hours")
    fbmessenger.call("send_menu", psid, "A menu", ["Start"])
    person.taps("Start")
    fbmessenger.call("send_card", psid, "Moby Dick", "Two copies")
    person.sees("two copies")
    attachment_id = fbmessenger.call("upload_image", "https://example.com/a.png")["attachment_id"]
    fbmessenger.call("send_image", psid, attachment_id)
    assert person.thread.messages[-1].attachments[0]["type"] == "image"
    profile = {"get_started": {"payload": "/start"}}
    assert fbmessenger.call("set_messenger_profile", profile) == {"result": "success"}
    assert fbmessenger.call("delete_get_started") == {"result": "success"}
    assert fbmessenger.call("get_user_data", psid)["first_name"] == "Ana"
    # It subscribes without fields, which Graph has refused since v3.2.
    assert fbmessenger.call("subscribe_app_to_page")["error"]["code"] == 100


def test_pymessenger_says_everything_it_can(pymessenger, person):
    person.says("hello")
    psid = person.psid
    assert pymessenger.call("send_action", psid, "typing_on") == {"recipient_id": psid}
    button = {"type": "postback", "title": "Start", "payload": "/start"}
    pymessenger.call("send_button_message", psid, "A menu", [button])
    person.taps("Start")
    card = {"title": "Moby Dick", "subtitle": "Two copies"}
    pymessenger.call("send_generic_message", psid, [card])
    person.sees("two copies")
    # It writes recipient and message as texts with JSON in them.
    sent = pymessenger.call("send_image_url", psid, "https://example.com/a.png")
    assert person.thread.messages[-1].mid == sent["message_id"]
    assert pymessenger.call("get_profile", psid, ["first_name"])["first_name"] == "Ana"
