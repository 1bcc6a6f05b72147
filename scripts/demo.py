"""`make demo`: start everything in Procfile.demo, show how far it is, end all of it on Ctrl-C.

The simulator and the bridge are there within seconds; Rasa is installed, trained and loaded
meanwhile, and the simulator's page says how far that is.
"""

import os
import signal
import sys
import threading
import time
import webbrowser
from contextlib import suppress
from pathlib import Path
from types import FrameType

from honcho.environ import parse_procfile

from scripts import demo_settings, loopback
from scripts.demo_settings import DemoError, DemoSettings
from scripts.loopback import NoAnswerError
from scripts.progress import Progress
from scripts.supervisor import Ended, Program, Supervisor, last_lines

#: The part's name in Procfile.demo, and the path that answers 200 once it is up.
READY_PATHS = {"simulator": "/", "web": "/healthz", "actions": "/health", "rasa": "/version"}
#: What starts as soon as these are up: MoodBot is not to make the first answer wait.
AFTER = {"profile": {"simulator", "web"}, "moodbot": {"rasa"}}
#: What is done once, and what nobody waits for.
ONCE, UNAWAITED = {"profile"}, {"moodbot": "/version"}
#: Seconds between two looks at everything, and between two notices on the page.
LOOK_EVERY_S, NOTICE_EVERY_S = 0.2, 1.0


class Demo:
    """One run of the demo, from its first process to its last."""

    def __init__(self, settings: DemoSettings, progress: Progress) -> None:
        self._settings = settings
        self._progress = progress
        self._supervisor = Supervisor(settings.root, settings.environment(os.environ))
        self._logs = settings.root / "var" / "log"
        self._missing: dict[str, str] = {}
        self._later: dict[str, str] = {}
        self._unawaited: dict[str, str] = {}
        self._rasa_step, self._rasa_step_since = "", time.monotonic()
        self._noticed_at = float("-inf")
        self._is_stopping = False

    def run(self) -> int:
        """Run until Ctrl-C, which gives 0, or until a program ends by itself, which gives 1."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup
                signal.signal(number, self._on_signal)
        try:
            self._start()
            return self._watch()
        finally:
            self._stop()

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        """Stop; at the second time without waiting for anybody."""
        if self._is_stopping:
            self._supervisor.signal_all(signal.SIGKILL)
        self._is_stopping = True

    def _start(self) -> None:
        procfile = parse_procfile((self._settings.root / "Procfile.demo").read_text())
        self._progress.say("Starting the demo. Ctrl-C ends all of it.")
        if self._settings.bot:
            self._progress.say(f"Your bot at {self._settings.bot} takes the place of Rasa.")
        for name, command in procfile.processes.items():
            if name in self._settings.absent:
                continue
            if name in UNAWAITED:
                self._unawaited[name] = self._settings.url(name) + UNAWAITED[name]
            if name in AFTER:
                self._later[name] = command
                continue
            self._supervisor.start(Program(name, command, self._logs / f"{name}.log"))
            if name in READY_PATHS:
                self._missing[name] = self._settings.url(name) + READY_PATHS[name]

    def _watch(self) -> int:
        while not (self._is_stopping or self._progress.is_closed):
            ended = self._supervisor.ended()
            if ended is not None:
                self._tell_of(ended)
                return 1
            if self._missing:
                self._look()
            elif self._unawaited:
                self._look_for_the_unawaited()
            time.sleep(LOOK_EVERY_S)
        return 0

    def _look(self) -> None:
        """See who is ready by now, and show what is waited for."""
        for name in [name for name, url in self._missing.items() if loopback.answers(url)]:
            del self._missing[name]
            self._progress.step(name, "ready")
            if name == "simulator":
                self._show_the_page()
            if name == "rasa":
                self._notice(None)
        for name in [name for name in self._later if AFTER[name].isdisjoint(self._missing)]:
            log, command = self._logs / f"{name}.log", self._later.pop(name)
            self._supervisor.start(Program(name, command, log, may_end=name in ONCE))
        if "rasa" in self._missing:
            self._follow_rasa()
        self._progress.waiting(", ".join(self._missing_with_steps()))
        if not self._missing:
            self._progress.say(f"\nEverything is up: {self._page}\nLogs: var/log/. Ctrl-C ends it.")

    def _look_for_the_unawaited(self) -> None:
        for name in [name for name, url in self._unawaited.items() if loopback.answers(url)]:
            del self._unawaited[name]
            self._progress.step(name, "ready")

    @property
    def _page(self) -> str:
        return f"{self._settings.url('simulator')}/"

    def _show_the_page(self) -> None:
        self._progress.say(f"\n  The page: {self._page}\n")
        if self._settings.opens_browser:
            # In a thread, because some browsers' starters return only when the browser is closed.
            threading.Thread(target=webbrowser.open, args=(self._page,), daemon=True).start()

    def _missing_with_steps(self) -> list[str]:
        rasa = f"rasa ({self._rasa_step}, {self._rasa_step_s} s)" if self._rasa_step else "rasa"
        return [rasa if name == "rasa" else name for name in self._missing]

    @property
    def _rasa_step_s(self) -> int:
        """Whole seconds that Rasa's present step has taken so far."""
        return int(time.monotonic() - self._rasa_step_since)

    def _follow_rasa(self) -> None:
        """Show the step that Rasa's script reports, in the terminal and on the page."""
        step, now = last_step(self._logs / "rasa.log"), time.monotonic()
        if step and step != self._rasa_step:
            self._rasa_step, self._rasa_step_since = step, now
            self._progress.step("rasa", step)
        if "simulator" not in self._missing and now - self._noticed_at >= NOTICE_EVERY_S:
            self._noticed_at = now
            doing = f"{step or 'starting'}, {self._rasa_step_s} s so far"
            self._notice(f"Rasa: {doing}; write already, nothing is lost")

    def _notice(self, text: str | None) -> None:
        """Put a line on the simulator's page, or take it away. Nobody waits for it."""
        notice = {} if text is None else {"text": text, "ready": False}
        with suppress(NoAnswerError):
            loopback.request("PUT", f"{self._page}_simulator/notice", notice)

    def _tell_of(self, ended: Ended) -> None:
        """Say which program ended, and what it said last."""
        name, log = ended.program.name, ended.program.log.relative_to(self._settings.root)
        lines = last_lines(ended.program.log)
        self._progress.say()
        for line in lines:
            self._progress.say(f"  {name} | {line}")
        self._progress.say(f"\n{name} {ended.how}; all it said is in {log}. Ending the demo.")
        reason = next((line for line in lines if line.startswith("rasa:")), "".join(lines[-1:]))
        self._notice(f"The demo has ended: {name} {ended.how}. {reason}")

    def _stop(self) -> None:
        self._is_stopping = True
        self._progress.waiting("")
        forced = self._supervisor.stop()
        self._progress.say("Ended." if not forced else f"Ended; by force: {', '.join(forced)}.")


def last_step(log: Path) -> str:
    """Return what Rasa's script said last of its steps; nothing before the first."""
    try:
        lines = log.read_text(errors="replace").splitlines()
    except OSError:
        lines = []
    steps = [line.removeprefix("rasa:").strip() for line in lines if line.startswith("rasa:")]
    # Which of two processes does the work is of no interest: both are ours.
    return steps[-1].rstrip(" …").removesuffix(", in another process") if steps else ""


def has_screen() -> bool:
    """Say whether a browser's window could be seen by anybody."""
    return sys.platform == "darwin" or bool({"DISPLAY", "WAYLAND_DISPLAY"} & os.environ.keys())


def main() -> int:
    """Run the demo of this checkout, or of the folder that is named."""
    default = Path(__file__).resolve().parent.parent
    root = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else default
    try:
        settings = demo_settings.load(root, os.environ, has_screen())
        demo_settings.check_ports(settings)
    except DemoError as error:
        print(error, file=sys.stderr)
        return 1
    return Demo(settings, Progress(sys.stdout)).run()


if __name__ == "__main__":
    sys.exit(main())
