import pytest

from scripts.demo import last_step


@pytest.mark.parametrize(
    ("said", "step"),
    [
        ("", ""),
        ("Loading tensors\n", ""),
        ("rasa: installing (about 500 MB) …\n", "installing (about 500 MB)"),
        ("rasa: installing …\nnoise\nrasa: training the bot\nmore noise\n", "training the bot"),
        ("rasa: training, in another process\n", "training"),
    ],
)
def test_the_last_step_that_rasas_script_reports_is_shown(tmp_path, said, step):
    log = tmp_path / "rasa.log"
    log.write_text(said)
    assert last_step(log) == step


def test_there_is_no_step_before_there_is_a_log(tmp_path):
    assert last_step(tmp_path / "rasa.log") == ""
