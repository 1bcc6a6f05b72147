"""What people do beyond writing: what it changes, and what nobody can do."""

import pytest

from inbox_simulator.platform import entry_points, page_inbox, people, reactions
from inbox_simulator.platform.errors import InvalidParameterError
from inbox_simulator.platform.people import Words
from inbox_simulator.seed import Seed
from tests.simulator.receiver import APP, INBOX

T = 1_790_000_000_000
DAY = 24 * 3_600_000


@pytest.fixture
def platform():
    return Seed.read(webhook_url="http://127.0.0.1:9/webhook").grow(epoch=7)


@pytest.fixture
def psid(platform):
    return platform.add_person("Ana", "en_US").psid


def heard(platform):
    """Drain the outbox: what the app hears, on which channel."""
    deliveries, platform.outbox = platform.outbox, []
    return [(d.field, d.channel, d.event) for d in deliveries]


def sent(platform, psid, at=T, **what):
    """Let the person send something, and return the ``message`` that the app gets."""
    people.send(platform, psid, Words(**what), at)
    return heard(platform)[-1][2]["message"]


@pytest.mark.parametrize(
    ("form", "kinds"),
    [("sticker", ["sticker"]), ("image", ["image"]), ("both", ["image", "sticker"])],
)
def test_a_thumbs_up_arrives_in_the_form_that_the_switch_says(platform, psid, form, kinds):
    platform.switches.update({"stickers": form})
    attachments = sent(platform, psid, attachment={"type": "sticker"})["attachments"]
    assert [each["type"] for each in attachments] == kinds
    assert {each["payload"]["sticker_id"] for each in attachments} == {369239263222822}


def test_a_place_arrives_as_a_link_or_with_coordinates(platform, psid):
    place = {"type": "location", "latitude": 53.5, "longitude": -9.9}
    (link,) = sent(platform, psid, attachment=place)["attachments"]
    assert link["type"] == "fallback"
    assert "53.5" in link["payload"]["url"]
    platform.switches.update({"locations": "location"})
    (pin,) = sent(platform, psid, attachment=place)["attachments"]
    assert pin["payload"] == {"coordinates": {"lat": 53.5, "long": -9.9}}


@pytest.mark.parametrize(
    "attachment",
    [
        {"type": "spaceship", "url": "https://example.com"},
        {"type": "image"},
        {"type": "location", "latitude": "north", "longitude": 1},
        {"type": "location", "latitude": float("nan"), "longitude": 1},
        {"type": "sticker", "sticker_id": "thumb"},
    ],
)
def test_what_nobody_can_send_is_refused_and_changes_nothing(platform, psid, attachment):
    with pytest.raises(InvalidParameterError):
        people.send(platform, psid, Words(attachment=attachment), T)
    assert platform.threads[psid].messages == []
    assert heard(platform) == []


def test_a_reaction_is_told_keeps_the_owner_and_opens_the_window(platform, psid):
    message = people.write(platform, psid, "hello", T)
    heard(platform)
    reactions.react(platform, psid, message.mid, "like", T + DAY - 1)
    field, channel, event = heard(platform)[-1]
    assert (field, channel) == ("message_reactions", "messaging")
    assert event["reaction"] == {
        "reaction": "like", "emoji": "👍", "action": "react", "mid": message.mid
    }  # fmt: skip
    thread = platform.thread(psid, T + DAY)
    assert (thread.owner, thread.last_person_at) == (APP, T + DAY - 1)


@pytest.mark.parametrize(("emoji", "name"), [("❤", "love"), ("❤️", "love"), ("🎉", "other")])
def test_an_emoji_has_the_name_that_meta_gives_it(platform, psid, emoji, name):
    message = people.write(platform, psid, "hello", T)
    reactions.react(platform, psid, message.mid, emoji, T)
    assert heard(platform)[-1][2]["reaction"]["reaction"] == name
    assert message.reactions == {"person": emoji}


@pytest.mark.parametrize(("form", "names"), [("bare", False), ("with_emoji", True)])
def test_a_reaction_can_be_taken_back_once(platform, psid, form, names):
    platform.switches.update({"unreactions": form})
    message = people.write(platform, psid, "hello", T)
    reactions.react(platform, psid, message.mid, "sad", T)
    reactions.unreact(platform, psid, message.mid, T)
    told = heard(platform)[-1][2]["reaction"]
    assert (told["action"], "emoji" in told, "reaction" in told) == ("unreact", names, names)
    with pytest.raises(InvalidParameterError):
        reactions.unreact(platform, psid, message.mid, T)


@pytest.mark.parametrize("reaction", ["", "nice", "\N{VARIATION SELECTOR-16}", "👍" * 33])
def test_a_sentence_is_no_reaction(platform, psid, reaction):
    message = people.write(platform, psid, "hello", T)
    with pytest.raises(InvalidParameterError):
        reactions.react(platform, psid, message.mid, reaction, T)


def test_a_message_can_be_edited_five_times_and_an_edit_opens_no_window(platform, psid):
    message = people.write(platform, psid, "helo", T)
    for number in range(1, 6):
        reactions.edit(platform, psid, message.mid, f"hello {number}", T + DAY - 1)
        assert heard(platform)[-1][2]["message_edit"]["num_edit"] == number
    with pytest.raises(InvalidParameterError):
        reactions.edit(platform, psid, message.mid, "hello 6", T + DAY - 1)
    assert (message.text, message.edits) == ("hello 5", 5)
    assert platform.thread(psid, T + DAY).owner is None


def test_only_the_person_s_own_words_can_be_edited(platform, person_and_agent):
    psid, spoken = person_and_agent
    with pytest.raises(InvalidParameterError):
        reactions.edit(platform, psid, spoken, "hacked", T)


@pytest.fixture
def person_and_agent(platform, psid):
    people.write(platform, psid, "hello", T)
    return psid, page_inbox.reply(platform, psid, "Mia here", "Mia", T).mid


def test_while_an_agent_has_the_thread_all_of_it_is_heard_in_standby(platform, person_and_agent):
    psid, spoken = person_and_agent
    assert platform.threads[psid].owner == INBOX
    own = people.write(platform, psid, "thanks", T)
    heard(platform)
    reactions.react(platform, psid, spoken, "love", T)
    reactions.edit(platform, psid, own.mid, "thanks!", T)
    entry_points.follow_link(platform, psid, {"ref": "poster"}, T)
    entry_points.opt_in(platform, psid, {}, T)
    told = heard(platform)
    assert [field for field, _, _ in told] == [
        "message_reactions", "message_edits", "messaging_referrals", "messaging_optins"
    ]  # fmt: skip
    assert {channel for _, channel, _ in told} == {"standby"}


def test_a_link_into_a_new_thread_is_told_with_the_first_tap(platform, psid):
    assert entry_points.follow_link(platform, psid, {"ref": "poster"}, T) is False
    assert heard(platform) == []
    people.tap_button(platform, psid, "Get Started", "/start", T)
    postback = heard(platform)[-1][2]["postback"]
    assert postback["referral"] == {"ref": "poster", "source": "SHORTLINK", "type": "OPEN_THREAD"}
    people.tap_button(platform, psid, "Get Started", "/start", T)
    assert "referral" not in heard(platform)[-1][2]["postback"]


def test_a_link_into_a_thread_that_lapsed_opens_the_window_again(platform, psid):
    people.write(platform, psid, "hello", T)
    assert entry_points.follow_link(platform, psid, {"ref": "poster"}, T + 3 * DAY) is True
    thread = platform.thread(psid, T + 3 * DAY)
    assert (thread.owner, thread.last_person_at) == (APP, T + 3 * DAY)


def test_an_answer_to_a_message_of_another_thread_is_refused(platform, psid):
    other = platform.add_person("Ben", "en_US").psid
    mid = people.write(platform, other, "hello", T).mid
    with pytest.raises(InvalidParameterError):
        people.send(platform, psid, Words("what?", reply_to=mid), T)


def test_an_own_message_that_is_answered_is_a_self_reply(platform, psid):
    first = people.write(platform, psid, "hello", T)
    assert sent(platform, psid, text="still there?", reply_to=first.mid)["reply_to"] == {
        "mid": first.mid, "is_self_reply": True
    }  # fmt: skip


def test_the_thread_shows_what_became_of_its_messages(person, agent):
    person.says("helo")
    person.edits("hello")
    agent.replies("Mia here", reply_to=person.thread.messages[0])
    person.reacts("🎉")
    agent.sends("https://example.com/map.png")
    own, reply, picture = person.thread.messages
    assert (own.text, own.edits) == ("hello", 1)
    assert reply.reply_to == own.mid
    assert reply.reaction_of("person") == "🎉"
    assert picture.attachments[0]["payload"]["url"] == "https://example.com/map.png"
    person.unreacts(reply)
    assert person.thread.messages[1].reactions == []
