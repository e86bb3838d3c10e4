"""The page as somebody uses it: acts by their names, and what can be seen."""

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

from playwright.sync_api import ConsoleMessage, Locator, Page, expect

SETTLED = """
!Object.keys(localStorage).some((key) => key.startsWith("upnext-outbox:"))
  && document.getElementById("queue").getAttribute("aria-busy") === "false"
"""


class Visit:
    """One open page."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.complaints: list[str] = []
        """What the console says is wrong."""
        self.foreign: list[str] = []
        """Requests that left the origin."""
        self.away = False
        """Whether the page was cut off on purpose, and may complain of it."""
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self._asked(request.url))

    def opened(self) -> "Visit":
        """Load the page and wait for its queue."""
        self.page.goto(f"{self.url}/player/")
        self.rows.first.wait_for()
        return self

    def reload(self) -> None:
        self.page.reload()
        self.rows.first.wait_for()

    @property
    def rows(self) -> Locator:
        return self.page.locator("#queue .row")

    def row(self, rank: int) -> Locator:
        return self.rows.nth(rank - 1)

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    @property
    def queue(self) -> list[str]:
        """Ids of the tracks as they stand, next first."""
        ids = self.rows.evaluate_all("rows => rows.map((row) => row.dataset.track)")
        return [str(track_id) for track_id in ids]

    @property
    def title(self) -> str:
        return self.page.locator("#title").inner_text()

    @property
    def toast(self) -> Locator:
        return self.page.locator(".toast")

    @property
    def line(self) -> Locator:
        return self.page.locator("#line")

    def play(self) -> None:
        self.button("Play").click()
        self.button("Pause").wait_for()

    def pause(self) -> None:
        self.button("Pause").click()
        self.button("Play").wait_for()

    def skip(self) -> None:
        """Skip, once something has been heard, and wait until the next track sounds."""
        self.hear(0.05)
        before = self.title
        self.button("Next").click()
        expect(self.page.locator("#title")).not_to_have_text(before)

    def say(self, words: str) -> None:
        self.page.get_by_label("Say what you would like").fill(words)
        self.page.keyboard.press("Enter")

    def choose(self, rank: int, item: str) -> None:
        """Choose from a row's menu."""
        self.row(rank).get_by_role("button", name=re.compile("^More for")).click()
        self.page.get_by_role("menuitem", name=re.compile(f"^{item}")).click()

    def tab(self, name: str) -> Locator:
        """Open a tab; returns its panel."""
        self.page.get_by_role("tab", name=name).click()
        return self.page.get_by_role("tabpanel", name=name)

    def until(self, is_so: Callable[[], bool], what: str, seconds: float = 10) -> None:
        """Wait until something is so; the page goes on meanwhile."""
        for _ in range(int(seconds / 0.05)):
            if is_so():
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"{what}: not within {seconds} s")

    def settled(self) -> None:
        """Wait until the gateway has all that was done, and the queue is the one it told."""
        self.until(lambda: bool(self.page.evaluate(SETTLED)), "an answer to all that was done")

    def hear(self, seconds: float) -> None:
        """Wait until a track has sounded for so long."""
        self.until(lambda: self.page.evaluate("audio.currentTime") > seconds, "sound")

    @property
    def session(self) -> dict[str, Any]:
        """Whose session it is, as the browser remembers it."""
        return dict(json.loads(self.page.evaluate("localStorage.getItem('upnext.session')")))

    def told(self, what: str, **query: Any) -> dict[str, Any]:
        """Ask the gateway itself about the session."""
        asked = urlencode({"listener": self.session["listenerId"], **query})
        with urlopen(
            f"{self.url}/v1/sessions/{self.session['sessionId']}/{what}?{asked}"
        ) as answer:
            return dict(json.load(answer))

    def events(self, kind: str) -> list[dict[str, Any]]:
        """Return the session's events of an action or command as accepted, oldest first."""
        events = reversed(self.told("events")["events"])
        return [one for one in events if kind in (one.get("action"), one.get("command"))]

    def arrived(self, kind: str) -> dict[str, Any]:
        """Wait for an event of an action or command; returns the newest."""
        self.until(lambda: bool(self.events(kind)), f"an event {kind!r}")
        return self.events(kind)[-1]

    def arrived_words(self) -> dict[str, Any]:
        """Wait for something said; returns the newest."""
        self.until(lambda: bool(self._words), "words")
        return self._words[0]

    @property
    def _words(self) -> list[dict[str, Any]]:
        return [one for one in self.told("events")["events"] if one["kind"] == "words"]

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not self.away:
            self.complaints.append(f"{message.text} ({message.location.get('url')})")

    def _asked(self, url: str) -> None:
        if not url.startswith(self.url):
            self.foreign.append(url)
