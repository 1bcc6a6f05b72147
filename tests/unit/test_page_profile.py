"""What stands in page_profile.yml, checked, and compared with what a Page shows."""

from pathlib import Path

import pytest

from messenger_app import page_profile
from messenger_app.errors import SettingsError
from messenger_app.page_profile import Difference, Profile, plain

ROOT = Path(__file__).resolve().parents[2]

START = {"get_started": {"payload": "/get_started"}}
ITEM = {"type": "postback", "title": "Opening hours", "payload": "/opening_hours"}


def load(tmp_path: Path, text: str) -> Profile:
    path = tmp_path / "page_profile.yml"
    path.write_text(text, encoding="utf-8")
    return page_profile.load(path)


def complaint(tmp_path: Path, text: str) -> str:
    with pytest.raises(SettingsError) as raised:
        load(tmp_path, text)
    return str(raised.value)


def menu(*items: str, more: str = "") -> str:
    listed = "".join(f"      - {item}\n" for item in items)
    return (
        "get_started: {payload: /get_started}\npersistent_menu:\n"
        f"  - locale: default\n{more}    call_to_actions:\n{listed}"
    )


def test_the_file_that_comes_with_the_bot_has_two_languages() -> None:
    profile = page_profile.load(ROOT / "rasa_bot" / "page_profile.yml")
    assert profile["get_started"] == {"payload": "/get_started"}
    assert [each["locale"] for each in profile["greeting"]] == ["default", "de_DE"]
    english, german = profile["persistent_menu"]
    assert (english["locale"], german["locale"]) == ("default", "de_DE")
    payloads = [[item["payload"] for item in each["call_to_actions"]] for each in (english, german)]
    assert payloads[0] == payloads[1]
    assert any(payload.startswith("/human_handoff") for payload in payloads[0])


def test_an_empty_file_says_nothing(tmp_path: Path) -> None:
    assert load(tmp_path, "") == {}


def test_an_item_of_the_menu_can_open_an_address(tmp_path: Path) -> None:
    item = "{type: web_url, title: Shop, url: 'https://books.example', webview_height_ratio: tall}"
    (shown,) = load(tmp_path, menu(item))["persistent_menu"]
    assert shown["call_to_actions"] == [
        {
            "type": "web_url",
            "title": "Shop",
            "url": "https://books.example",
            "webview_height_ratio": "tall",
        }
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("greetings: []", "greetings: Extra inputs are not permitted"),
        ("get_started: /get_started", "get_started: "),
        ("get_started: {payload: ''}", "get_started.payload: String should have at least 1"),
        (f"get_started: {{payload: {'x' * 1001}}}", "payload: has 1001 characters, 1000 at most"),
        (
            "greeting: [{locale: de_DE, text: Hallo}]",
            "greeting: needs an entry with locale: default",
        ),
        (
            "greeting: [{locale: default, text: a}, {locale: default, text: b}]",
            "greeting: has two entries with locale: default",
        ),
        ("greeting: [{locale: german, text: a}]", "greeting.0.locale: String should match"),
        (
            f"greeting: [{{locale: default, text: {'x' * 161}}}]",
            "greeting.0.text: has 161 characters, 160 at most are allowed",
        ),
        (
            "greeting: [{locale: default, text: 'Hi {{user_name}}'}]",
            "0.text: user_name is nothing that is filled in; there are {{user_first_name}}",
        ),
        (
            menu("{type: postback, title: A, payload: /a}").split("\n", 1)[1],
            "the file: persistent_menu needs get_started",
        ),
        (
            menu(f"{{type: postback, title: {'x' * 31}, payload: /a}}"),
            "persistent_menu.0.call_to_actions.0.title: has 31 characters, 30 at most are allowed",
        ),
        (
            menu("{type: postback, title: A, url: 'https://x'}"),
            "persistent_menu.0.call_to_actions.0.payload: Field required",
        ),
        (
            menu("{type: web_url, title: A, url: books.example}"),
            "persistent_menu.0.call_to_actions.0.url: String should match",
        ),
        (
            menu("{type: nested, title: A, call_to_actions: []}"),
            "persistent_menu.0.call_to_actions.0: Input tag 'nested' found",
        ),
        (
            menu(*["{type: postback, title: A, payload: /a}"] * 21),
            "persistent_menu.0.call_to_actions: List should have at most 20 items",
        ),
        ("[", "is no YAML"),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    assert said in complaint(tmp_path, text)


def test_an_emoji_counts_for_two_as_the_platform_may_count_it(tmp_path: Path) -> None:
    title = "📚" * 15
    load(tmp_path, menu(f"{{type: postback, title: {title}, payload: /a}}"))
    assert "has 31" in complaint(
        tmp_path, menu(f"{{type: postback, title: {title}x, payload: /a}}")
    )


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"nowhere\.yml can't be read: No such file"):
        page_profile.load(tmp_path / "nowhere.yml")


# What differs


def test_what_goes_without_saying_is_no_difference() -> None:
    on_page = plain(
        {
            **START,
            "whitelisted_domains": ["https://x"],
            "persistent_menu": [
                {"locale": "de_DE", "call_to_actions": [ITEM]},
                {
                    "locale": "default",
                    "composer_input_disabled": False,
                    "call_to_actions": [ITEM],
                },
            ],
        }
    )
    in_file = {
        **START,
        "persistent_menu": [
            {"locale": "default", "call_to_actions": [ITEM]},
            {"locale": "de_DE", "call_to_actions": [ITEM]},
        ],
    }
    same = Difference(on_page, in_file)
    assert (same.to_set, same.to_delete, same.lines(deleting=True)) == ({}, [], [])


def test_the_order_of_a_menu_is_a_difference() -> None:
    other = {**ITEM, "title": "Delivery"}
    one, two = (
        {"persistent_menu": [{"call_to_actions": x}]} for x in ([ITEM, other], [other, ITEM])
    )
    assert Difference(one, two).to_set == two


def test_only_what_differs_is_set_and_what_the_file_does_not_mention_can_be_deleted() -> None:
    greeting = [{"locale": "default", "text": "Hi!"}]
    difference = Difference({**START, "greeting": greeting}, {"get_started": {"payload": "/hello"}})
    assert difference.to_set == {"get_started": {"payload": "/hello"}}
    assert difference.to_delete == ["greeting"]
    shown = ["  payload: /get_started", "  payload: /hello"]
    changed = [line for line in difference.lines(deleting=False) if line[1:] in shown]
    assert changed == ["-  payload: /get_started", "+  payload: /hello"]
    assert "greeting" not in "\n".join(difference.lines(deleting=False))
    assert "-  text: Hi!" in difference.lines(deleting=True)
