"""Reads calls from standard input, one a line, and makes them with ``fbmessenger``."""

import json
import sys

from fbmessenger import MessengerClient
from fbmessenger.attachments import Image
from fbmessenger.elements import Button, Element, Text
from fbmessenger.quick_replies import QuickReplies, QuickReply

origin, token, secret = sys.argv[1:]
client = MessengerClient(token, app_secret=secret)
client.graph_url = f"{origin}/v2.12"


def send_choices(psid, text, titles):
    replies = [QuickReply(title=title, payload=f"/{title}") for title in titles]
    return client.send(Text(text, QuickReplies(replies)).to_dict(), psid)


def send_menu(psid, text, titles):
    """Its classes of templates don't run on today's Python; the client itself takes a dict."""
    buttons = [Button(button_type="postback", title=title, payload=f"/{title}") for title in titles]
    payload = {"template_type": "button", "text": text, "buttons": [b.to_dict() for b in buttons]}
    return client.send({"attachment": {"type": "template", "payload": payload}}, psid)


def send_card(psid, title, subtitle):
    elements = [Element(title=title, subtitle=subtitle).to_dict()]
    payload = {"template_type": "generic", "elements": elements}
    return client.send({"attachment": {"type": "template", "payload": payload}}, psid)


def upload_image(url):
    return client.upload_attachment(Image(url=url, is_reusable=True))


def send_image(psid, attachment_id):
    return client.send(Image(attachment_id=attachment_id).to_dict(), psid)


def control(edge, **values):
    """The client has no thread control: its own session and its own token do it."""
    url = f"{client.graph_url}/me/{edge}"
    return client.session.post(url, params=client.auth_args, json=values).json()


def pass_control(psid, app_id):
    return control("pass_thread_control", recipient={"id": psid}, target_app_id=app_id)


def take_control(psid):
    return control("take_thread_control", recipient={"id": psid})


def release_control(psid):
    return control("release_thread_control", recipient={"id": psid})


def owner(psid):
    query = {**client.auth_args, "recipient": psid}
    return client.session.get(f"{client.graph_url}/me/thread_owner", params=query).json()


for line in sys.stdin:
    asked = json.loads(line)
    act = globals().get(asked["method"]) or getattr(client, asked["method"])
    try:
        told = {"answer": act(*asked["values"])}
    except Exception as error:  # noqa: BLE001 -- whatever the client raises is told
        told = {"error": repr(error)}
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
