"""People and agents as verbs: ``person.says(…)``, ``person.sees(…)``, ``agent.replies(…)``.

Everything goes over HTTP to a running simulator, so tests in Python, scenarios in YAML and whatever
bot is connected see the same thing. What is expected may take a moment: an expectation is looked at
again until it holds or its time is up, and then raises ``AssertionError`` with what was there.
"""

from collections.abc import Callable
from typing import Any

from inbox_simulator.client import Client
from inbox_simulator.patience import Patience
from inbox_simulator.thread_view import MessageView, ThreadView

JSON = dict[str, Any]


class Stage:
    """A running simulator, and the moment of the last act: expectations look at what came after."""

    def __init__(self, url: str, patience: float | Patience = 15.0) -> None:
        self.client = Client(url)
        #: How long an expectation may take; a number is seconds.
        self.patience = patience if isinstance(patience, Patience) else Patience(patience)
        self._last_act = 0
        #: Number of the journal's newest entry when the wire began to be watched.
        self.journalled = 0

    def close(self) -> None:
        """Close the connections."""
        self.client.close()

    def act(self, path: str, body: JSON | None = None) -> JSON:
        """Let something happen; from here on expectations look at what is newer."""
        self._last_act = self.client.get("clock")["now"]
        return self.client.post(path, body)

    def is_news(self, message: MessageView) -> bool:
        """Tell whether a message is newer than the last act."""
        return message.at >= self._last_act

    def watch_the_wire(self) -> None:
        """Let expectations about the wire look at what is newer than this moment."""
        self.journalled = int(self.state()["journal_seq"])

    def state(self) -> JSON:
        """Return the whole state of the simulator."""
        state: JSON = self.client.get("state")
        return state


class Person:
    """Someone on Messenger."""

    def __init__(
        self, stage: Stage, name: str, locale: str = "en_US", page_id: str | None = None
    ) -> None:
        self._stage = stage
        self.name = name
        values = {"name": name, "locale": locale, "page_id": page_id}
        self.psid: str = stage.client.post("people", values)["psid"]

    @property
    def thread(self) -> ThreadView:
        """The thread as it is now."""
        return ThreadView.read(self._stage.client.get(f"threads/{self.psid}"))

    @property
    def last_message(self) -> str | None:
        """What the Page said last."""
        spoken = [message for message in self.thread.messages if message.author != "person"]
        return spoken[-1].text if spoken else None

    def says(self, text: str, reply_to: MessageView | None = None) -> None:
        """Write a message, or answer one that is there."""
        answered = {} if reply_to is None else {"reply_to": reply_to.mid}
        self._acts("messages", text=text, **answered)

    def sends(self, url: str, kind: str = "image") -> None:
        """Send a picture, or another kind of file, by its address."""
        self._acts("messages", attachment={"type": kind, "url": url})

    def sends_thumbs_up(self) -> None:
        """Tap the big thumb beside the text field."""
        self._acts("messages", attachment={"type": "sticker"})

    def shares(self, url: str, title: str, text: str = "") -> None:
        """Share a link, which Messenger shows with its title."""
        link = {"type": "fallback", "url": url, "title": title}
        self._acts("messages", text=text, attachment=link)

    def shares_place(self, latitude: float, longitude: float) -> None:
        """Share where they are."""
        place = {"type": "location", "latitude": latitude, "longitude": longitude}
        self._acts("messages", attachment=place)

    def reacts(self, reaction: str = "❤️", to: MessageView | None = None) -> None:
        """React to a message, by default the newest one of the Page's."""
        mid = (to or self._newest(by_page=True)).mid
        self._acts("reactions", mid=mid, reaction=reaction)

    def unreacts(self, to: MessageView | None = None) -> None:
        """Take a reaction back."""
        mid = (to or self._newest(by_page=True)).mid
        self._acts("reactions", mid=mid, action="unreact")

    def edits(self, text: str, message: MessageView | None = None) -> None:
        """Change the text of a message of their own, by default the newest."""
        self._acts("edits", mid=(message or self._newest(by_page=False)).mid, text=text)

    def follows_link(self, ref: str) -> None:
        """Come by an m.me link."""
        self._acts("referrals", ref=ref)

    def clicks_ad(self, ad_id: str, ref: str | None = None, **context: str) -> None:
        """Come by an ad; ``context`` is what its ``ads_context_data`` says."""
        about = {"ads_context_data": context} if context else {}
        self._acts("referrals", ad_id=ad_id, ref=ref, **about)

    def opts_in(self, title: str, payload: str = "") -> None:
        """Opt in to notification messages."""
        self._acts("optins", title=title, payload=payload)

    def links_account(self, authorization_code: str) -> None:
        """Link an account of the business's own."""
        self._acts("account_linking", authorization_code=authorization_code)

    def taps(self, title: str) -> None:
        """Tap the newest quick reply or button with this title, once it is there."""

        def found() -> JSON | None:
            return next((c for c in self.thread.choices() if c["title"] == title), None)

        choice = self._stage.patience.wait_for(
            found, lambda: f"{self.name} can't tap {title!r}.\n{self.thread.describe_choices()}"
        )
        payload = {"title": title, "payload": choice.get("payload") or ""}
        if choice["kind"] == "quick_reply":
            self._acts("messages", quick_reply=payload)
        else:
            self._acts("postbacks", **payload)

    def sees(self, text: str = "") -> MessageView:
        """Wait for news from the Page with these words in it; capitals don't matter."""

        def found() -> MessageView | None:
            return next((message for message in self._news() if message.shows(text)), None)

        what = f"a message with {text!r}" if text else "a message"
        return self._stage.patience.wait_for(
            found, lambda: f"{self.name} did not see {what}.\n{self.thread.describe()}"
        )

    def sees_once(self, text: str, seconds: float) -> None:
        """Wait for news with these words, and watch for some seconds that they aren't repeated."""
        self.sees(text)

        def repeated() -> bool:
            return sum(message.shows(text) for message in self._news()) > 1

        if self._stage.patience.ever(repeated, seconds):
            raise AssertionError(f"{self.name} saw {text!r} twice.\n{self.thread.describe()}")

    def was_heard(self, text: str, app_id: str, channel: str) -> None:
        """Wait until an app has heard this person's words on a channel, and on no other."""

        def heard() -> bool:
            mine = [m for m in self.thread.messages if m.author == "person" and m.text == text]
            return bool(mine) and all(m.channels.get(app_id) == channel for m in mine)

        self._wait_until(heard, f"{text!r} was not heard in {channel}")

    def has_owner(self, *app_ids: str | None) -> None:
        """Wait until one of these apps owns the thread; None stands for nobody."""
        self._wait_until(lambda: self.thread.owner in app_ids, f"owner is none of {app_ids}")

    def is_in_folder(self, folder: str) -> None:
        """Wait until the thread lies in this folder of the Page Inbox."""
        self._wait_until(lambda: self.thread.folder == folder, f"folder is not {folder}")

    def hears_nothing_from(self, app_id: str, seconds: float) -> None:
        """Watch for some seconds that an app says nothing since the last act."""

        def spoke() -> bool:
            return any(message.app_id == app_id for message in self._news())

        if self._stage.patience.ever(spoke, seconds):
            raise AssertionError(f"The bot was not silent.\n{self.thread.describe()}")

    def _acts(self, what: str, **values: Any) -> None:
        self._stage.act(f"people/{self.psid}/{what}", values)

    def _newest(self, *, by_page: bool) -> MessageView:
        """Return the newest message of one side; without one there is nothing to act on."""
        messages = [m for m in self.thread.messages if (m.author != "person") == by_page]
        if not messages:
            whose = "the Page's" if by_page else "their own"
            raise AssertionError(f"{self.name} has no message of {whose} to act on")
        return messages[-1]

    def _news(self) -> list[MessageView]:
        """Return what the Page said since the last act."""
        messages = self.thread.messages
        return [m for m in messages if m.author != "person" and self._stage.is_news(m)]

    def _wait_until(self, holds: Callable[[], bool], problem: str) -> None:
        self._stage.patience.wait_for(
            holds, lambda: f"{self.name}'s {problem}.\n{self.thread.describe()}"
        )


class Agent:
    """A human who answers in the Page Inbox; by default one person's thread."""

    def __init__(self, stage: Stage, person: Person | None = None, name: str = "Mia") -> None:
        self._stage, self._person, self.name = stage, person, name

    def replies(
        self, text: str, to: Person | None = None, reply_to: MessageView | None = None
    ) -> None:
        """Answer; takes control if the inbox doesn't have it."""
        body = {"text": text, "agent": self.name}
        if reply_to is not None:
            body["reply_to"] = reply_to.mid
        self._stage.act(f"inbox/{self._psid(to)}/replies", body)

    def sends(self, url: str, kind: str = "image", to: Person | None = None) -> None:
        """Send a picture, or another kind of file, by its address."""
        body = {"attachment": {"type": kind, "url": url}, "agent": self.name}
        self._stage.act(f"inbox/{self._psid(to)}/replies", body)

    def marks_done(self, person: Person | None = None) -> None:
        """Press Done."""
        self._stage.act(f"inbox/{self._psid(person)}/done")

    def takes(self, person: Person | None = None) -> None:
        """Move the thread to the Main folder, which takes control."""
        self._stage.act(f"inbox/{self._psid(person)}/take")

    def _psid(self, person: Person | None) -> str:
        chosen = person or self._person
        if chosen is None:
            raise ValueError("Say which person the agent means")
        return chosen.psid
