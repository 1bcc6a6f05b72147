"""The templates that are modelled, with their limits.

https://developers.facebook.com/docs/messenger-platform/send-messages/templates

Receipts are in a module of their own. Coupons, feedback, forms and the rest are refused, so
that nobody takes them for sent.
"""

from typing import Any

from inbox_simulator.platform import buttons, receipts
from inbox_simulator.platform.coverage import assumed, documented
from inbox_simulator.platform.errors import (
    JSON,
    InvalidParameterError,
    ProductIdError,
)
from inbox_simulator.platform.limits import a_list, an_object, at_most, is_one_of, required
from inbox_simulator.platform.uploads import Uploads

#: What a tap on a picture of a grid can do, and what that needs.
ACTIONS = {"web_url": "url", "postback": "payload"}


def check(payload: JSON, uploads: Uploads, at: int) -> JSON:
    """Return a template's payload, or refuse it."""
    template = payload.get("template_type")
    if template == "button":
        at_most(required(payload, "text", "payload"), 640, "payload[text]")
        buttons.check(payload.get("buttons"), least=1)
    elif template == "generic":
        for element in a_list(payload.get("elements"), "payload[elements]", most=10, least=1):
            _check_card(element)
    elif template == "media":
        _check_media(payload, uploads, at)
    elif template == "image_grid":
        _check_grid(payload)
    elif template == "product":
        _check_products(payload)
    elif template == "receipt":
        receipts.check(payload)
    else:
        raise InvalidParameterError(f"(#100) The simulator has no template_type {template}")
    return payload


def _check_card(element: Any) -> None:
    at_most(required(element, "title", "element"), 80, "element[title]")
    at_most(element.get("subtitle") or "", 80, "element[subtitle]")
    if not any(element.get(key) for key in ("subtitle", "image_url", "default_action", "buttons")):
        raise InvalidParameterError("(#100) An element needs one property besides its title")
    buttons.check(element.get("buttons") or [])


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
    buttons.check(element.get("buttons") or [])


def _check_grid(payload: JSON) -> None:
    """Two to six pictures, one of them larger; each may open a page or send a postback."""
    element = an_object(a_list(payload.get("elements"), "payload[elements]", 1, 1)[0], "element")
    at_most(element.get("title") or "", 45, "element[title]")
    at_most(element.get("subtitle") or "", 80, "element[subtitle]")
    images = a_list(element.get("images"), "element[images]", most=6, least=2)
    for image in images:
        required(image, "url", "images")
        if image.get("action") is not None:
            _check_action(an_object(image["action"], "images[action]"))
    if sum(image.get("is_hero_image") is True for image in images) > 1:
        raise InvalidParameterError("(#100) Only one of element[images] may be is_hero_image")
    buttons.check(element.get("buttons") or [], types=ACTIONS)


def _check_action(action: JSON) -> None:
    kind = action.get("type")
    if not is_one_of(kind, ACTIONS):
        raise InvalidParameterError(f"(#100) Unknown action type {kind}")
    required(action, ACTIONS[kind], "images[action]")


def _check_products(payload: JSON) -> None:
    """Up to ten products by their ids. There is no catalog here: any number is one of it."""
    for element in a_list(payload.get("elements"), "payload[elements]", most=10, least=1):
        product = str(an_object(element, "element").get("id") or "")
        if not (product.isascii() and product.isdigit()):
            raise ProductIdError


COVERS = (
    documented("templates", "generic: 10 elements, titles of 80", "send-messages/template/generic"),
    documented("templates", "button: text of 640, 3 buttons", "send-messages/template/button"),
    documented("templates", "media: one picture or video", "send-messages/template/media"),
    documented("templates", "image_grid: 2 to 6 pictures", "send-messages/template/image-grid"),
    documented("templates", "product: up to 10 by their ids", "send-messages/template/product"),
    assumed(
        "templates",
        "any number is the id of a product",
        why="a Page's catalog is not simulated; 2018320 is answered to what is no number",
    ),
    *(
        documented("templates", name, f"send-messages/template/{page}", done=False)
        for name, page in (
            ("coupon", "coupon"),
            ("customer_feedback", "customer-feedback"),
            ("customer_information", "customer-information"),
            ("instant_form", "instant-form"),
            ("notification_messages", "notification-messages"),
        )
    ),
)
