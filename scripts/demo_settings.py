"""Where the demo's parts listen, and the environment they are started in."""

import os
import shutil
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from dotenv import dotenv_values

LOOPBACK = "127.0.0.1"


class DemoError(Exception):
    """The demo cannot go on. The message is one line that says what to do."""


@dataclass(frozen=True)
class Part:
    """Something that listens on a port of its own, which a setting can move."""

    #: As in Procfile.demo.
    name: str
    setting: str
    default_port: int


PARTS = (
    Part("simulator", "SIMULATOR_PORT", 8080),
    Part("web", "PORT", 8000),
    Part("rasa", "RASA_PORT", 5005),
    Part("actions", "ACTIONS_PORT", 5055),
    Part("moodbot", "MOODBOT_PORT", 5007),
)
#: The bots that `handoff_config.yml` lists at their usual ports.
TARGETS = ("moodbot",)


#: What is not started where somebody else's bot is behind the bridge.
OWN_BOT = frozenset({"rasa", "actions", "moodbot"})


@dataclass(frozen=True)
class DemoSettings:
    """Everything that the launcher takes from outside."""

    root: Path
    #: By the part's name.
    ports: Mapping[str, int]
    opens_browser: bool
    #: Address of a bot of the user's own, which takes the place of the demo's; empty for none.
    bot: str = ""

    @property
    def absent(self) -> frozenset[str]:
        """The parts that are not started."""
        return OWN_BOT if self.bot else frozenset()

    def url(self, part: str) -> str:
        """Return the address at which a part answers, without a slash at its end."""
        return f"http://{LOOPBACK}:{self.ports[part]}"

    def environment(self, inherited: Mapping[str, str]) -> dict[str, str]:
        """Return the environment for every program of the demo.

        The addresses follow the ports, whatever `.env` says of them: the parts of a demo speak to
        each other and to nobody else.
        """
        scripts = self.root / ".venv" / "bin"
        return {
            **inherited,
            **{part.setting: str(self.ports[part.name]) for part in PARTS},
            "PATH": f"{scripts}{os.pathsep}{inherited.get('PATH', os.defpath)}",
            "GRAPH_API_URL": self.url("simulator"),
            "CLOCK_URL": f"{self.url('simulator')}/_simulator/clock",
            "RASA_URL": self.bot or self.url("rasa"),
            **self._moved_targets(inherited),
            # A proxy is for the way out; the parts reach each other directly.
            "NO_PROXY": ",".join(filter(None, [inherited.get("NO_PROXY"), LOOPBACK, "localhost"])),
            "PYTHONUNBUFFERED": "1",  # the logs are read while they grow
        }

    def _moved_targets(self, inherited: Mapping[str, str]) -> dict[str, str]:
        """Tell the bridge of bots that do not listen where its config says."""
        bots = [part for part in PARTS if part.name in TARGETS]
        moved = [part.name for part in bots if self.ports[part.name] != part.default_port]
        addresses = [f"{name}={self.url(name)}" for name in moved]
        listed = ",".join(filter(None, [inherited.get("BOT_URLS"), *addresses]))
        return {"BOT_URLS": listed} if listed else {}


def load(root: Path, inherited: Mapping[str, str], has_screen: bool) -> DemoSettings:
    """Read the settings from the environment and from `.env`, which is made where there is none."""
    env_file = root / ".env"
    if not env_file.exists():
        shutil.copy(root / ".env.simulator", env_file)
    from_file = {key: value for key, value in dotenv_values(env_file).items() if value}
    _refuse_the_real_platform(from_file)
    settings = {**from_file, **inherited}
    return DemoSettings(
        root=root,
        ports={part.name: _port(part, settings) for part in PARTS},
        opens_browser=has_screen
        and not inherited.get("CI")
        and inherited.get("DEMO_BROWSER", "1") != "0",
        bot=_bot(settings.get("BOT", "")),
    )


def _bot(url: str) -> str:
    """Return the address of the user's own bot, without a slash at its end."""
    if url and not (urlsplit(url).scheme in {"http", "https"} and urlsplit(url).hostname):
        raise DemoError(
            f"BOT is {url!r}: it is the address of a bot that speaks Rasa's REST channel, "
            "such as http://127.0.0.1:5005."
        )
    return url.rstrip("/")


def _refuse_the_real_platform(from_file: Mapping[str, str]) -> None:
    """Stop where `.env` holds the settings of a real Page: the demo is for the simulator."""
    url = from_file.get("GRAPH_API_URL", "https://graph.facebook.com")
    if urlsplit(url).hostname not in (LOOPBACK, "localhost", "::1"):
        raise DemoError(
            f".env speaks to {url}, not to the simulator. "
            "Start the real thing with `make run`, or move .env away for the demo."
        )


def _port(part: Part, settings: Mapping[str, str]) -> int:
    value = settings.get(part.setting) or str(part.default_port)
    if not value.isdecimal() or not 0 < int(value) < 65536:
        raise DemoError(f"{part.setting} is {value!r}: a port is a number from 1 to 65535.")
    return int(value)


def check_ports(settings: DemoSettings) -> None:
    """Raise DemoError where two parts share a port, or somebody else has one of them."""
    seen: dict[int, Part] = {}
    for part in [part for part in PARTS if part.name not in settings.absent]:
        port = settings.ports[part.name]
        if port in seen:
            raise DemoError(f"{seen[port].setting} and {part.setting} are both {port}.")
        seen[port] = part
    for port, part in seen.items():
        if not _is_free(port):
            raise DemoError(
                f"Port {port}, for the demo's {part.name}, is taken. Stop the program that has it, "
                f"or use another port: {part.setting}={port + 1} make demo"
            )


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As servers do: a connection that lingers from the last run is no obstacle.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    with socket.socket() as probe:  # some systems let one bind beside a listener on all addresses
        probe.settimeout(1)
        return probe.connect_ex((LOOPBACK, port)) != 0
