"""Access tokens: one for each app and Page, and each app's own ``id|secret``.

https://developers.facebook.com/docs/facebook-login/guides/access-tokens
"""

import hashlib
import hmac

from inbox_simulator.graph_api.parameters import GraphCall
from inbox_simulator.platform.apps import App
from inbox_simulator.platform.coverage import documented, observed
from inbox_simulator.platform.errors import AccessTokenError, ProofError
from inbox_simulator.platform.world import Platform


def page_app(platform: Platform, token: str) -> App:
    """Return the app to which a Page access token belongs, or refuse it with code 190."""
    for app in platform.apps.values():
        if _same(app.access_token, token):
            return app
    raise AccessTokenError


def own_app(platform: Platform, token: str) -> App | None:
    """Return the app to which an app access token belongs, or none."""
    app_id, _, secret = token.partition("|")
    app = platform.apps.get(app_id)
    return app if app is not None and _same(app.app_secret, secret) else None


def any_app(platform: Platform, token: str) -> App | None:
    """Return the app to which a token of any kind belongs, or none."""
    if is_user(platform, token):
        return app_of_user(platform)
    try:
        return page_app(platform, token)
    except AccessTokenError:
        return own_app(platform, token)


def is_user(platform: Platform, token: str) -> bool:
    """Tell whether it is the token of the human who manages the Page."""
    return _same(platform.user.access_token, token)


def app_of_user(platform: Platform) -> App:
    """Return the app for which the user's token was made; there is one, for the default app."""
    return platform.apps[platform.default_app_id]


def check_proof(platform: Platform, app: App, call: GraphCall) -> None:
    """Check the ``appsecret_proof`` where a call has one, or has to.

    https://developers.facebook.com/docs/graph-api/guides/secure-requests
    """
    proof = call.text("appsecret_proof")
    if proof is None:
        if platform.switches["appsecret_proof"] == "required":
            raise ProofError("API calls from the server require an appsecret_proof argument")
        return
    key, message = app.app_secret.encode(), call.access_token.encode(errors="replace")
    if not _same(hmac.new(key, message, hashlib.sha256).hexdigest(), proof):
        raise ProofError("Invalid appsecret_proof provided in the API argument")


def _same(known: str, given: str) -> bool:
    return hmac.compare_digest(known.encode(), given.encode(errors="replace"))


COVERS = (
    documented(
        "requests",
        "tokens of Pages, apps and users",
        "https://developers.facebook.com/docs/facebook-login/guides/access-tokens",
    ),
    observed(
        "requests",
        "appsecret_proof, and the texts when it is wrong",
        "Kdyby/Facebook#22",
        switch="appsecret_proof",
    ),
    documented("requests", "permissions and app review", "overview", done=False),
)
