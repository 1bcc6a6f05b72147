"""The Send API beyond text: uploads, templates, personas, reactions, and who can be reached."""

import json

import pytest
import requests

from tests.simulator.conftest import Graph, error_of
from tests.simulator.receiver import APP, INBOX, TOKEN

DAY = 24 * 3600
PICTURE = b"\x89PNG not really"


@pytest.fixture
def psid(person):
    person.says("hello")
    return person.psid


@pytest.fixture
def sends(graph, psid):
    def send(message=None, **rest):
        body = {"message": message, **rest} if message is not None else rest
        return graph.post("messages", recipient={"id": psid}, **body)

    return send


def media(kind="image", **payload):
    return {"attachment": {"type": kind, "payload": payload}}


def upload(graph, kind="image", content=PICTURE, mimetype="image/png", **form):
    """Upload a file as clients do: a form with JSON in it."""
    message = {"attachment": {"type": kind, "payload": {"is_reusable": True}}}
    form = {"message": json.dumps(message), **form}
    files = {"filedata": ("a.png", content, mimetype)}
    edge = "messages" if "recipient" in form else "message_attachments"
    return graph.session.post(f"{graph.url}/v26.0/me/{edge}", data=form, files=files, timeout=10)


def test_an_uploaded_file_is_sent_by_its_id_and_can_be_fetched(graph, person, sends, receiver):
    attachment_id = upload(graph).json()["attachment_id"]
    assert sends(media(attachment_id=attachment_id)).status_code == 200
    shown = person.thread.messages[-1].attachments[0]
    assert requests.get(shown["payload"]["url"], timeout=5).content == PICTURE
    echo = receiver.wait_for(1, "echo")[0].event["message"]["attachments"][0]
    assert echo["payload"]["attachment_id"] == int(attachment_id)


def test_a_file_can_be_sent_in_the_call_itself(graph, person, psid):
    answer = upload(graph, recipient=json.dumps({"id": psid})).json()
    assert answer.keys() == {"recipient_id", "message_id", "attachment_id"}
    url = person.thread.messages[-1].attachments[0]["payload"]["url"]
    assert requests.get(url, timeout=5).headers["Content-Type"] == "image/png"


def test_uploads_that_can_not_be_are_refused(graph, sends, stage):
    assert error_of(upload(graph, mimetype="audio/mpeg")) == (100, 2018047)
    assert error_of(upload(graph, content=b"0" * 26_300_000)) == (100, 2018109)
    assert error_of(graph.post("message_attachments", message=media(url="nowhere"))) == (
        100, 2018008,
    )  # fmt: skip
    assert error_of(graph.post("message_attachments")) == (100, 2018034)
    assert error_of(sends(media(attachment_id="123"))) == (100, 2018074)
    attachment_id = upload(graph).json()["attachment_id"]
    assert error_of(sends(media("video", attachment_id=attachment_id))) == (100, 2018074)
    stage.act("clock", {"advance_seconds": 91 * DAY})
    assert error_of(sends(media(attachment_id=attachment_id))) == (100, 2018074)


def test_several_images_and_a_sticker_are_sent(person, sends):
    image = {"type": "image", "payload": {"url": "https://example.com/a.png"}}
    assert sends({"attachments": [image] * 30}).status_code == 200
    assert len(person.thread.messages[-1].attachments) == 30
    assert sends({"sticker_id": 369239263222822}).status_code == 200
    assert person.thread.messages[-1].attachments[0]["type"] == "sticker"
    assert error_of(sends({"attachments": [image] * 31})) == (105, None)
    assert error_of(sends({"attachments": [{**image, "type": "video"}]})) == (100, None)
    assert error_of(sends({"sticker_id": "thumb"})) == (100, None)
    assert error_of(sends({"template": {"name": "order"}})) == (100, None)


def media_template(**element):
    payload = {"template_type": "media", "elements": [element]}
    return {"attachment": {"type": "template", "payload": payload}}


def test_a_media_template_shows_one_picture_or_video_and_buttons(graph, person, sends):
    url = "https://www.facebook.com/photo.php?fbid=1"
    button = {"type": "postback", "title": "More", "payload": "/more"}
    assert sends(media_template(media_type="image", url=url, buttons=[button])).status_code == 200
    assert person.thread.messages[-1].attachments[0]["payload"]["template_type"] == "media"
    person.taps("More")
    attachment_id = upload(graph).json()["attachment_id"]
    own = {"media_type": "image", "attachment_id": attachment_id}
    assert sends(media_template(**own)).status_code == 200
    for wrong in (
        {"media_type": "image"}, {"media_type": "audio", "url": url}, {**own, "url": url},
        {"media_type": "image", "url": "https://example.com/a.png"},
    ):  # fmt: skip
        assert error_of(sends(media_template(**wrong))) == (100, None), wrong
    assert error_of(sends(media_template(media_type="video", attachment_id=attachment_id))) == (
        100, 2018074,
    )  # fmt: skip


RECEIPT = {
    "template_type": "receipt", "recipient_name": "Ana", "order_number": "7", "currency": "EUR",
    "payment_method": "Cash", "summary": {"total_cost": "24.90"},
    "elements": [{"title": "Moby Dick", "quantity": 1, "price": 24.9}],
    "adjustments": [{"name": "Voucher", "amount": 5}],
    "address": {
        "street_1": "1 Sea Road", "city": "Galway", "postal_code": "H91", "state": "G",
        "country": "IE",
    },
}  # fmt: skip
IMAGE = {"url": "https://example.com/a.png"}


def grid(*images, **rest):
    return {"template_type": "image_grid", "elements": [{"images": list(images), **rest}]}


def template(payload):
    return {"attachment": {"type": "template", "payload": payload}}


def test_receipts_products_and_grids_of_pictures_are_sent_as_they_are(person, sends, receiver):
    more = {"type": "postback", "title": "More", "payload": "/more"}
    hero = {**IMAGE, "is_hero_image": True, "action": {"type": "postback", "payload": "/a"}}
    payloads = [
        RECEIPT,
        {"template_type": "product", "elements": [{"id": "123"}, {"id": 456}]},
        grid(hero, IMAGE, title="Two books", buttons=[more]),
    ]
    for payload in payloads:
        assert sends(template(payload)).status_code == 200, payload
    echoes = [got.event["message"] for got in receiver.wait_for(len(payloads), "echo")]
    assert [echo["attachments"][0]["payload"] for echo in echoes] == payloads


@pytest.mark.parametrize(
    ("payload", "error"),
    [
        ({**RECEIPT, "order_number": ""}, (100, None)),
        ({**RECEIPT, "summary": {"total_cost": "a lot"}}, (100, None)),
        ({**RECEIPT, "summary": None}, (100, None)),
        ({**RECEIPT, "address": {"city": "Galway"}}, (100, None)),
        ({**RECEIPT, "elements": [{"title": "x", "price": 1}] * 101}, (105, None)),
        ({**RECEIPT, "elements": [{"title": "x", "price": True}]}, (100, None)),
        ({**RECEIPT, "adjustments": [{"amount": 1}]}, (100, None)),
        ({"template_type": "product", "elements": [{"id": "a book"}]}, (100, 2018320)),
        ({"template_type": "product", "elements": [{"id": "1"}] * 11}, (105, None)),
        (grid(IMAGE), (194, None)),
        (grid(*[IMAGE] * 7), (105, None)),
        (grid(*[{**IMAGE, "is_hero_image": True}] * 2), (100, None)),
        (grid(IMAGE, {**IMAGE, "action": {"type": "web_url"}}), (100, None)),
        (grid(IMAGE, IMAGE, title="t" * 46), (100, None)),
        (grid(IMAGE, IMAGE, buttons=[{"type": "phone_number"}]), (100, None)),
    ],
    ids=str,
)  # fmt: skip
def test_a_template_beyond_its_limits_is_refused_and_nothing_is_said(person, sends, payload, error):
    assert error_of(sends(template(payload))) == error
    assert person.last_message is None


@pytest.mark.parametrize(
    "kind", ["coupon", "list", "customer_feedback", "instant_form", "airline_itinerary"]
)
def test_a_template_that_is_not_modelled_is_refused_and_nothing_is_said(person, sends, kind):
    payload = {"template_type": kind, "elements": [{"title": "x"}]}
    answer = sends({"attachment": {"type": "template", "payload": payload}})
    assert error_of(answer) == (100, None)
    assert person.last_message is None


ODD = [[], {}, 5, True, ["image"], None]


@pytest.mark.parametrize("odd", ODD, ids=str)
@pytest.mark.parametrize(
    "message",
    [
        lambda odd: {"attachment": {"type": odd, "payload": {"url": "https://x.example"}}},
        lambda odd: {"attachment": {"type": "image", "payload": odd}},
        lambda odd: {"attachment": {"type": "image", "payload": {"url": odd}}},
        lambda odd: {"attachments": [{"type": odd}]},
        lambda odd: {"text": "x", "quick_replies": [{"content_type": odd or "no", "title": "x"}]},
        lambda odd: {"text": "x", "quick_replies": [{"title": odd}]},
        lambda odd: {"attachment": {"type": "template", "payload": {"template_type": odd}}},
        lambda odd: media_template(media_type=odd, url="https://www.facebook.com/1"),
        lambda odd: media_template(media_type="image", attachment_id=odd or "no"),
        lambda odd: media_template(
            media_type="image", url="https://www.facebook.com/1", buttons=[{"type": odd}]
        ),
    ],
)
def test_a_value_of_another_kind_is_refused_and_nothing_is_said(person, sends, message, odd):
    answer = sends(message(odd))
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["code"] == 100
    assert person.last_message is None


@pytest.mark.parametrize("odd", ODD, ids=str)
def test_parameters_of_another_kind_break_nothing(graph, psid, sends, odd):
    text = {"text": "x"}
    for name in ("reply_to", "persona_id", "messaging_type", "tag", "thread_control", "payload"):
        assert sends(text, **{name: odd}).status_code in {200, 400}
    assert sends(text, thread_control={"control_type": odd}).status_code in {200, 400}
    assert sends({**text, "metadata": odd}).status_code in {200, 400}
    for reusable in (odd, True):
        payload = {"url": "https://x.example/a.png", "is_reusable": reusable}
        message = {"attachment": {"type": "image", "payload": payload}}
        assert sends(message).status_code == 200
    batch = {"batch": [{"method": odd, "relative_url": "me"}], "include_headers": odd}
    assert graph.session.post(f"{graph.url}/", json=batch, timeout=5).status_code in {200, 400}


def test_a_persona_speaks_and_is_listed_page_by_page(graph, person, sends, stage):
    ids = [
        graph.post("personas", name=f"Adam {n}", profile_picture_url="https://x.example/a").json()
        for n in range(3)
    ]
    ids = [each["id"] for each in ids]
    assert sends({"text": "I am Adam"}, persona_id=ids[0]).status_code == 200
    said = stage.client.get(f"threads/{person.psid}")["messages"][-1]
    assert (said["name"], said["persona"]["id"]) == ("Adam 0", ids[0])
    first = graph.get("me/personas", limit=2).json()
    assert [each["id"] for each in first["data"]] == ids[:2]
    rest = requests.get(first["paging"]["next"], timeout=5).json()
    assert [each["id"] for each in rest["data"]] == ids[2:]
    back = requests.get(rest["paging"]["previous"], timeout=5).json()
    assert back["data"] == first["data"]
    assert graph.get(ids[0]).json()["name"] == "Adam 0"
    assert graph.session.delete(f"{graph.url}/{ids[0]}", timeout=5).json() == {"success": True}
    assert error_of(graph.get(ids[0])) == (100, 33)
    assert error_of(sends({"text": "Still me"}, persona_id=ids[0])) == (100, None)
    assert error_of(graph.post("personas", name="n" * 51, profile_picture_url="u")) == (100, None)
    assert error_of(graph.post("personas", name="Adam")) == (100, None)
    assert error_of(graph.get("me/personas", after="?")) == (100, None)


def test_the_page_reacts_changes_its_mind_and_takes_it_back(person, sends):
    mid = person.thread.messages[0].mid
    for emoji in ("😊", "🎉"):
        done = sends(sender_action="react", payload={"message_id": mid, "reaction": emoji})
        assert done.json() == {"recipient_id": person.psid}
        assert person.thread.messages[0].reaction_of(APP) == emoji
    assert sends(sender_action="unreact", payload={"message_id": mid}).status_code == 200
    assert person.thread.messages[0].reactions == []
    for payload in ({"message_id": mid}, {"message_id": "m_no", "reaction": "😊"}, {}):
        assert error_of(sends(sender_action="react", payload=payload)) == (100, None)


def test_a_reply_names_the_message_that_it_answers(graph, person, sends):
    mid = person.thread.messages[0].mid
    sent = sends({"text": "To that:"}, reply_to={"mid": mid}).json()
    assert person.thread.messages[-1].reply_to == mid
    shown = graph.get(sent["message_id"], fields="reply_to").json()
    assert shown["reply_to"] == {"mid": mid}
    assert error_of(sends({"text": "?"}, reply_to={"mid": "m_elsewhere"})) == (100, None)


def test_a_send_may_pass_or_release_and_is_refused_whole_where_it_can_not(person, sends):
    said = len(person.thread.messages)
    for control in (
        {"control_type": "pass", "app_id": "404"}, {"control_type": "pass", "app_id": APP},
        {"control_type": "pass"}, {"control_type": "give"},
    ):  # fmt: skip
        assert sends({"text": "Bye"}, thread_control=control).status_code == 400, control
    assert len(person.thread.messages) == said
    passing = {"control_type": "pass", "app_id": INBOX, "metadata": "as asked"}
    assert sends({"text": "A human comes"}, thread_control=passing).status_code == 200
    assert person.thread.owner == INBOX


def test_a_human_agent_tag_takes_control_where_the_switch_says_so(person, agent, sends, stage):
    agent.takes()
    tagged = {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
    assert error_of(sends({"text": "Hi"}, **tagged)) == (10, 2018300)
    stage.client.put("switches", {"human_agent_send": "takes_control"})
    assert sends({"text": "Hi"}, **tagged).status_code == 200
    assert person.thread.owner == APP


def test_messaging_type_can_be_demanded(sends, stage):
    stage.client.put("switches", {"messaging_type": "required"})
    assert error_of(sends({"text": "Hi"})) == (100, None)
    assert sends({"text": "Hi"}, messaging_type="RESPONSE").status_code == 200
    assert error_of(sends({"text": "Hi"}, messaging_type="UTILITY")) == (100, None)
    assert error_of(sends({"text": "x"}, messaging_type="UPDATE", notification_type="LOUD")) == (
        100, None,
    )  # fmt: skip


@pytest.mark.parametrize("recipient", ["user_ref", "comment_id", "notification_messages_token"])
def test_recipients_that_are_not_modelled_are_refused(graph, recipient):
    answer = graph.post("messages", recipient={recipient: "1"}, message={"text": "Hi"})
    assert error_of(answer) == (100, None)


@pytest.mark.parametrize(("switch", "code"), [("code_551", 551), ("code_200", 200)])
def test_who_blocked_the_page_can_not_be_reached(control, psid, sends, stage, switch, code):
    stage.client.put("switches", {"person_unavailable": switch})
    assert control("POST", f"people/{psid}/availability", {"blocked": True}).status_code == 200
    assert error_of(sends({"text": "Hi"})) == (code, 1545041)
    assert error_of(sends(sender_action="typing_on")) == (code, 1545041)
    control("POST", f"people/{psid}/availability", {"blocked": False})
    assert sends({"text": "Hi"}).status_code == 200


def test_what_a_profile_shows_depends_on_the_person_and_the_app(control, graph, psid):
    control("POST", f"people/{psid}/availability", {"profile": "no_permission"})
    assert graph.get(psid, fields="first_name").status_code == 200
    assert error_of(graph.get(psid, fields="first_name,locale")) == (100, 2018247)
    control("POST", f"people/{psid}/availability", {"profile": "phone_only"})
    assert error_of(graph.get(psid)) == (100, 2018218)


def test_a_user_s_token_lists_pages_and_opens_nothing_of_them(graph):
    user = Graph(graph.url, "simulated-user-token-opens-nothing-at-meta")
    try:
        assert user.get("me").json()["name"] == "Page manager"
        assert user.get("me/accounts").json()["data"][0]["access_token"] == TOKEN
        assert error_of(user.get("me/conversations")) == (190, None)
    finally:
        user.session.close()
