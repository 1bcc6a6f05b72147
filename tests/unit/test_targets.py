from datetime import UTC, datetime
from pathlib import Path

import pytest

from messenger_app import targets
from messenger_app.conversation.content import (
    AsIntent,
    AsWords,
    Handling,
    Ignored,
    PoliteAnswer,
)
from messenger_app.conversation.policy import PAGE_INBOX_APP_ID, Words
from messenger_app.errors import SettingsError

ROOT = Path(__file__).resolve().parents[2]

EVERY_KIND = """
default: page_inbox
handoff_targets:
  page_inbox:
    kind: page_inbox
    title: A person from our team
    hours: {timezone: Europe/Berlin, weekly: "Mon-Fri 09:00-18:00, Sat 10:00-16:00"}
  billing: {kind: app, title: Billing team, app_id: "123456789"}
  moodbot: {kind: bot, title: MoodBot, url: "http://127.0.0.1:5007"}
"""


def load(tmp_path: Path, text: str) -> targets.HandoffConfig:
    path = tmp_path / "handoff_config.yml"
    path.write_text(text, encoding="utf-8")
    return targets.load(path)


def complaint(tmp_path: Path, text: str) -> str:
    with pytest.raises(SettingsError) as raised:
        load(tmp_path, text)
    return str(raised.value)


def inbox(extra: str) -> str:
    return (
        f"default: inbox\nhandoff_targets:\n  inbox: {{kind: page_inbox, title: A person{extra}}}\n"
    )


def test_the_file_that_comes_with_the_bot_can_be_read() -> None:
    config = targets.load(ROOT / "rasa_bot" / "handoff_config.yml")
    assert config.targets[config.default].app_id == PAGE_INBOX_APP_ID


def test_each_kind_of_target_is_read(tmp_path: Path) -> None:
    config = load(tmp_path, EVERY_KIND)
    person, billing, moodbot = config.targets.values()
    assert (person.name, person.kind, person.app_id) == (
        "page_inbox",
        "page_inbox",
        PAGE_INBOX_APP_ID,
    )
    assert (billing.kind, billing.title, billing.app_id) == ("app", "Billing team", "123456789")
    assert (moodbot.kind, moodbot.app_id, moodbot.url) == ("bot", "", "http://127.0.0.1:5007")
    assert config.default == "page_inbox"


def test_a_setting_may_move_a_bot(tmp_path: Path) -> None:
    path = tmp_path / "handoff_config.yml"
    path.write_text(EVERY_KIND)
    moved = targets.load(path, {"moodbot": "http://127.0.0.1:6007"})
    assert moved.targets["moodbot"].url == "http://127.0.0.1:6007"
    for name in ("billing", "mood"):
        with pytest.raises(SettingsError, match=f"BOT_URLS names {name}, which is no bot in"):
            targets.load(path, {name: "http://127.0.0.1:6007"})


def test_hours_become_a_value_that_says_when_it_is_open(tmp_path: Path) -> None:
    config = load(tmp_path, EVERY_KIND)
    hours = config.targets["page_inbox"].hours
    assert hours is not None
    monday_in_berlin = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)  # 09:00 there
    opening = int(monday_in_berlin.timestamp() * 1000)
    assert hours.is_open(opening)
    assert not hours.is_open(opening - 1)
    assert config.targets["billing"].hours is None


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        (", hours: {timezone: Mars, weekly: Mon 09:00-10:00}", 'no time zone is called "Mars"'),
        (", hours: {timezone: UTC, weekly: always}", '"always" is no stretch of a week'),
        (", hours: {timezone: UTC}", "inbox.hours.weekly: Field required"),
        (", hours: Mon-Fri 09:00-18:00", "handoff_targets.inbox.hours: "),
        (", hour: {timezone: UTC, weekly: Mon 09:00-10:00}", "handoff_targets.inbox.hour: Extra"),
        (", url: 'http://x'", "handoff_targets.inbox.url: Extra inputs are not permitted"),
    ],
)
def test_a_mistake_in_a_target_is_named_with_its_place(
    tmp_path: Path, extra: str, said: str
) -> None:
    assert said in complaint(tmp_path, inbox(extra))


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("{kind: page_inbox}", "x.title: Field required"),
        ("{kind: page_inbox, title: ' '}", "x.title: String should have at least 1"),
        ("{kind: app, title: A}", "x.app_id: Field required"),
        ("{kind: app, title: A, app_id: twelve}", "x.app_id: String should match"),
        ("{kind: app, title: A, app_id: 12}", "x.app_id: Input should be a valid string"),
        ("{kind: bot, title: A}", "x.url: Field required"),
        ("{kind: bot, title: A, url: 'moodbot:5007'}", "x.url: String should match"),
        ("{kind: pigeon, title: A}", "x: Input tag 'pigeon' found"),
        ("{title: A}", "x: Unable to extract tag"),
    ],
)
def test_a_target_that_lacks_something_is_refused(tmp_path: Path, target: str, said: str) -> None:
    assert said in complaint(tmp_path, f"default: x\nhandoff_targets: {{x: {target}}}\n")


def test_all_mistakes_are_named_at_once(tmp_path: Path) -> None:
    said = complaint(tmp_path, "handoff_targets: {x: {kind: app, title: ''}}\nextra: 1\n")
    for place in ("default", "handoff_targets.x.title", "handoff_targets.x.app_id", "extra"):
        assert f"  {place}: " in said


def test_a_default_that_is_not_listed_is_refused(tmp_path: Path) -> None:
    said = complaint(tmp_path, EVERY_KIND.replace("default: page_inbox", "default: nobody"))
    assert 'the default "nobody" is none of: page_inbox, billing, moodbot' in said


def test_a_default_that_is_a_bot_is_refused(tmp_path: Path) -> None:
    said = complaint(tmp_path, EVERY_KIND.replace("default: page_inbox", "default: moodbot"))
    assert 'the default "moodbot" is a bot' in said


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        ("bot_phrases: [bot, '']", "bot_phrases has an empty phrase"),
        ("cancel_phrases: [' ']", "cancel_phrases has an empty phrase"),
        ("never_mind: ''", "never_mind is a button's title and can't be empty"),
        ("keep_waiting: ' '", "keep_waiting is a button's title and can't be empty"),
    ],
)
def test_words_that_say_nothing_are_refused_where_somebody_has_to_say_them(
    tmp_path: Path, words: str, wrong: str
) -> None:
    assert f"words: {wrong}" in complaint(tmp_path, inbox("") + f"words: {{{words}}}\n")


@pytest.mark.parametrize("text", ["", "- a list", "just words"])
def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path, text: str) -> None:
    assert "the file: Input should be a valid dictionary" in complaint(tmp_path, text)


def test_a_file_that_is_no_yaml_is_refused(tmp_path: Path) -> None:
    assert "is no YAML" in complaint(tmp_path, "default: [")


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "handoff_config.yml"
    path.write_bytes(b"default: \xff\xfe")
    with pytest.raises(SettingsError, match="is no YAML"):
        targets.load(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    path = tmp_path / "missing.yml"
    with pytest.raises(SettingsError, match=r"missing\.yml can't be read: No such file"):
        targets.load(path)


def test_words_replace_the_bridges_own_one_by_one(tmp_path: Path) -> None:
    config = load(tmp_path, inbox("") + "words: {never_mind: Doch nicht}\n")
    assert config.words.never_mind == "Doch nicht"
    assert config.words.connecting == Words().connecting


def test_words_that_the_bridge_does_not_have_are_refused(tmp_path: Path) -> None:
    said = complaint(tmp_path, inbox("") + "words: {nevermind: Doch nicht}\n")
    assert "words: the bridge has no words called nevermind" in said


@pytest.mark.parametrize("sentence", ["Wait for {titel}", "Wait for {}", "Wait for {title} {0}"])
def test_a_placeholder_that_nothing_fills_is_refused(tmp_path: Path, sentence: str) -> None:
    said = complaint(tmp_path, inbox("") + f"words: {{connecting: '{sentence}'}}\n")
    assert "words: connecting can have {title} filled in, not {" in said


def test_a_brace_that_is_never_closed_is_refused(tmp_path: Path) -> None:
    assert "words: " in complaint(tmp_path, inbox("") + "words: {recap_reason: 'Why: {reason'}\n")


def test_a_target_can_ask_for_questions_before_a_handoff(tmp_path: Path) -> None:
    config = load(tmp_path, inbox(", triage: [name, contact, topic, problem]"))
    assert config.targets["inbox"].title == "A person"


@pytest.mark.parametrize("triage", ["[age]", "name", "[[name]]"])
def test_a_question_that_the_bot_does_not_know_is_named(tmp_path: Path, triage: str) -> None:
    assert "handoff_targets.inbox.triage" in complaint(tmp_path, inbox(f", triage: {triage}"))


def test_a_bot_is_not_asked_for_questions(tmp_path: Path) -> None:
    bot = "{x: {kind: bot, title: X, url: 'http://x', triage: [name]}}"
    said = complaint(tmp_path, f"default: x\nhandoff_targets: {bot}\n")
    assert "handoff_targets.x.triage: Extra inputs" in said


# What is done with content


@pytest.mark.parametrize(
    ("written", "handling"),
    [
        ("image: {intent: send_picture}", AsIntent("send_picture")),
        ('sticker: {words: " 🙂 "}', AsWords("🙂")),
        ('audio: {answer: "Please write."}', PoliteAnswer("Please write.")),
        ("file: answer", PoliteAnswer()),
        ("reaction: ignore", Ignored()),
        ("edit: words", AsWords()),
    ],
)
def test_what_is_done_with_content_can_be_chosen(
    tmp_path: Path, written: str, handling: Handling
) -> None:
    config = load(tmp_path, f"{EVERY_KIND}content:\n  {written}\n")
    assert list(config.content.values()) == [handling]


@pytest.mark.parametrize(
    "written",
    [
        "image: {intent: two words}",
        "image: {intent: /slash}",
        "image: {intent: a, words: b}",
        'image: {answer: " "}',
        "image: {}",
        "image: perhaps",
        "image: null",
        "image: 7",
    ],
)
def test_content_that_is_chosen_wrongly_is_named_once(tmp_path: Path, written: str) -> None:
    told = complaint(tmp_path, f"{EVERY_KIND}content:\n  {written}\n")
    assert told.splitlines()[1:] == [
        '  content.image: write one of: ignore, answer, {intent: name}, {words: "…"}, {answer: "…"}'
    ]


def test_a_kind_of_content_that_does_not_exist_is_named(tmp_path: Path) -> None:
    told = complaint(tmp_path, f"{EVERY_KIND}content:\n  pictures: ignore\n")
    assert "pictures is none of: audio, edit," in told


def test_only_an_edit_has_words_of_its_own(tmp_path: Path) -> None:
    assert "only an edit" in complaint(tmp_path, f"{EVERY_KIND}content:\n  image: words\n")


# Other languages


def german(words: str) -> str:
    return inbox("") + f"words_by_language: {{de: {{{words}}}}}\n"


def test_words_can_be_said_in_other_languages(tmp_path: Path) -> None:
    config = load(tmp_path, german("never_mind: Doch nicht") + "words: {handback: Back.}\n")
    spoken = config.words_by_language["de"]
    assert spoken.never_mind == "Doch nicht"
    assert (spoken.handback, config.words.never_mind) == ("Back.", Words().never_mind)


def test_reasons_are_replaced_one_by_one(tmp_path: Path) -> None:
    config = load(tmp_path, german("reasons: {menu: aus dem Menü}"))
    assert config.words_by_language["de"].reasons == {**Words().reasons, "menu": "aus dem Menü"}
    config = load(tmp_path, inbox("") + "words: {reasons: {lost_parcel: a parcel is lost}}\n")
    assert config.words.reasons == {**Words().reasons, "lost_parcel": "a parcel is lost"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("nevermind: x", "words_by_language.de: the bridge has no words called nevermind"),
        ("connecting: 'Warte {titel}'", "words_by_language.de: connecting can have {title}"),
        ("never_mind: 7", "words_by_language.de.never_mind: Input should be a valid string"),
        (
            "offer_human_title: Mit einem Menschen reden",
            "words_by_language.de: offer_human_title is a button's title: 20 characters at most",
        ),
    ],
)
def test_a_mistake_in_another_language_is_named_with_its_place(
    tmp_path: Path, words: str, said: str
) -> None:
    assert said in complaint(tmp_path, german(words))


@pytest.mark.parametrize("language", ["German", "DE", "de-DE", "default"])
def test_a_language_is_written_as_the_platform_writes_it(tmp_path: Path, language: str) -> None:
    told = complaint(tmp_path, inbox("") + f"words_by_language: {{{language}: {{}}}}\n")
    assert f"words_by_language.{language}" in told


def test_a_target_can_have_a_title_in_other_languages(tmp_path: Path) -> None:
    config = load(tmp_path, inbox(", title_by_language: {de: Eine Person}"))
    assert config.targets["inbox"].titles == {"de": "Eine Person"}


def test_the_german_that_comes_with_the_bot_is_complete() -> None:
    config = targets.load(ROOT / "rasa_bot" / "handoff_config.yml")
    spoken, usual = config.words_by_language["de"], config.words
    assert spoken.reasons.keys() == usual.reasons.keys()
    same = [
        name for name in Words.__dataclass_fields__ if getattr(spoken, name) == getattr(usual, name)
    ]
    assert same == []
    untold = [name for name, reason in spoken.reasons.items() if reason == usual.reasons[name]]
    assert untold == []
    assert all("de" in target.titles for target in config.targets.values() if target.kind != "bot")


def test_the_titles_of_the_bots_that_come_along_are_not_cut_on_a_button() -> None:
    config = targets.load(ROOT / "rasa_bot" / "handoff_config.yml")
    bots = [target for target in config.targets.values() if target.kind == "bot"]
    titles = [title for target in bots for title in (target.title, *target.titles.values())]
    assert len(titles) > 1
    assert [title for title in titles if len(title) > 20] == []
