"""The environment's decisions; the install itself is what `make fresh` tries."""

import subprocess
import sys

import pytest

from scripts.bridge_env import REQUIREMENTS, ROOT, InstallError, locked

LOCK = """# made by a program
alpha==1.0 \\
    --hash=sha256:aa
uv==2.3.4 \\
    --hash=sha256:bb \\
    --hash=sha256:cc
uvloop==1.1 \\
    --hash=sha256:dd
"""


def test_one_package_is_taken_from_the_lock_with_all_its_hashes():
    assert locked("uv", LOCK) == "uv==2.3.4 \\\n    --hash=sha256:bb \\\n    --hash=sha256:cc\n"
    assert locked("uvloop", LOCK) == "uvloop==1.1 \\\n    --hash=sha256:dd\n"


def test_a_package_that_is_not_locked_is_an_error_that_says_what_to_do():
    with pytest.raises(InstallError, match="make lock"):
        locked("beta", LOCK)


def test_the_projects_own_lock_holds_uv_for_the_launcher():
    assert "--hash=sha256:" in locked("uv", (ROOT / REQUIREMENTS["dev"]).read_text())


def test_the_first_python_that_really_runs_is_used(tmp_path):
    shim = tmp_path / "python3"
    shim.write_text("#!/bin/sh\nexit 127\n")
    shim.chmod(0o755)
    (tmp_path / "python3.11").symlink_to(sys.executable)
    found = run_python(tmp_path, "-c", "import sys; print(sys.version_info >= (3, 11))")
    assert found.stdout == "True\n"


def test_a_machine_without_a_usable_python_is_told_what_to_do(tmp_path):
    refused = run_python(tmp_path, "-c", "")
    assert refused.returncode == 1
    assert refused.stderr.startswith("No Python 3.11 or newer found")


def run_python(path, *arguments):
    """Run the script that finds a Python with nothing else than one folder on the PATH."""
    return subprocess.run(
        ["/bin/sh", ROOT / "scripts" / "python.sh", *arguments],
        env={"PATH": str(path)},
        capture_output=True,
        text=True,
        check=False,
    )
