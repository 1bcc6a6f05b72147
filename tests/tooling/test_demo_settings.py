import socket

import pytest

from scripts import demo_settings
from scripts.demo_settings import DemoError
from tests.support.ports import free_port


@pytest.fixture
def checkout(tmp_path):
    """A folder with the settings that the demo starts from."""
    (tmp_path / ".env.simulator").write_text("GRAPH_API_URL=http://127.0.0.1:8080\nAPP_ID=1\n")
    return tmp_path


def load(checkout, **inherited):
    return demo_settings.load(checkout, inherited, has_screen=True)


def test_settings_are_made_from_the_simulators_where_there_are_none(checkout):
    load(checkout)
    assert (checkout / ".env").read_text() == (checkout / ".env.simulator").read_text()


def test_settings_that_are_there_are_kept(checkout):
    own = "GRAPH_API_URL=http://localhost:9000\nPORT=9001\n"
    (checkout / ".env").write_text(own)

    assert load(checkout).ports["web"] == 9001
    assert (checkout / ".env").read_text() == own


def test_every_address_follows_a_port_that_was_moved(checkout):
    settings = load(checkout, SIMULATOR_PORT="18080", RASA_PORT="15005", PATH="/bin")
    environment = settings.environment({"PATH": "/bin"})

    assert environment["GRAPH_API_URL"] == "http://127.0.0.1:18080"
    assert environment["CLOCK_URL"] == "http://127.0.0.1:18080/_simulator/clock"
    assert environment["RASA_URL"] == "http://127.0.0.1:15005"
    assert environment["PORT"] == "8000"
    assert environment["PATH"] == f"{checkout}/.venv/bin:/bin"


def test_the_bridge_is_told_of_a_moodbot_that_was_moved(checkout):
    assert "BOT_URLS" not in load(checkout).environment({})
    moved = load(checkout, MOODBOT_PORT="15007").environment({"BOT_URLS": "quiz=http://q.example"})
    assert moved["BOT_URLS"] == "quiz=http://q.example,moodbot=http://127.0.0.1:15007"


def test_a_proxy_is_not_asked_for_the_demos_own_addresses(checkout):
    environment = load(checkout).environment({"NO_PROXY": "intranet.example"})
    assert environment["NO_PROXY"] == "intranet.example,127.0.0.1,localhost"


@pytest.mark.parametrize("env", ["APP_ID=1\n", "GRAPH_API_URL=https://graph.facebook.com\n"])
def test_the_settings_of_a_real_page_are_refused(checkout, env):
    (checkout / ".env").write_text(env)
    with pytest.raises(DemoError, match="make run"):
        load(checkout)


@pytest.mark.parametrize("value", ["eighty", "0", "65536", "-1"])
def test_a_port_that_is_none_is_refused(checkout, value):
    with pytest.raises(DemoError, match="RASA_PORT"):
        load(checkout, RASA_PORT=value)


def test_two_parts_on_one_port_are_refused(checkout):
    with pytest.raises(DemoError, match="PORT and ACTIONS_PORT are both 8000"):
        demo_settings.check_ports(load(checkout, ACTIONS_PORT="8000", SIMULATOR_PORT="18081"))


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_a_taken_port_is_named_with_what_to_do(checkout, host):
    with socket.socket() as other:
        other.bind((host, 0))
        other.listen()
        taken = other.getsockname()[1]
        ports = {name: str(free_port()) for name in ("PORT", "RASA_PORT", "ACTIONS_PORT")}
        settings = load(checkout, SIMULATOR_PORT=str(taken), **ports)
        with pytest.raises(DemoError, match=f"SIMULATOR_PORT={taken + 1} make demo"):
            demo_settings.check_ports(settings)


@pytest.mark.parametrize("inherited", [{"CI": "true"}, {"DEMO_BROWSER": "0"}])
def test_no_browser_is_opened_in_ci_or_where_it_is_not_wanted(checkout, inherited):
    assert load(checkout).opens_browser
    assert not load(checkout, **inherited).opens_browser


def test_a_bot_of_ones_own_takes_the_place_of_rasa_and_its_ports_are_not_looked_at(checkout):
    port = str(free_port())
    settings = load(checkout, BOT="http://127.0.0.1:5999/", RASA_PORT=port, ACTIONS_PORT=port)
    assert settings.environment({})["RASA_URL"] == "http://127.0.0.1:5999"
    assert settings.absent == {"rasa", "actions", "moodbot"}
    ports = {"SIMULATOR_PORT": str(free_port()), "PORT": str(free_port())}
    demo_settings.check_ports(load(checkout, BOT="http://bot.example", RASA_PORT=port, **ports))


@pytest.mark.parametrize("bot", ["localhost:5005", "5005", "ftp://bot", "http://"])
def test_a_bot_that_is_no_address_is_refused(checkout, bot):
    with pytest.raises(DemoError, match="BOT is"):
        load(checkout, BOT=bot)
