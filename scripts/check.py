"""`make check`: everything that can be said about the code without running it."""

import subprocess
import sys
import time
from pathlib import Path

#: Where this environment's programs are.
PROGRAMS = Path(sys.executable).parent
CHECKS = {
    "format": ["ruff", "format", "--check", "."],
    "lint": ["ruff", "check", "."],
    "types": ["mypy"],
    "imports": ["lint-imports"],
}


def main() -> int:
    """Run every check, also after one failed; 1 and their names if any did."""
    failed = []
    for name, (program, *arguments) in CHECKS.items():
        started = time.monotonic()
        command: list[str | Path] = [PROGRAMS / program, *arguments]
        done = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        verdict = "ok" if done.returncode == 0 else "FAILED"
        print(f"  {name:<8} {verdict:<7} {time.monotonic() - started:5.1f} s", flush=True)
        if done.returncode != 0:
            print(done.stdout, flush=True)
            failed.append(name)
    if failed:
        print(f"Failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
