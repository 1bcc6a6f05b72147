"""What counts as an answer to the questions before a handoff; without Rasa."""

import pytest

from rasa_bot.actions import answers


@pytest.mark.parametrize(
    ("told", "taken"),
    [
        ("Ana", "Ana"),
        ("my name is Ana López", "Ana López"),
        ("I'm Bo.", "Bo"),
        ("ich heiße Jürgen Groß", "Jürgen Groß"),
        ("  Ana \n Maria  de la Cruz ", "Ana Maria de la Cruz"),
        ("李小龍", "李小龍"),
        ("12345", None),
        ("🙂", None),
        ("why do you want to know that at all", None),
        ("who asks?", None),
        ("I'm", "I'm"),
    ],
)
def test_a_name_is_a_few_words_with_letters(told: str, taken: str | None) -> None:
    assert answers.name(told) == taken


@pytest.mark.parametrize(
    ("told", "taken"),
    [
        ("ana@example.org", "ana@example.org"),
        ("you can write to <ana.lopez@mail.example.org>, thanks", "ana.lopez@mail.example.org"),
        ("ana@example.org.", "ana@example.org"),
        ("+44 20 7946 0000", "+44 20 7946 0000"),
        ("call (030) 123 456 any time", "(030) 123 456"),
        ("079/123.45.67", "079/123.45.67"),
        ("ana at example", None),
        ("12345", None),
        ("order 4711", None),
        ("no idea", None),
    ],
)
def test_a_contact_is_an_address_or_a_number_found_in_what_was_said(
    told: str, taken: str | None
) -> None:
    assert answers.contact(told) == taken


def test_a_topic_is_any_words_cut_to_a_line() -> None:
    assert answers.topic("A return") == "A return"
    assert answers.topic("?!") is None
    assert answers.topic("x" * 200) == "x" * 99 + "…"


def test_a_problem_says_a_little_and_is_cut_to_what_a_recap_holds() -> None:
    assert answers.problem("It is\ntorn") == "It is torn"
    assert answers.problem("ok") is None
    assert len(answers.problem("word " * 300) or "") <= answers.LONGEST
