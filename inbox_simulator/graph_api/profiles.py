"""What a Page may know about a person.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/identity/user-profile
"""

from inbox_simulator.graph_api.fields import pick
from inbox_simulator.platform.coverage import documented
from inbox_simulator.platform.errors import JSON, NoProfileError, ProfilePermissionError
from inbox_simulator.platform.thread import Thread

#: Fields that need a permission of their own.
PERMITTED = frozenset({"locale", "timezone", "gender"})


def show(thread: Thread, fields: str | None) -> JSON:
    """Return a person's profile; what is missing depends on what they and the app allow."""
    asked = fields or "first_name,last_name,profile_pic"
    first, _, last = thread.person.name.partition(" ")
    picture = f"https://platform-lookaside.fbsbx.com/platform/profilepic/?psid={thread.psid}"
    values = {
        "id": thread.psid,
        "name": thread.person.name,
        "first_name": first,
        "last_name": last,
        "profile_pic": picture,
        "locale": thread.person.locale,
        "timezone": 0,
        "gender": "",
    }
    shown = pick(values, asked)
    if thread.profile == "phone_only":
        raise NoProfileError
    if thread.profile == "no_permission" and PERMITTED & set(shown):
        raise ProfilePermissionError
    return shown


COVERS = (
    documented("people", "first_name, last_name, name, profile_pic, id", "identity/user-profile"),
    documented("people", "locale, timezone, gender with their permission", "identity/user-profile"),
)
