"""What holds after any history of people, agents, apps and passing time."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from inbox_simulator.platform import handovers, page_inbox, people, sending
from inbox_simulator.platform.errors import AnotherAppInControlError, PlatformError
from inbox_simulator.platform.handovers import ControlCall
from inbox_simulator.platform.switches import SWITCHES
from inbox_simulator.seed import Seed
from tests.simulator.conftest import examples
from tests.simulator.receiver import APP, INBOX

HOUR = 3_600_000
APPS = (APP, "77")
ACTS = st.sampled_from([
    "write", "tap", "reply", "main", "done", "send", "pass", "take", "request", "release", "extend",
    "wait",
])  # fmt: skip


def world(switches):
    platform = Seed.read(webhook_url="http://127.0.0.1:9/").grow(epoch=1)
    other = Seed.read(webhook_url="http://127.0.0.1:9/").grow(epoch=1).apps[APP]
    other.app_id, other.access_token = "77", "other"
    platform.apps["77"] = other
    platform.switches.update(switches)
    return platform, platform.add_person("Ana", "en_US").psid


def act(platform, psid, name, app_id, now):
    """Do one act; whatever the platform refuses changes nothing."""
    call = ControlCall(platform.apps[app_id], psid, now)
    send = sending.Send(psid, message={"text": "Hi"})
    acts = {
        "write": lambda: people.write(platform, psid, "hello", now),
        "tap": lambda: people.tap_button(platform, psid, "Menu", "/menu", now),
        "reply": lambda: page_inbox.reply(platform, psid, "Mia here", "Mia", now),
        "main": lambda: page_inbox.move_to_main(platform, psid, now),
        "done": lambda: page_inbox.mark_done(platform, psid, now),
        "send": lambda: sending.send(platform, platform.apps[app_id], send, now),
        "pass": lambda: handovers.pass_control(platform, call, INBOX),
        "take": lambda: handovers.take_control(platform, call),
        "request": lambda: handovers.request_control(platform, call),
        "release": lambda: handovers.release_control(platform, call),
        "extend": lambda: handovers.extend_control(platform, call, 3600),
        "wait": lambda: platform.expire_all(now),
    }
    acts[name]()


SWITCHED = st.fixed_dictionaries({
    name: st.sampled_from(switch.options) for name, switch in SWITCHES.items()
})  # fmt: skip
HISTORY = st.lists(
    st.tuples(ACTS, st.sampled_from(APPS), st.sampled_from([0, 1, 5 * HOUR, 30 * HOUR])),
    max_size=30,
)


@settings(max_examples=examples(300), deadline=None)
@given(switches=SWITCHED, history=HISTORY)
def test_one_speaker_one_live_listener_and_no_gap_in_ownership(switches, history):
    platform, psid = world(switches)
    now = 1_790_000_000_000
    for name, app_id, later in history:
        now += later
        before = platform.thread(psid, now).owner
        said = len(platform.threads[psid].messages)
        platform.outbox.clear()
        try:
            act(platform, psid, name, app_id, now)
        except AnotherAppInControlError:
            assert before not in {app_id, None} or (before is None and app_id != APP)
        except PlatformError:
            assert platform.outbox == []
            assert len(platform.threads[psid].messages) == said
        else:
            owners = {app_id} if platform.routed_app_id is not None else {app_id, None}
            assert name != "send" or platform.threads[psid].owner in owners
        check(platform, psid, now)


def check(platform, psid, now):
    thread = platform.threads[psid]
    heard: dict[int, list[str]] = {}
    for delivery in platform.outbox:
        if delivery.field == "messaging_handovers":
            continue  # Told live to whom it concerns, which may be everyone.
        heard.setdefault(id(delivery.event), []).append(delivery.channel)
    # Without a default app everyone hears a thread that nobody owns.
    if thread.owner is not None or platform.routed_app_id is not None:
        assert all(channels.count("messaging") <= 1 for channels in heard.values())
    lapses = thread.owner is not None and not platform.has_roles
    assert lapses == (thread.expires_at is not None)
    assert thread.expires_at is None or thread.expires_at > now
    assert thread.owner in {None, INBOX, *APPS}
    stretches = thread.ownership
    assert all(a.until == b.since for a, b in pairwise(stretches))
    assert not stretches or (stretches[-1].until is None and stretches[-1].app_id == thread.owner)
    person_ats = [m.at for m in thread.messages]
    assert person_ats == sorted(person_ats)
