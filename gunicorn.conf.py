"""How gunicorn serves the bridge; GUNICORN_CMD_ARGS overrides each of these."""

import os
import sys

from dotenv import dotenv_values

given = {**dotenv_values(".env"), **os.environ}  # noqa: TID251 - read before the bridge exists
host = given.get("HOST") or "127.0.0.1"
port = given.get("PORT") or "8000"
kind = given.get("WEB_WORKERS") or "threads"
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
