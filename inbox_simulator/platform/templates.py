"""The templates that are modelled, with their limits: button, generic and media.

https://developers.facebook.com/docs/messenger-platform/send-messages/templates

Receipts, coupons, products, feedback, forms and the rest are refused as Meta refuses an object that
does not exist, so that nobody takes them for sent.
"""

from typing import Any

from inbox_simulator.platform.coverage import documented
from inbox_simulator.platform.errors import JSON, InvalidParameterError, UnsupportedRequestError
from inbox_simulator.platform.limits import a_list, an_object, at_most, is_one_of, required
from inbox_simulator.platform.uploads import Uploads

BUTTON_TYPES = frozenset({"web_url", "postback", "phone_number", "account_link", "account_unlink"})
#: What a tap needs beside the title.
TARGETS = {"web_url": "url", "postback": "payload", "phone_number": "payload"}


def check(payload: JSON, uploads: Uploads, at: int) -> JSON:
    """Return a template's payload, or refuse it."""
    template = payload.get("template_type")
    if template == "button":
        at_most(required(payload, "text", "payload"), 640, "payload[text]")
        _check_buttons(payload.get("buttons"), least=1)
    elif template == "generic":
        for element in a_list(payload.get("elements"), "payload[elements]", most=10, least=1):
            _check_card(element)
    elif template == "media":
        _check_media(payload, uploads, at)
    else:
        raise UnsupportedRequestError("post", f"template_type {template}")
    return payload


def _check_card(element: Any) -> None:
    at_most(required(element, "title", "element"), 80, "element[title]")
    at_most(element.get("subtitle") or "", 80, "element[subtitle]")
    if not any(element.get(key) for key in ("subtitle", "image_url", "default_action", "buttons")):
        raise InvalidParameterError("(#100) An element needs one property besides its title")
    _check_buttons(element.get("buttons") or [], least=0)


def _check_media(payload: JSON, uploads: Uploads, at: int) -> None:
    """A picture or video, by a Facebook address or an attachment id."""
    element = an_object(a_list(payload.get("elements"), "payload[elements]", 1, 1)[0], "element")
    kind = element.get("media_type")
    if not is_one_of(kind, {"image", "video"}):
        raise InvalidParameterError("(#100) Param element[media_type] must be image or video")
    url, attachment_id = element.get("url"), element.get("attachment_id")
    if (url is None) == (attachment_id is None):
        raise InvalidParameterError("(#100) An element needs either attachment_id or url")
    if attachment_id is not None:
        uploads.find(str(attachment_id), kind, at)
    elif "facebook.com/" not in required(element, "url", "element"):
        raise InvalidParameterError("(#100) Param element[url] must be a Facebook URL")
    _check_buttons(element.get("buttons") or [], least=0)


def _check_buttons(buttons: Any, least: int) -> None:
    for button in a_list(buttons, "buttons", most=3, least=least):
        kind = an_object(button, "buttons").get("type")
        if not is_one_of(kind, BUTTON_TYPES):
            raise InvalidParameterError(f"(#100) Unknown button type {kind}")
        wanted = TARGETS.get(kind)
        if wanted is not None:
            at_most(required(button, "title", "buttons"), 20, "buttons[title]")
            at_most(required(button, wanted, "buttons"), 1000, f"buttons[{wanted}]")
        elif kind == "account_link":
            required(button, "url", "buttons")


COVERS = (
    documented("templates", "generic: 10 elements, titles of 80", "send-messages/template/generic"),
    documented("templates", "button: text of 640, 3 buttons", "send-messages/template/button"),
    documented("templates", "media: one picture or video", "send-messages/template/media"),
    *(
        documented("templates", name, f"send-messages/template/{page}", done=False)
        for name, page in (
            ("receipt", "receipt"),
            ("coupon", "coupon"),
            ("product", "product"),
            ("customer_feedback", "customer-feedback"),
            ("image_grid", "image-grid"),
            ("customer_information", "customer-information"),
            ("instant_form", "instant-form"),
            ("notification_messages", "notification-messages"),
        )
    ),
    documented("buttons", "web_url, postback, phone_number", "send-messages/buttons"),
    documented("buttons", "account_link, account_unlink", "send-messages/buttons"),
    documented("buttons", "game_play, audio_call", "send-messages/buttons", done=False),
)
