"""A real gateway on the running system: uvicorn in a thread of its own, on any free port."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Thread
from time import monotonic, sleep
from typing import Any
from uuid import uuid4

import httpx
import pytest

from schemas import TrackInfo
from streams.gateway.core import Gateway
from streams.gateway.serve import server_of
from streams.settings import Settings
from streams.stack import Stack

START_SECONDS = 60


@dataclass(frozen=True)
class Served:
    """A gateway that runs."""

    url: str
    gateway: Gateway

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def client(self, shown: str | None = None) -> httpx.Client:
        """Return a client that shows a key or token."""
        headers = {} if shown is None else {"Authorization": f"Bearer {shown}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=30)


@contextmanager
def serving(settings: Settings, **options: Any) -> Iterator[Served]:
    """Run a gateway while the context is open."""
    here = settings.model_copy(update={"gateway_port": 0})
    gateway = Gateway(here, grace_seconds=0.05)
    server = server_of(gateway, **options)
    thread = Thread(target=server.run, name="gateway", daemon=True)
    thread.start()
    until = monotonic() + START_SECONDS
    while not server.started:
        assert thread.is_alive() and monotonic() < until, "the gateway did not start"
        sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield Served(f"http://127.0.0.1:{port}", gateway)
    finally:
        server.should_exit = True
        thread.join(START_SECONDS)


@pytest.fixture(scope="session")
def served(stack: Stack) -> Iterator[Served]:
    """An open gateway with the player's page."""
    with serving(stack.settings, player=True) as running:
        yield running


@pytest.fixture
def client(served: Served) -> Iterator[httpx.Client]:
    with served.client() as client:
        yield client


@dataclass
class Listening:
    """One listener's session through the gateway."""

    client: httpx.Client
    listener_id: str
    session_id: str
    event_id: str
    token: str

    @property
    def path(self) -> str:
        return f"/v1/sessions/{self.session_id}"

    def get(self, what: str, **params: Any) -> httpx.Response:
        asked = {"listener": self.listener_id, **params}
        return self.client.get(f"{self.path}/{what}", params=asked)

    def post(self, what: str, body: Any) -> httpx.Response:
        asked = {"listener": self.listener_id}
        return self.client.post(f"{self.path}/{what}", params=asked, json=body)

    def event(self, track_id: str, action: str = "skipped", **fields: Any) -> dict[str, Any]:
        """Return an event of this session, as a client writes it."""
        heard = {"position_seconds": 1, "duration_seconds": 200} if action == "skipped" else {}
        who = {"listener_id": self.listener_id, "session_id": self.session_id}
        return {**who, "track_id": track_id, "action": action, **heard, **fields}

    def send(self, track_id: str, action: str = "skipped", **fields: Any) -> str:
        """Send an event that is accepted; return its id."""
        answer = self.client.post("/v1/events", json=self.event(track_id, action, **fields))
        assert answer.status_code == 202, answer.text
        return str(answer.json()["results"][0]["event_id"])

    def queue(self, after: str | None = None, seconds: float = 20) -> dict[str, Any]:
        """Return the queue after an event."""
        answer = self.get("queue", after=after or self.event_id, timeout=seconds)
        assert answer.status_code == 200, answer.text
        assert "Upnext-Waiting-For" not in answer.headers
        return dict(answer.json())


def track_ids(queue: dict[str, Any]) -> list[str]:
    return [slot["track_id"] for slot in queue["slots"]]


def begin(client: httpx.Client, tracks: dict[str, TrackInfo], **fields: Any) -> Listening:
    """Begin a session with the first tracks of the catalogue."""
    body = {"listener_id": f"ann-{uuid4().hex[:8]}", "playlist": list(tracks)[:20], **fields}
    answer = client.post("/v1/sessions", json=body)
    assert answer.status_code == 201, answer.text
    told = answer.json()
    del told["expires_at"]
    return Listening(client, **told)


@pytest.fixture
def listening(client: httpx.Client, tracks: dict[str, TrackInfo]) -> Listening:
    return begin(client, tracks)
