"""The whole platform of one simulator: a Page, its people, threads and connected apps."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from inbox_simulator.platform import events, thread_control
from inbox_simulator.platform.apps import App
from inbox_simulator.platform.counting import Usage
from inbox_simulator.platform.errors import JSON, NoMatchingUserError
from inbox_simulator.platform.ids import Ids
from inbox_simulator.platform.personas import Personas
from inbox_simulator.platform.switches import Switches
from inbox_simulator.platform.thread import Person, Thread
from inbox_simulator.platform.uploads import Uploads


@dataclass(frozen=True)
class Page:
    """The Facebook Page that people write to."""

    id: str
    name: str


@dataclass(frozen=True)
class User:
    """The human who manages the Page, and their token."""

    id: str = "10200000000000001"
    name: str = "Page manager"
    access_token: str = "simulated-user-token-opens-nothing-at-meta"  # noqa: S105 -- made up


@dataclass(frozen=True)
class Delivery:
    """A webhook that has to go out: one event for one app."""

    app_id: str
    page_id: str
    psid: str
    field: str
    channel: str
    event: JSON

    def entry(self, at: int) -> JSON:
        """Return the entry of a POST that goes out now; Messenger puts one event into each.

        Its time is that of sending, in milliseconds, and later than the event's.
        """
        at = max(at, self.event["timestamp"] + 1)
        return {"id": self.page_id, "time": at, self.channel: [events.as_printed(self.event)]}


def envelope(deliveries: Iterable[Delivery], at: int) -> JSON:
    """Return the body of the POST that carries these, sent at this time (milliseconds)."""
    return {"object": "page", "entry": [each.entry(at) for each in deliveries]}


@dataclass
class Platform:
    """All state. The modules beside this one change it; the caller drains the two lists."""

    page: Page
    inbox_app_id: str
    ids: Ids
    agents: list[str]
    apps: dict[str, App]
    default_app_id: str
    switches: Switches = field(default_factory=Switches)
    #: Every Page of the simulator by its id, this one among them.
    pages: dict[str, "Platform"] = field(default_factory=dict, repr=False)
    threads: dict[str, Thread] = field(default_factory=dict)
    #: Messenger profile of the Page: greeting, menu, Get Started.
    profile: JSON = field(default_factory=dict)
    user: User = field(default_factory=User)
    #: How many calls were made, for the limits.
    usage: Usage = field(default_factory=Usage)
    uploads: Uploads = field(default_factory=Uploads)
    personas: Personas = field(default_factory=Personas)
    #: Webhooks to send, in order.
    outbox: list[Delivery] = field(default_factory=list)
    #: PSIDs of threads that changed.
    changed: list[str] = field(default_factory=list)

    @property
    def routed_app_id(self) -> str | None:
        """The app that gets idle threads: the default app or the primary receiver, or none."""
        return None if self.switches["routing"] == "off" else self.default_app_id

    @property
    def has_roles(self) -> bool:
        """Whether this is an older Page, with a primary receiver and secondary ones."""
        return self.switches["routing"] == "receiver_roles"

    @property
    def ownership_lasts(self) -> int | None:
        """After how many quiet milliseconds ownership lapses; none where it never does."""
        return None if self.has_roles else thread_control.OWNERSHIP_LASTS

    def add_person(self, name: str, locale: str) -> Person:
        """Let a new person open a thread with the Page."""
        psid = self.ids.new_psid()
        # Made up: numbers that are kept free for stories, and a host that can't exist.
        phone = f"+1555010{int(psid[-3:]):04d}"
        email = "".join(filter(str.isalnum, name.casefold())) + "@example.invalid"
        person = Person(psid, name, locale, phone, email, self.page.id)
        self.threads[psid] = Thread(person)
        return self.threads[psid].person

    def thread(self, psid: str, at: int) -> Thread:
        """Return a person's thread as it is now: an ownership that ran out has lapsed."""
        thread = self.threads.get(psid)
        if thread is None:
            raise NoMatchingUserError
        if not self.has_roles and thread_control.expire(thread, at):
            self.changed.append(psid)
        return thread

    def expire_all(self, at: int) -> None:
        """Let every ownership lapse whose time has come."""
        for psid in self.threads:
            self.thread(psid, at)

    def tokens(self) -> set[str]:
        """Return the access tokens for this Page."""
        return {app.access_token for app in self.apps.values()}

    def knows_app(self, app_id: str) -> bool:
        """Tell whether control can go to this app."""
        return app_id == self.inbox_app_id or app_id in self.apps

    def app_name(self, app_id: str) -> str:
        """Return the name under which people see an app."""
        return "Page Inbox" if app_id == self.inbox_app_id else self.apps[app_id].name
