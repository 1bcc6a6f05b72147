"""What gunicorn and `flask` load."""

import sys

from messenger_app.app import create_app
from messenger_app.errors import HandoverError

try:
    app = create_app()
except HandoverError as error:
    sys.exit(str(error))  # a line that says what to do, in place of a traceback
