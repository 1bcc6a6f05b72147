"""When the thread comes back, the bot says who speaks, and takes up what was open."""

from tests.scenarios.bot.visit import OUR_APP, PAGE_INBOX, Visit

MENU = ["Opening hours", "Where to find us", "Delivery", "Chat with a person"]


def test_after_done_the_bot_says_that_it_is_back_and_shows_the_menu(visit: Visit) -> None:
    visit.says("I want to talk to a human")
    visit.agent.replies("Hello, I'm Mia")
    visit.news()
    visit.agent.marks_done()
    back, question = visit.news()
    assert back.startswith("Hello again, it's the Harbour Books bot. Our team has finished here")
    assert question == "What can I do for you?"
    assert visit.choices == MENU


def test_a_last_word_that_nobody_answered_is_asked_for_again(visit: Visit) -> None:
    visit.says("I want to talk to a human")
    visit.agent.replies("Hello, I'm Mia")
    visit.news()
    visit.says("Is my atlas there?")
    visit.agent.marks_done()
    _, question = visit.news()
    assert "send it once more" in question
    assert visit.choices == MENU


def test_who_no_longer_wants_to_wait_is_told_so_in_other_words(visit: Visit) -> None:
    visit.says("I want to talk to a human")
    back, _ = visit.says("never mind")
    assert back.startswith("All right, no person then.")
    assert visit.owner == OUR_APP


def test_questions_go_on_where_an_agent_stepped_in_and_hear_nothing_of_ten_messages(
    visit: Visit,
) -> None:
    visit.says("I want my money back")
    visit.taps("Ask our team")
    visit.says("Ana")
    before = visit.heard
    for number in range(5):
        visit.agent.replies(f"I see, part {number}")
        visit.bridge.settle()
        visit.person.says(f"ana{number}@example.org is my address")
        visit.bridge.settle()
    visit.agent.replies("All done.")
    visit.news()
    assert visit.owner == PAGE_INBOX
    visit.agent.marks_done()
    back, going_on, question = visit.news()
    assert "it's the Harbour Books bot" in back
    assert going_on == "Let's pick up where we left off."
    assert question.startswith("Where can our team reach you")
    (handback,) = visit.heard[len(before) :]
    assert handback.startswith("/handback")
    visit.says("bo@example.org")
    visit.taps("Connect me now")
    assert visit.last.shows("Contact: bo@example.org")
    assert visit.last.shows("Name: Ana")
