"""How gunicorn serves the bridge; GUNICORN_CMD_ARGS overrides each of these."""

import os
import sys

host = os.environ.get("HOST", "127.0.0.1")  # noqa: TID251 - read before the bridge exists
port = os.environ.get("PORT", "8000")  # noqa: TID251 - the same
kind = os.environ.get("WEB_WORKERS") or "threads"  # noqa: TID251 - the same
kinds = {"threads": "gthread", "gevent": "gevent"}
if kind not in kinds:
    sys.exit(f"WEB_WORKERS must be one of {', '.join(kinds)}.")

bind = f"{host}:{port}"
worker_class = kinds[kind]
workers = 1  # one process: with SQLite a single writer beside the worker
threads = 16
keepalive = 30
graceful_timeout = 10
accesslog = None  # the bridge logs each delivery itself, without its query
control_socket_disable = True  # it lies at one path for each user, and two bridges would share it
