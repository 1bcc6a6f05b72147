"""Start Rasa with the token of its API taken from RASA_TOKEN, and with `action_answers`.

Rasa takes the token on the command line alone, where `ps` shows it to every user of the machine.
"""

import os
import sys

from action_answers import check_the_schema_once
from rasa.__main__ import main

if __name__ == "__main__":
    if token := os.environ.pop("RASA_TOKEN", ""):  # noqa: TID251 - another program than the bridge
        sys.argv += ["--auth-token", token]
    check_the_schema_once()
    main()
