"""A web application to compare with: a Flask view that does nothing, and one that only parses."""

import os

from flask import Flask, Response, request

from messenger_app.webhook.envelope import split
from messenger_app.webhook.signature import verify

app = Flask(__name__, static_folder=None)
SECRET = os.environ.get("APP_SECRET", "")
PAGES = frozenset({os.environ.get("PAGE_ID", "")})


@app.post("/webhook")
def nothing() -> Response:
    """Answer."""
    return Response("EVENT_RECEIVED", mimetype="text/plain")


@app.post("/parse")
def parse() -> Response:
    """Check the signature, split the delivery and store nothing."""
    body = request.get_data()
    verify(body, request.headers.get("X-Hub-Signature-256"), SECRET)
    split(body, PAGES, 0)
    return Response("EVENT_RECEIVED", mimetype="text/plain")


@app.get("/healthz")
def healthz() -> Response:
    """Say that this process answers."""
    return Response("ok", mimetype="text/plain")
