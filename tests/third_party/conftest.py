import pytest

from tests.simulator.conftest import Graph, control, graph, quiet, receiver  # noqa: F401
from tests.simulator.receiver import APP, SECRET, TOKEN
from tests.third_party import installing
from tests.third_party.talking import Client

HERE = installing.HERE


@pytest.fixture
def messenger(simulator):
    """npm's messaging-api-messenger; all that it knows of the simulator is its address."""
    node, packages = installing.node_client()
    script = HERE / "messaging_api_messenger.js"
    client = Client(node, script, packages, simulator.url, TOKEN, APP, SECRET)
    yield client
    client.close()


@pytest.fixture
def fbmessenger(simulator):
    """PyPI's fbmessenger."""
    python = installing.python_client("fbmessenger")
    client = Client(python, HERE / "fbmessenger_client.py", simulator.url, TOKEN, SECRET)
    yield client
    client.close()


@pytest.fixture
def pymessenger(simulator):
    """PyPI's pymessenger."""
    python = installing.python_client("pymessenger")
    client = Client(python, HERE / "pymessenger_client.py", simulator.url, TOKEN, SECRET)
    yield client
    client.close()
