"""`flask doctor`: is everything set up so that a handover works? Each finding says what to do."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from messenger_app import page_profile
from messenger_app.bridge import Bridge
from messenger_app.config import Page
from messenger_app.conversation.routing import Routing
from messenger_app.errors import SettingsError, StoreUnavailable
from messenger_app.graph.client import GraphClient
from messenger_app.graph.errors import (
    AccessTokenInvalid,
    GraphError,
    GraphRejected,
    NotPrimaryReceiver,
)
from messenger_app.page_profile import Difference
from messenger_app.store import conversations, profiles, shared_file
from messenger_app.store.postgresql_engine import OLDEST

#: Without these the bridge is deaf, above all while a human has the thread.
NEEDED_FIELDS = (
    "messages",
    "messaging_postbacks",
    "message_echoes",
    "messaging_handovers",
    "standby",
)
#: These it makes use of, or counts.
USEFUL_FIELDS = (
    "message_deliveries",
    "message_reads",
    "message_reactions",
    "message_edits",
    "messaging_optins",
    "messaging_referrals",
)

#: If none of so many people told a language, it is not for them.
ENOUGH_PEOPLE = 5

Verdict = Literal["ok", "warning", "failed"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    about: str
    verdict: Verdict
    #: What was found, and what to do about it.
    says: str


def examine(bridge: Bridge) -> Iterator[Finding]:
    """Look at everything, one after another. Never raises for what it looks at."""
    yield _database(bridge)
    yield _worker(bridge)
    yield from _languages(bridge)
    yield _app_subscription(bridge)
    for page in bridge.pages.values():
        yield from _page(bridge, page)
    for name in bridge.bots:
        yield _bot(bridge, name)


def _database(bridge: Bridge) -> Finding:
    try:
        current = bridge.database.is_current()
    except StoreUnavailable as error:
        return Finding("database", "failed", f"{error} Check DATABASE_URL.")
    if not current:
        return Finding("database", "failed", "is not migrated: run `flask db upgrade`.")
    file = bridge.database.path_beside("")
    if file is None:
        return _server(bridge)
    if doubt := shared_file.doubt(file):
        return Finding("database", "warning", doubt)
    return Finding("database", "ok", "can be reached, and its tables are up to date.")


def _server(bridge: Bridge) -> Finding:
    major, *minor = bridge.database.version()
    name = f"is PostgreSQL {'.'.join(map(str, (major, *minor)))}"
    if major < OLDEST:
        says = f"{name}, which nobody mends any more: use {OLDEST} or newer."
        return Finding("database", "failed", says)
    return Finding("database", "ok", f"{name}, and its tables are up to date.")


def _worker(bridge: Bridge) -> Finding:
    if bridge.bell.is_heard():
        return Finding("worker", "ok", "is running.")
    return Finding("worker", "failed", "does not answer: start `flask worker`.")


def _languages(bridge: Bridge) -> Iterator[Finding]:
    """Whether people can be spoken to in their own; a single person may well have told none."""
    if not bridge.policy.words_by_language:
        return
    try:
        with bridge.database.reading() as connection:
            known, asked = profiles.counts(connection)
    except StoreUnavailable:
        return
    if known:
        yield Finding("languages", "ok", f"are known of {known} of {asked} people.")
    elif asked >= ENOUGH_PEOPLE:
        says = (
            f"are known of none of {asked} people, so all are spoken to in the usual one: request "
            "pages_user_locale in the Page's settings, under Info About People."
        )
        yield Finding("languages", "warning", says)


def _app_subscription(bridge: Bridge) -> Finding:
    """The app's own webhook, beside which each Page's subscription is a second gate."""
    about, settings = "app subscription", bridge.settings
    graph = next(iter(bridge.graph.values()))
    try:
        found = graph.app_subscriptions(settings.app_id, settings.app_secret.get_secret_value())
    except GraphRejected as error:
        return Finding(about, "failed", f"{error}. Check APP_ID and APP_SECRET.")
    except GraphError as error:
        return Finding(about, "failed", f"Graph can't be reached ({error}). Check GRAPH_API_URL.")
    pages = [row for row in found if row.get("object") == "page" and row.get("active", True)]
    if not pages:
        return Finding(
            about, "failed", "the app has no active webhook for Pages: enter its address."
        )
    fields = {field.get("name") for row in pages for field in row.get("fields", [])}
    return _fields(about, fields, "tick them in the app's Messenger settings")


def _page(bridge: Bridge, page: Page) -> Iterator[Finding]:
    graph, about = bridge.graph[page.id], f"Page {page.id}"
    if bridge.rasa[page.id].is_up():
        yield Finding(f"{about} bot", "ok", "answers.")
    else:
        yield Finding(f"{about} bot", "failed", f"does not answer at {page.rasa_url}: start Rasa.")
    try:
        yield _page_subscription(bridge, graph, about)
        yield from _routing(bridge, page, graph, about)
        yield from _profile(bridge, page, graph, about)
    except AccessTokenInvalid:
        yield Finding(f"{about} token", "failed", "is refused: replace PAGE_ACCESS_TOKEN.")
    except GraphError as error:
        yield Finding(f"{about} token", "failed", f"Graph said: {error}")


def _bot(bridge: Bridge, name: str) -> Finding:
    """One beside the Pages' own: while it is away, people stay with the bot that they have."""
    if bridge.bots[name].is_up():
        return Finding(f"bot {name}", "ok", "answers.")
    url = bridge.policy.targets[name].url
    says = f"does not answer at {url}: start it. Until then nobody can be handed to it."
    return Finding(f"bot {name}", "warning", says)


def _page_subscription(bridge: Bridge, graph: GraphClient, about: str) -> Finding:
    ours = [app for app in graph.subscribed_apps() if str(app.get("id")) == bridge.settings.app_id]
    fields = {field for app in ours for field in app.get("subscribed_fields", [])}
    return _fields(f"{about} subscription", fields, "run `flask page subscribe`")


def _routing(bridge: Bridge, page: Page, graph: GraphClient, about: str) -> Iterator[Finding]:
    about, wanted = f"{about} routing", _routing_of(bridge, page)
    routed = graph.has_default_app()
    if routed and not wanted.is_on:
        yield Finding(about, "warning", "has a default app: set PAGE_ROUTING=default_app.")
    elif not routed and (problem := _not_routed(graph, wanted)):
        yield Finding(about, "failed", problem)
    else:
        yield Finding(about, "ok", f"is as PAGE_ROUTING or the Page's roles say: {wanted.value}.")
    if not bridge.policy.may_take and not wanted.has_roles:
        says = "may not take control: a person who waits for a human can't call the bot back."
        yield Finding(about, "warning", says)


def _routing_of(bridge: Bridge, page: Page) -> Routing:
    """Return what the worker goes by: the setting, or on an older Page the role it last told."""
    try:
        with bridge.database.reading() as connection:
            role = conversations.roles(connection, [page.id]).get(page.id)
    except StoreUnavailable:  # which is a finding of its own
        role = None
    return bridge.policy.in_role(role).routing


def _not_routed(graph: GraphClient, wanted: Routing) -> str:
    """Say what is wrong with a Page that has no default app, if anything is.

    Of receiver roles Graph tells only by what it refuses to a secondary receiver.
    """
    try:
        graph.secondary_receivers()
    except NotPrimaryReceiver:
        secondary = wanted is Routing.SECONDARY_RECEIVER
        says = "has receiver roles, and this app is a secondary one: set PAGE_ROUTING="
        return "" if secondary else f"{says}{Routing.SECONDARY_RECEIVER.value}."
    except GraphRejected:
        return ""
    if wanted is Routing.SECONDARY_RECEIVER:
        says = "tells this app what only the primary receiver may know: set PAGE_ROUTING="
        return f"{says}{Routing.PRIMARY_RECEIVER.value}."
    if wanted.is_on:
        return (
            "has no default app, so nobody can be called back: choose this app in the Page's "
            "Conversation Routing settings, or set PAGE_ROUTING=no_default_app; of an older Page "
            "with receiver roles, PAGE_ROUTING=primary_receiver."
        )
    return ""


def _profile(bridge: Bridge, page: Page, graph: GraphClient, about: str) -> Iterator[Finding]:
    """The menu, Get Started and the greeting. A bridge works without them."""
    about, path = f"{about} profile", bridge.profile_path(page.id)
    if not path.exists() and page.profile is None:
        return
    try:
        in_file = page_profile.load(path)
    except SettingsError as error:
        yield Finding(about, "failed", str(error))
        return
    on_page = page_profile.plain(graph.messenger_profile(page_profile.FIELDS))
    if others := Difference(on_page, in_file).to_set:
        says = f"shows other than {path}: {', '.join(others)}. Run `flask page profile`."
        yield Finding(about, "warning", says)
    else:
        yield Finding(about, "ok", f"shows what {path} says.")


def _fields(about: str, fields: set[str | None], remedy: str) -> Finding:
    deaf = [field for field in NEEDED_FIELDS if field not in fields]
    if deaf:
        return Finding(about, "failed", f"lacks {', '.join(deaf)}: {remedy}.")
    less = [field for field in USEFUL_FIELDS if field not in fields]
    if less:
        return Finding(about, "warning", f"could have {', '.join(less)} too: {remedy}.")
    return Finding(about, "ok", "has every field.")
