"""The objects of the bridge, built once and passed down."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from messenger_app import presence, targets
from messenger_app.clock import Clock
from messenger_app.config import Page, Settings
from messenger_app.conversation.policy import Policy
from messenger_app.executor import Executor
from messenger_app.graph.client import GraphClient
from messenger_app.metrics import Metrics
from messenger_app.places import Places
from messenger_app.rasa.client import RasaClient
from messenger_app.store.database import Database
from messenger_app.store.intake import Intake
from messenger_app.store.purge import Purge
from messenger_app.store.wakeup import Bell, bell_of
from messenger_app.worker import Worker


@dataclass(frozen=True)
class Bridge:
    """Everything that a process of the bridge needs."""

    settings: Settings
    pages: dict[str, Page]
    policy: Policy
    clock: Clock
    database: Database
    intake: Intake
    bell: Bell
    metrics: Metrics

    @cached_property
    def graph(self) -> dict[str, GraphClient]:
        """Graph's client for each Page."""
        calls = Places(self.settings.calls_at_once, self.policy).in_all
        return {
            page.id: GraphClient(
                self.settings.graph_api_url,
                self.settings.graph_api_version,
                page.id,
                page.token.get_secret_value(),
                app_secret=self.settings.app_secret.get_secret_value(),
                connections=calls + presence.CALLS,
            )
            for page in self.pages.values()
        }

    @cached_property
    def rasa(self) -> dict[str, RasaClient]:
        """The bot's client for each Page."""
        return {page.id: self._bot(page.rasa_url) for page in self.pages.values()}

    @cached_property
    def bots(self) -> dict[str, RasaClient]:
        """The client of each bot beside the Pages' own, by the name of its target."""
        return {
            name: self._bot(target.url)
            for name, target in self.policy.targets.items()
            if target.kind == "bot" and target.url
        }

    def _bot(self, url: str) -> RasaClient:
        token = self.settings.rasa_token
        secret = token.get_secret_value() if token else None
        return RasaClient(url, secret, connections=self.settings.calls_at_once)

    def profile_path(self, page_id: str) -> Path:
        """Return where it stands what people see of a Page before they write."""
        return self.pages[page_id].profile or self.settings.page_profile

    def worker(self) -> Worker:
        """Build a worker; the process that runs it should run nothing else."""
        executor = Executor(
            self.graph,
            self.rasa,
            self.settings.app_id,
            self.clock,
            bots=self.bots,
            notify_urls=self.settings.notify_urls,
            bot_patience=self.settings.bot_patience * 1000,
        )
        purge = Purge(self.settings.transcript_retention_days)
        return Worker(
            self.database,
            executor,
            self.policy,
            self.clock,
            self.bell,
            calls=self.settings.calls_at_once,
            purge=purge,
        )


def build_bridge(settings: Settings) -> Bridge:
    """Build the bridge. Raises SettingsError where a setting or a file it names is wrong."""
    handoff = targets.load(settings.handoff_config, settings.bot_urls)
    pages = settings.pages()
    policy = Policy(
        app_id=settings.app_id,
        targets=handoff.targets,
        default_target=handoff.default,
        own_bots={page.id: page.rasa_url for page in pages.values()},
        waiting_timeout=settings.waiting_timeout * 1000,
        human_idle_timeout=settings.human_idle_timeout * 1000,
        agent_echo_pause=settings.agent_echo_pause * 1000,
        routing=settings.page_routing,
        may_take=settings.page_may_take,
        bot_while_human=settings.bot_while_human,
        handback_intent=settings.handback_intent,
        handoff_intent=settings.handoff_intent,
        words=handoff.words,
        words_by_language=handoff.words_by_language,
        content=handoff.content,
    )
    database = Database(settings.database_url)
    bell = bell_of(database)
    return Bridge(
        settings=settings,
        pages=pages,
        policy=policy,
        clock=Clock(settings.clock_url),
        database=database,
        intake=Intake(database, bell),
        bell=bell,
        metrics=Metrics(),
    )
