"""A seed file: what a simulator starts with and returns to."""

import signal
import subprocess
import sys

import pytest
import yaml

from inbox_simulator import Simulator
from inbox_simulator.client import Client
from inbox_simulator.seed import SEED_FILE, Seed
from tests.simulator.receiver import APP, PAGE

CAFE = "104729000000002"


@pytest.fixture
def seed_file(tmp_path, request):
    """A seed with two apps, two Pages and a person on each."""
    seed = yaml.safe_load(SEED_FILE.read_text())
    seed["apps"][0]["webhook_url"] = "http://127.0.0.1:9/mine"
    other = {"app_id": "77", "name": "Analyst", "app_secret": "s77", "access_token": "t77"}
    seed["apps"].append({**other, "fields": ["standby", "messages"]})
    seed["people"] = [{"name": "Ana", "locale": "de_DE"}]
    apps = [{"app_id": APP, "access_token": "token-of-the-cafe"}]
    page = {"id": CAFE, "name": "Harbour Café", "apps": apps, "people": [{"name": "Gus"}]}
    seed["pages"] = [page]
    path = tmp_path / "seed.yaml"
    path.write_text(yaml.safe_dump(seed))
    return path


def test_pages_apps_and_people_of_a_seed_are_there_and_come_back_at_a_reset(seed_file):
    with Simulator(seed=Seed.read(seed_file)) as simulator:
        client = Client(simulator.url)
        for _ in range(2):
            threads = client.get("state")["threads"]
            assert {(each["name"], each["page_id"]) for each in threads} == {
                ("Ana", PAGE), ("Gus", CAFE),
            }  # fmt: skip
            assert all(each["messages"] == [] for each in threads)
            assert [each["page_id"] for each in client.get("pages")] == [PAGE, CAFE]
            apps = {each["app_id"]: each for each in client.get("apps")}
            assert set(apps) == {APP, "77"}
            assert apps[APP]["webhook_url"] == "http://127.0.0.1:9/mine"
            client.post("people", {"name": "Ben"})
            client.post("reset", {})


def started(*options):
    """Run the command, and return its Pages' names and where the default app's webhook is."""
    command = [sys.executable, "-m", "inbox_simulator", "run", "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        try:
            line = running.stdout.readline() if running.stdout else ""
            client = Client(line.split()[-1])
            pages, apps = client.get("pages"), client.get("apps")
        finally:
            running.send_signal(signal.SIGTERM)
        assert running.wait(timeout=10) == 0
    return [each["name"] for each in pages], apps[0]["webhook_url"]


def test_the_command_starts_with_a_seed_file(seed_file):
    two = ["Harbour Books", "Harbour Café"]
    assert started("--seed", seed_file) == (two, "http://127.0.0.1:9/mine")
    elsewhere = "http://127.0.0.1:9/elsewhere"
    assert started("--seed", seed_file, "--webhook-url", elsewhere) == (two, elsewhere)


def test_without_one_the_webhook_is_the_bridge_s_or_nowhere():
    assert started()[1].endswith("/webhook")
    assert started("--webhook-url", "")[1] == ""


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("page: {id: '1', name: x}", "'apps'"), ("[]", "list"), ("a: [", "flow"), ("", "None"),
        (SEED_FILE.read_text() + "people: [{locale: en_US}]", "'name'"),
        (SEED_FILE.read_text().replace("switches: {}", "switches: {colour: red}"), "colour"),
    ],
    ids=["no apps", "a list", "no YAML", "nothing", "a person without a name", "a switch"],
)  # fmt: skip
def test_a_file_that_is_no_seed_is_refused_in_one_line(tmp_path, written, why):
    path = tmp_path / "seed.yaml"
    path.write_text(written)
    with pytest.raises(ValueError, match="is no seed file") as refused:
        Seed.read(path)
    assert why in str(refused.value)
    assert "\n" not in str(refused.value)
