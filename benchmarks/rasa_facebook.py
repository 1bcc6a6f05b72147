"""Rasa with its own facebook channel, whose Graph is at GRAPH_URL: run with Rasa's own Python.

Channel and client are Rasa's; nothing is changed but the address that the client has built in.
"""

import os
from typing import Any

from fbmessenger import MessengerClient
from rasa.__main__ import main
from rasa.core.channels import facebook


class Elsewhere(MessengerClient):  # type: ignore[misc]  # it has no types
    """The same client, with another address."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.graph_url = f"{os.environ['GRAPH_URL']}/v{self.api_version}"


if __name__ == "__main__":
    facebook.MessengerClient = Elsewhere
    main()
