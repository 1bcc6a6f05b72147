"""Check a bot's domain and training data, and fail on any warning that is not meant.

The options of `rasa data validate` name the bot; without them it is the shop's. That command warns
of some things that are on purpose here. Its own `--fail-on-warnings` knows no exceptions, and
without it the command passes whatever it finds.
"""

import re
import subprocess
import sys
from pathlib import Path

MEANT = (
    # Buttons and the bridge send these. With examples, a person's words could be taken for them.
    *(
        f"The intent '{intent}' is listed in the domain file, but is not found"
        for intent in ("get_started", "connect_now", "trigger_handoff", "handback", "handoff")
    ),
    # Rasa itself says these, in action_default_fallback, in forms and to ask for other words.
    "The utterance 'utter_default' is not used in any story or rule",
    "The utterance 'utter_ask_",
    # Actions say these, and put their names together from an intent's or a slot's.
    "The utterance 'utter_confirm_",
    "The utterance 'utter_no_",
)

#: Where the shop's bot has its domain.
SHOP = ("--domain", "domain")


def named_in_actions() -> list[str]:
    """Return what is warned of for each response that an action names."""
    code = "".join(path.read_text() for path in Path("actions").glob("*.py"))
    return [f"The utterance '{name}' is not used" for name in re.findall(r'"(utter_\w+)"', code)]


def main() -> int:
    """Print what Rasa warns of; 0 if all of it is meant."""
    done = subprocess.run(  # noqa: S603 - the options are scripts/rasa_env.py's
        [sys.executable, "-m", "rasa", "data", "validate", *(sys.argv[1:] or SHOP)],
        capture_output=True,
        text=True,
        check=False,
    )
    warnings = [line for line in done.stderr.splitlines() if "UserWarning: " in line]
    meant = [*MEANT, *named_in_actions()]
    not_meant = [line for line in warnings if not any(text in line for text in meant)]
    if done.returncode and not not_meant:
        not_meant = done.stderr.splitlines()[-8:]
    sys.stdout.write("".join(line + "\n" for line in not_meant))
    return 1 if not_meant else 0


if __name__ == "__main__":
    sys.exit(main())
