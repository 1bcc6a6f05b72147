"""Stand in for uv and for Rasa: makes an "environment" in no time and notes what it was asked.

The environment's Python is this file too. FAIL names the step that fails, WAIT_FOR a file that the
install waits for before it goes on.
"""

import os
import sys
import time
from pathlib import Path


def main(arguments: list[str]) -> int:
    step = "venv" if arguments[0] == "venv" else "sync" if arguments[0] == "pip" else "rasa"
    with Path(os.environ["NOTES"]).open("a") as notes:
        notes.write(f"{step}\n")
    if os.environ.get("FAIL") == step:
        sys.stdout.write("working\nValueError: this is what went wrong\n  and here\n")
        return 1
    if step == "venv":
        python = Path(arguments[-1]) / "bin" / "python"
        python.parent.mkdir(parents=True, exist_ok=True)
        python.unlink(missing_ok=True)
        python.symlink_to(Path(__file__).with_name("fake_uv"))
    if step == "sync" and (gate := os.environ.get("WAIT_FOR")):
        while not Path(gate).exists():
            time.sleep(0.01)
    if arguments[1] == "run":
        sys.stdout.write(f"served: {' '.join(arguments)}\n")
    if step == "rasa" and arguments[2] == "train":
        models = Path(arguments[arguments.index("--out") + 1])
        models.mkdir(exist_ok=True)
        (models / "new.tar.gz").write_text("a model")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
