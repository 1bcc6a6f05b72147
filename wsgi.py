"""What gunicorn and `flask` load."""

import sys

from messenger_app.app import create_app
from messenger_app.errors import HandoverError, SettingsError

#: By this exit status of its child gunicorn knows that there is no use in starting another one, and
#: ends as well. After any other it goes on trying, as it should while a database is away.
_NEVER_LOADS = 4

try:
    app = create_app()
except HandoverError as error:  # a line that says what to do, in place of a traceback
    print(error, file=sys.stderr)  # noqa: T201 -- nothing else is set up yet
    sys.exit(_NEVER_LOADS if isinstance(error, SettingsError) else 1)
