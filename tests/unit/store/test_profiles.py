from messenger_app.store import profiles
from messenger_app.store.database import Database
from messenger_app.store.profiles import UNKNOWN, Profile
from messenger_app.store.purge import DAY, Purge
from tests.unit.payloads import NOW
from tests.unit.store.threads import claim, thread, wake

GERMAN = Profile("de_DE", told_at=NOW, ask_again_at=NOW + 1_000)


def learn(database: Database, profile: Profile, *psids: str) -> None:
    wake(database, *psids)
    with database.writing() as connection:
        profiles.save(connection, {thread(psid): profile for psid in psids})


def known(database: Database, psid: str) -> Profile:
    with database.reading() as connection:
        return profiles.find(connection, thread(psid))


def test_nothing_is_known_of_a_new_person(database: Database) -> None:
    wake(database, "1")
    assert known(database, "1") == known(database, "404") == UNKNOWN
    with database.writing() as connection:
        (lease,) = claim(connection)
    assert lease.profile == UNKNOWN


def test_what_was_learned_comes_with_the_next_lease(database: Database) -> None:
    learn(database, GERMAN, "1")
    with database.writing() as connection:
        (lease,) = claim(connection)
    assert lease.profile == GERMAN


def test_a_persons_language_can_be_forgotten_and_is_asked_for_again(database: Database) -> None:
    learn(database, GERMAN, "1", "2")
    with database.writing() as connection:
        assert profiles.purge(connection, thread=thread("1")) == 1
        assert profiles.purge(connection, thread=thread("1")) == 0
    assert (known(database, "1"), known(database, "2")) == (UNKNOWN, GERMAN)


def test_languages_are_kept_no_longer_than_transcripts(database: Database) -> None:
    learn(database, GERMAN, "1")
    for days, left in ((2.9, GERMAN), (3, UNKNOWN)):
        at = NOW + int(days * DAY) + 1
        with database.writing() as connection:
            Purge(transcript_days=3).run(connection, steady=0, machine=at, now=at)
        assert known(database, "1") == left
