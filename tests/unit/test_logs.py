import errno
import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from messenger_app import logs
from tests.unit.conftest import ROOT


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Iterator[Any]:
    """What was logged so far, as JSON; logging is as it was before once the test is over."""
    handlers = logging.root.handlers[:]
    level = logging.root.level

    def read() -> list[dict[str, Any]]:
        return [json.loads(line) for line in capsys.readouterr().err.splitlines()]

    yield read
    structlog.reset_defaults()
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


@pytest.mark.parametrize("key", sorted(logs.SECRET_KEYS))
def test_what_must_not_be_printed_is_blanked(lines: Any, key: str) -> None:
    logs.configure(as_json=True)
    structlog.get_logger().info("thread_control.passed", psid="1", **{key: "a-secret"})
    (line,) = lines()
    assert line[key] == "…"
    assert (line["event"], line["psid"], line["level"]) == ("thread_control.passed", "1", "info")


class Full(io.StringIO):
    """A file on a full disk."""

    def write(self, _: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_line_that_can_not_be_written_stops_nothing(
    lines: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", Full())
        logs.configure(as_json=True)
        structlog.get_logger().info("webhook.stored", new=1)
    assert not lines()


def test_secrets_bound_to_a_logger_are_blanked_too(lines: Any) -> None:
    logs.configure(as_json=True)
    structlog.get_logger().bind(token="a-secret").info("bound")
    with structlog.contextvars.bound_contextvars(authorization="a-secret"):
        structlog.get_logger().info("in context")
    assert "a-secret" not in json.dumps(lines())


def test_a_line_says_when_in_utc(lines: Any) -> None:
    logs.configure(as_json=True)
    structlog.get_logger().info("now")
    (line,) = lines()
    assert line["timestamp"].endswith("Z")


def test_what_is_below_the_level_is_not_logged(lines: Any) -> None:
    logs.configure(as_json=True, level="WARNING")
    log = structlog.get_logger()
    log.info("too little")
    log.warning("enough")
    assert [line["event"] for line in lines()] == ["enough"]


def test_the_http_library_tells_no_addresses_even_when_debugging(lines: Any) -> None:
    logs.configure(as_json=True, level="DEBUG")
    logging.getLogger("urllib3.connectionpool").debug("GET /version?token=a-secret")
    assert lines() == []


def test_a_person_reads_columns(capsys: pytest.CaptureFixture[str], lines: Any) -> None:
    logs.configure(as_json=False)
    structlog.get_logger().info("webhook.stored", events=2)
    line = capsys.readouterr().err
    assert "webhook.stored" in line
    assert "events=2" in line
    assert "\x1b" not in line  # no colours where nobody looks at a terminal


#: Every kind of delivery, each with something in it that must not be seen.
DELIVERIES = """
import shutil
import sys
from messenger_app.app import LARGEST_BODY, create_app
from messenger_app.config import Settings
from tests.unit.payloads import delivery, entry, message, sign

settings = Settings(
    _env_file=None, app_id="1", app_secret="Xyzzy-app", verify_token="Xyzzy-verify",
    page_id="104729000000001", page_access_token="Xyzzy-page",
    rasa_url="http://127.0.0.1:9", rasa_token="Xyzzy-rasa", log_level="DEBUG", log_json=True,
    database_url=f"sqlite:///{sys.argv[1]}/handover.db",
)
app = create_app(settings)
client = app.test_client()
body = delivery(entry(message(text="Xyzzy words")))
good = {"X-Hub-Signature-256": sign(body, "Xyzzy-app")}
broken = body[:-1]
answers = [
    client.post("/webhook", data=body, headers=good),
    client.post("/webhook", data=body, headers={"X-Hub-Signature-256": "sha256=Xyzzy"}),
    client.post(
        "/webhook", data=broken, headers={"X-Hub-Signature-256": sign(broken, "Xyzzy-app")}
    ),
    client.get("/webhook?hub.mode=subscribe&hub.verify_token=Xyzzy-wrong"),
    client.get("/readyz"),
]
with app.extensions["bridge"].database.writing() as connection:
    connection.exec_driver_sql("DROP TABLE inbox_event")
answers.append(client.post("/webhook", data=body, headers=good))
answers.append(client.post("/webhook", data=body.ljust(LARGEST_BODY + 1), headers=good))
app.extensions["bridge"].database.close()
shutil.rmtree(sys.argv[1])
answers.append(client.get("/readyz"))
print(*[answer.status_code for answer in answers])
print(*[answer.text for answer in answers])
"""


def test_no_log_line_and_no_answer_of_the_webhook_tells_a_secret_or_what_people_say(
    tmp_path: Any,
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", DELIVERIES, tmp_path],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.splitlines()[0] == "200 403 400 403 200 503 413 503"
    assert done.stderr.count('"event":"webhook.') == 5
    assert done.stderr.count('"event":"webhook.too_large"') == 1
    assert '"event":"database.unavailable"' in done.stderr
    assert "unable to open database file" in done.stderr
    assert "unable to open" not in done.stdout
    assert "Xyzzy" not in done.stdout + done.stderr


def test_what_orjson_can_not_write_is_logged_all_the_same(lines: Any) -> None:
    logs.configure(as_json=True)
    structlog.get_logger().info("odd", half="\ud83d", huge=2**70, kind=ValueError)
    (line,) = lines()
    assert (line["half"], line["huge"]) == ("\ud83d", 2**70)
    assert "ValueError" in line["kind"]
