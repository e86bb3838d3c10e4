"""Gateways without a network: they answer as a function does."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx

from schemas import PlaybackEvent
from tests.factories import playback
from upnext.client import Client
from upnext.client.options import Options

Answer = Callable[[httpx.Request], httpx.Response]

PROBLEM = {"type": "/problems/unknown-track", "title": "no such track", "status": 422}


def like(name: str) -> PlaybackEvent:
    """Return a like with this id."""
    return playback("t1", "liked", event_id=name)


def events_in(request: httpx.Request) -> list[str]:
    """Return the ids of the events that a request sends."""
    body = json.loads(request.content)
    return [event["event_id"] for event in body.get("events", [body])]


def accept(request: httpx.Request, *refused: str) -> httpx.Response:
    """Accept all events but those."""
    results: list[dict[str, Any]] = [
        {"event_id": name, "accepted": True}
        if name not in refused
        else {"event_id": name, "accepted": False, "problem": PROBLEM}
        for name in events_in(request)
    ]
    return httpx.Response(207 if refused else 202, json={"results": results})


class Gateway:
    """Answers by turns, the last one for ever; an exception is raised instead of an answer."""

    def __init__(self, *answers: Answer | httpx.Response | Exception) -> None:
        self._answers = answers or (accept,)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        answer = self._answers[min(len(self.requests), len(self._answers) - 1)]
        self.requests.append(request)
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx.Response) else answer(request)

    @property
    def sent(self) -> list[list[str]]:
        """Ids of the events of each request."""
        return [events_in(request) for request in self.requests]

    def http(self) -> httpx.Client:
        return httpx.Client(transport=httpx.MockTransport(self), base_url="http://gateway")

    def asynchronous_http(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.MockTransport(self), base_url="http://gateway")

    def client(self, token: str | Callable[[], str] | None = None, **options: Any) -> Client:
        return Client("http://gateway", token, Options(**options), http=self.http())


def stream(*chunks: bytes) -> httpx.Response:
    """Return an event stream that ends after these chunks."""

    def body() -> Iterator[bytes]:
        yield from chunks

    return httpx.Response(200, headers={"Content-Type": "text/event-stream"}, content=body())
