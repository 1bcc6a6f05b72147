"""What a story expects. Each expectation waits until it holds, and fails when its time is up."""

from collections.abc import Callable
from typing import Any

from inbox_simulator.scenarios.cast import Cast, StepError
from inbox_simulator.scenarios.sentence import OF, TO, WHO, Sentence, quoted

JSON = dict[str, Any]
OWNERS = {
    "bot": "the bot",
    "page_inbox": "the Page Inbox",
    "nobody": "nobody",
    "other": "another app",
}


def _owner(cast: Cast, who: str | None, value: Any) -> None:
    state = cast.stage.state()
    names = {"bot": state["app_id"], "page_inbox": state["inbox_app_id"], "nobody": None}
    others = [app["app_id"] for app in state["apps"] if app["app_id"] != state["app_id"]]
    owners: list[str | None] = []
    for name in _list(value):
        if name == "other":
            owners += others
        elif name in names:
            owners.append(names[name])
        else:
            raise StepError(f"An owner is bot, page_inbox, nobody or other, not {name!r}")
    cast.person(who).has_owner(*owners)


def _owner_in_words(who: str, value: Any) -> str:
    owners = " or ".join(OWNERS.get(str(name), str(name)) for name in _list(value))
    return f"{who}'s conversation belongs to {owners}"


def _sees(cast: Cast, who: str | None, value: Any) -> None:
    for text in _list(value):
        cast.person(who).sees(str(text or ""))


def _sees_in_words(who: str, value: Any) -> str:
    texts = [quoted(text) for text in _list(value) if text]
    return f"{who} sees a message with {' and '.join(texts)}" if texts else f"{who} gets an answer"


def _sees_once(cast: Cast, who: str | None, value: Any) -> None:
    cast.person(who).sees_once(str(value), cast.silence)


def _silent(cast: Cast, who: str | None, value: Any) -> None:
    cast.person(who).hears_nothing_from(cast.stage.state()["app_id"], float(value or cast.silence))


def _overhears(cast: Cast, who: str | None, value: Any) -> None:
    """See that the bot heard these words in standby, where it may not answer."""
    app_id = cast.stage.state()["app_id"]
    cast.person(who).was_heard(str(value), app_id, "standby")


def _refused(cast: Cast, _: str | None, value: Any) -> None:
    def refused(entry: JSON) -> bool:
        edge = entry["path"].partition("?")[0].rstrip("/").rpartition("/")[2]
        return entry["kind"] == "call" and edge == value and (entry["status"] or 0) >= 400

    _on_the_wire(cast, refused, f"no Graph call to {value} was refused")


def _delivered_again(cast: Cast, _: str | None, value: Any) -> None:
    def again(entry: JSON) -> bool:
        wanted = entry["kind"] == "delivery" and value in {None, *entry.get("fields", ())}
        return wanted and entry["status"] == 200 and (entry.get("attempt") or 1) > 1

    _on_the_wire(cast, again, f"no {value or 'webhook'} was delivered at a later attempt")


def _fault_struck(cast: Cast, *_: object) -> None:
    stage = cast.stage

    def struck() -> bool:
        return any(rule["used"] for rule in stage.client.get("faults")["rules"])

    stage.patience.wait_for(struck, lambda: "No fault has struck.")


def _on_the_wire(cast: Cast, wanted: Callable[[JSON], bool], problem: str) -> None:
    stage = cast.stage

    def found() -> bool:
        return any(wanted(entry) for entry in stage.client.get(f"journal?since={stage.journalled}"))

    stage.patience.wait_for(found, lambda: f"{problem} since the story began.")


def _webhook(name: str | None) -> str:
    return f"The {name} webhook" if name else "What had failed"


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


EXPECTATIONS = (
    Sentence(rf"expect {WHO} sees", "people", _sees, _sees_in_words),
    Sentence(
        rf"expect {WHO} sees once", "people", _sees_once,
        lambda who, value: f"{who} sees {quoted(value)} once, not twice",
    ),
    Sentence(rf"expect owner{OF}", "strip", _owner, _owner_in_words),
    Sentence(
        rf"expect folder{OF}", "inbox",
        lambda cast, who, value: cast.person(who).is_in_folder(str(value)),
        lambda who, value: f"{who}'s conversation lies in {str(value).capitalize()}",
    ),
    Sentence(
        rf"expect bot silent{TO}", "people", _silent,
        lambda who, _: f"The bot says nothing to {who}",
    ),
    Sentence(
        rf"expect bot overhears{OF}", "strip", _overhears,
        lambda who, value: f"The bot overhears {quoted(value)}, and may not answer {who}",
    ),
    Sentence(
        "expect fault struck", "faults", _fault_struck, lambda *_: "What was to go wrong goes wrong"
    ),
    Sentence(
        "expect refused", "wire", _refused, lambda _, value: f"Graph refuses the call to {value}"
    ),
    Sentence(
        "expect delivered again", "wire", _delivered_again,
        lambda _, value: f"{_webhook(value)} is delivered again, and taken",
    ),
)  # fmt: skip
