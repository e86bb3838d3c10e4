"""Adapters for the conformance suite that need no process of their own: good and bad clients."""

import asyncio
import json
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from httpx_sse import connect_sse

from upnext.client import AsyncClient, Client
from upnext.conformance.adapter import line_of
from upnext.conformance.run import Adapter, Say

Json = dict[str, Any]


def threaded(follow: Callable[[str, str, str, Say], None]) -> Adapter:
    """Run a following in a thread, which ends with the server."""

    @contextmanager
    def adapter(url: str, listener: str, session: str, say: Say) -> Iterator[Callable[[], str]]:
        thread = threading.Thread(target=follow, args=(url, listener, session, say), daemon=True)
        thread.start()
        yield str

    return adapter


def waiting(url: str, listener: str, session: str, say: Say) -> None:
    """Follow with `Client`."""
    with Client(url) as client:
        for queue in client.session(listener, session).follow():
            say(line_of(queue))
            if queue.track_ids == ("the-end",):
                return


def awaiting(url: str, listener: str, session: str, say: Say) -> None:
    """Follow with `AsyncClient`."""

    async def follow() -> None:
        async with AsyncClient(url) as client:
            async for queue in client.session(listener, session).follow():
                say(line_of(queue))
                if queue.track_ids == ("the-end",):
                    return

    asyncio.run(follow())


class Naive:
    """A client that does as the contract has it, but for what a test makes it do."""

    resumes = True
    resumes_after_a_gap = False
    fetches_after_a_gap = False

    def __init__(self) -> None:
        self.held_id: str | None = None
        self.update: Json = {}

    def __call__(self, url: str, listener: str, session: str, say: Say) -> None:
        path = f"{url}/v1/sessions/{session}"
        after_a_gap = False
        while True:
            headers = {}
            asks = self.resumes and (not after_a_gap or self.resumes_after_a_gap)
            if asks and self.held_id is not None:
                headers["Last-Event-ID"] = self.held_id
            try:
                with (
                    httpx.Client(timeout=5) as http,
                    connect_sse(http, "GET", f"{path}/updates", headers=headers) as source,
                ):
                    for message in source.iter_sse():
                        if not message.data:
                            continue
                        if not self.take(message.data, say):
                            after_a_gap = not self.fetches_after_a_gap
                            if after_a_gap:
                                break
                            self.fetch(path, say)
                        after_a_gap = False
                        if self.update.get("slots", [{}])[:1] == [{"track_id": "the-end"}]:
                            return
            except httpx.ConnectError:
                return  # the server has ended
            except httpx.TransportError:
                continue

    def fetch(self, path: str, say: Say) -> None:
        with urllib.request.urlopen(f"{path}/queue") as answer:
            self.update, self.held_id = json.load(answer), answer.headers["ETag"].strip('"')
        self.tell(say)

    def tell(self, say: Say) -> None:
        say(json.dumps({"id": self.held_id, "update": self.update}))

    def take(self, data: str, say: Say) -> bool:
        """Apply a message; False for a gap."""
        try:
            envelope = json.loads(data)
        except ValueError:
            return False
        if envelope["kind"] not in ("full", "delta"):
            return True
        if self.held_id is not None and not self.is_newer(envelope["id"]):
            return True
        if envelope["kind"] == "full":
            self.update = envelope["update"]
        elif self.fits(envelope):
            self.update = {**envelope["update"], "slots": self.merged(envelope["slots"])}
        else:
            return False
        self.held_id = envelope["id"]
        self.tell(say)
        return True

    def is_newer(self, envelope_id: str) -> bool:
        assert self.held_id is not None
        one, other = (tuple(map(int, i.split("-"))) for i in (envelope_id, self.held_id))
        return one > other

    def fits(self, delta: Json) -> bool:
        known = {slot["track_id"] for slot in (*self.slots, *delta["slots"]["changed"])}
        return delta["base"] == self.held_id and known.issuperset(delta["slots"]["order"])

    def merged(self, change: Json) -> list[Json]:
        known = {slot["track_id"]: slot for slot in (*self.slots, *change["changed"])}
        return [known[track_id] for track_id in change["order"] if track_id in known]

    @property
    def slots(self) -> list[Json]:
        slots: list[Json] = self.update.get("slots", [])
        return slots
