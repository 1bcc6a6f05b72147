"""What the simulator needs installed, which its document lists."""

import ast
import sys
from pathlib import Path

import inbox_simulator

#: By what they are imported as. flask brings werkzeug along, and requests brings urllib3.
NEEDED = {"flask", "requests", "urllib3", "werkzeug", "yaml"}
#: For the fixtures, which pytest itself loads.
FOR_TESTS = {"pytest"}


def test_the_simulator_imports_its_few_packages_and_no_others():
    folder = Path(inbox_simulator.__file__).parent
    found = {name for file in folder.rglob("*.py") for name in imported_by(file)}
    assert found - sys.stdlib_module_names - {"inbox_simulator"} == NEEDED | FOR_TESTS


def imported_by(file):
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.split(".")[0]
