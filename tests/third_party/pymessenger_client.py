"""Reads calls from standard input, one a line, and makes them with ``pymessenger``."""

import json
import sys

import requests
from pymessenger.bot import Bot
from pymessenger.user_profile import UserProfileApi

origin, token, secret = sys.argv[1:]
bot = Bot(token, app_secret=secret)
profiles = UserProfileApi(token, app_secret=secret)
bot.graph_url = profiles.graph_url = f"{origin}/v2.6"


def get_profile(psid, fields):
    return profiles.get(psid, fields)


def control(edge, psid, **values):
    """The client has no thread control: its address and its token do it, all in the query."""
    query = {**bot.auth_args, "recipient": f"{{'id':'{psid}'}}", **values}
    return requests.post(f"{bot.graph_url}/me/{edge}", params=query).json()


def pass_control(psid, app_id):
    return control("pass_thread_control", psid, target_app_id=app_id)


def take_control(psid):
    return control("take_thread_control", psid)


def release_control(psid):
    return control("release_thread_control", psid)


def owner(psid):
    query = {**bot.auth_args, "recipient": psid}
    return requests.get(f"{bot.graph_url}/me/thread_owner", params=query).json()


for line in sys.stdin:
    asked = json.loads(line)
    act = globals().get(asked["method"]) or getattr(bot, asked["method"])
    try:
        told = {"answer": act(*asked["values"])}
    except Exception as error:  # noqa: BLE001 -- whatever the client raises is told
        told = {"error": repr(error)}
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
