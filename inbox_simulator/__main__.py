"""``python -m inbox_simulator``."""

import sys

from inbox_simulator.cli import main

sys.exit(main())
