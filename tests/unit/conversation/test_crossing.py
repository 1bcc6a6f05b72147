"""What a person wrote before our last words went out is no answer to them."""

from tests.unit.conversation.story import Story
from tests.unit.conversation.test_content import asked


def test_words_that_waited_while_the_bot_thought_are_told_from_an_answer() -> None:
    told = Story().person_says("Hi")
    written = told.later()
    told.bot_answers("Would you like a person?").message_is_sent("Would you like a person?")
    told.person_says("yes", at=written)
    assert [question.crossed for question in asked(told)] == [True]
    told.person_says("yes")
    assert [question.crossed for question in asked(told)] == [False]
