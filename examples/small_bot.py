"""A bot for Messenger in one file and the standard library: it hands over to a human, and back.

PORT=9000 GRAPH_API_URL=http://127.0.0.1:8080 python3 examples/small_bot.py
"""

import hashlib
import hmac
import json
import os
import queue
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

GRAPH = os.environ.get("GRAPH_API_URL", "http://127.0.0.1:8080")
TOKEN = os.environ.get("PAGE_ACCESS_TOKEN", "made-up-token")
SECRET = os.environ.get("APP_SECRET", "made-up-secret")
VERIFY_TOKEN = os.environ.get("VERIFY_TOKEN", "made-up-word")
PAGE_INBOX = "263902037430900"

MENU = {"content_type": "text", "title": "Chat with a person", "payload": "human"}
NEVER_MIND = {"content_type": "text", "title": "Never mind", "payload": "never_mind"}

#: Taken off one by one, so that each conversation keeps its order.
EVENTS: queue.Queue = queue.Queue()
#: People who are with a human.
AWAY: set[str] = set()


def graph(edge, **body):
    request = urllib.request.Request(
        f"{GRAPH}/v26.0/me/{edge}",
        json.dumps(body).encode(),
        {"Content-Type": "application/json", "Authorization": f"Bearer {TOKEN}"},
    )
    try:
        urllib.request.urlopen(request, timeout=10).close()
    except urllib.error.HTTPError as refusal:
        # 10/2018300, for example: another app controls the thread. Then it is not ours to speak.
        print("Graph refused", edge, refusal.read().decode())


def say(psid, text, *quick_replies):
    message = {"text": text}
    if quick_replies:
        message["quick_replies"] = quick_replies
    graph("messages", recipient={"id": psid}, message=message)


def hand_over(psid):
    # In this order: once control is passed, Graph takes no more words from us.
    say(psid, "I'm connecting you with a person from our team.", NEVER_MIND)
    graph("pass_thread_control", recipient={"id": psid}, target_app_id=PAGE_INBOX)
    AWAY.add(psid)


def come_back(psid):
    AWAY.discard(psid)
    say(psid, "This is the bot again. What can I do for you?", MENU)


def hear(channel, event):
    psid = event["sender"]["id"]
    text = event.get("message", {}).get("text", "")
    if "take_thread_control" in event:
        AWAY.add(psid)  # An agent stepped in.
    elif "pass_thread_control" in event:
        come_back(psid)  # Done, in the Page Inbox.
    elif "message" not in event or event["message"].get("is_echo"):
        pass
    elif channel == "standby":
        if text == NEVER_MIND["title"]:  # A payload may be lost in standby; the title is not.
            graph("take_thread_control", recipient={"id": psid})
            come_back(psid)
    elif psid in AWAY:
        come_back(psid)  # A live message is proof that control is ours.
    elif "human" in text or text == MENU["title"]:
        hand_over(psid)
    else:
        say(psid, f"I am a small bot. You said: {text}", MENU)


def work():
    while True:
        channel, event = EVENTS.get()
        try:
            hear(channel, event)
        except (KeyError, OSError) as problem:
            print("Could not handle", event, repr(problem))


class Webhook(BaseHTTPRequestHandler):
    def do_GET(self):
        query = parse_qs(urlsplit(self.path).query)
        fits = hmac.compare_digest(query.get("hub.verify_token", [""])[0], VERIFY_TOKEN)
        self.answer(200 if fits else 403, query.get("hub.challenge", [""])[0] if fits else "")

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        # The signature covers the bytes as they came: check it before reading them as JSON.
        expected = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(self.headers.get("X-Hub-Signature-256", ""), expected):
            return self.answer(403, "")
        for entry in json.loads(body).get("entry", []):
            for channel in ("messaging", "standby"):
                for event in entry.get(channel, []):
                    EVENTS.put((channel, event))
        return self.answer(200, "EVENT_RECEIVED")  # Within five seconds, so: first this, then work.

    def answer(self, status, text):
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    threading.Thread(target=work, daemon=True).start()
    port = int(os.environ.get("PORT", "9000"))
    print(f"Listening at http://127.0.0.1:{port}/webhook", flush=True)
    ThreadingHTTPServer(("127.0.0.1", port), Webhook).serve_forever()
