import pytest
import requests
from hypothesis import settings
from hypothesis import strategies as st

from inbox_simulator.patience import Patience
from inbox_simulator.platform.switches import SWITCHES
from inbox_simulator.pytest_plugin import agent, person, simulator, stage  # noqa: F401
from tests.simulator.receiver import TOKEN, Receiver

#: Switches that are not as they are by default; most of them are.
SWITCHED = st.lists(st.sampled_from(sorted(SWITCHES)), max_size=4, unique=True).flatmap(
    lambda names: st.fixed_dictionaries(
        {name: st.sampled_from(SWITCHES[name].options[1:]) for name in names}
    )
)


def examples(usual):
    """Return how many examples to ask for: so many, more with the profile ``thorough``."""
    return usual * settings().max_examples // 100


class Graph:
    """Calls the Graph API as an app would."""

    def __init__(self, url, token=TOKEN):
        self.url = url
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Authorization"] = f"Bearer {token}"

    def post(self, edge, **body):
        return self.session.post(f"{self.url}/v26.0/me/{edge}", json=body, timeout=10)

    def get(self, path, **query):
        return self.session.get(f"{self.url}/v26.0/{path}", params=query, timeout=10)

    def says(self, psid, text, **rest):
        message = {"text": text, **rest}
        return self.post("messages", recipient={"id": psid}, message=message)

    def passes(self, psid, target, **rest):
        recipient = {"id": psid}
        return self.post("pass_thread_control", recipient=recipient, target_app_id=target, **rest)


def error_of(response):
    error = response.json()["error"]
    return error["code"], error.get("error_subcode")


@pytest.fixture
def graph(simulator):  # noqa: F811
    calls = Graph(simulator.url)
    yield calls
    calls.session.close()


@pytest.fixture
def receiver(simulator):  # noqa: F811
    listening = Receiver()
    simulator.connect(listening.url)
    yield listening
    listening.stop()


@pytest.fixture
def control(simulator):  # noqa: F811
    """Calls the control API without the client's own reading of it."""
    session = requests.Session()
    session.trust_env = False

    def call(method, path, body=None, **rest):
        url = f"{simulator.url}/_simulator/{path}"
        return session.request(method, url, json=body, timeout=10, **rest)

    yield call
    session.close()


@pytest.fixture
def quiet(simulator):  # noqa: F811
    """Waits until every delivery is through."""

    def wait():
        Patience(10).wait_for(
            lambda: simulator.sender.pending == 0, lambda: f"{simulator.sender.pending} wait"
        )

    return wait


@pytest.fixture
def set_switches(stage):  # noqa: F811
    """Sets every switch: these, and the others to what they are by default."""
    defaults = {name: switch.options[0] for name, switch in SWITCHES.items()}
    return lambda values: stage.client.put("switches", {**defaults, **values})
