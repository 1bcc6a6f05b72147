"""The receipt template: what was ordered, what it costs, where it goes.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/template/receipt
"""

import math
from typing import Any

from inbox_simulator.platform.coverage import assumed, documented
from inbox_simulator.platform.errors import JSON, InvalidParameterError
from inbox_simulator.platform.limits import a_list, an_object, required

NEEDED = ("recipient_name", "order_number", "currency", "payment_method")
ADDRESS = ("street_1", "city", "postal_code", "state", "country")


def check(payload: JSON) -> None:
    """Refuse a receipt that lacks what it must have, or has more than 100 elements."""
    for name in NEEDED:
        required(payload, name, "payload")
    _an_amount(payload.get("summary"), "total_cost", "payload[summary]")
    for element in a_list(payload.get("elements") or [], "payload[elements]", most=100):
        required(element, "title", "element")
        _an_amount(element, "price", "element")
    for adjustment in a_list(payload.get("adjustments") or [], "payload[adjustments]", most=100):
        required(adjustment, "name", "adjustments")
        _an_amount(adjustment, "amount", "adjustments")
    if payload.get("address") is not None:
        for name in ADDRESS:
            required(payload["address"], name, "payload[address]")


def _an_amount(owner: Any, key: str, name: str) -> None:
    """Check a sum of money, which may be a text with a number in it."""
    value = an_object(owner, name).get(key)
    try:
        amount = math.nan if isinstance(value, bool | None) else float(value)
    except (TypeError, ValueError, OverflowError):
        amount = math.nan
    if not math.isfinite(amount):
        raise InvalidParameterError(f"(#100) Param {name}[{key}] must be a decimal number")


COVERS = (
    documented("templates", "receipt: up to 100 elements", "send-messages/template/receipt"),
    assumed(
        "templates",
        "an order_number may come again",
        why="it must be unique, but no refusal is published, and a send may be made again",
    ),
)
