"""The malformed, too large, too slow or too many have a defined answer, and harm nobody else."""

import json
import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from schemas import TrackInfo
from streams.gateway import guard, outbox, protocol
from streams.kafka.admin import create_topics
from streams.kafka.broker import broker_for
from streams.kafka.home import Home
from streams.settings import Settings
from tests.streams.gateway.conftest import Served, serving

pytestmark = pytest.mark.kafka

JSON = {"Content-Type": "application/json"}
EVENT = {"listener_id": "ann", "session_id": "s1", "track_id": "t1", "action": "liked"}


def problem(answer: httpx.Response) -> tuple[int, str]:
    """Return status and kind of a refusal."""
    assert answer.headers["Content-Type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == answer.status_code
    assert {"type", "title", "status", "detail"} <= set(told)
    return answer.status_code, told["type"].removeprefix("/problems/")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", (400, "malformed")),
        (b"{", (400, "malformed")),
        (b'{"a": NaN}', (400, "malformed")),
        (b"\xff\xfe", (400, "malformed")),
        (b"[" * 100_000, (400, "malformed")),
        (b"[]", (422, "invalid")),
        (b"null", (422, "invalid")),
        (b'"text"', (422, "invalid")),
        (b"{}", (422, "invalid")),
        (b'{"events": []}', (422, "invalid")),
        (b'{"events": {}}', (422, "invalid")),
        (b'{"action": "liked", "command": "start"}', (422, "invalid")),
        (json.dumps({"events": [EVENT] * 501}).encode(), (422, "invalid")),
        (json.dumps(EVENT | {"extra": 1}).encode(), (422, "invalid")),
        (json.dumps(EVENT | {"listener_id": "a|b"}).encode(), (422, "invalid")),
        (json.dumps(EVENT | {"listener_id": "x" * 129}).encode(), (422, "invalid")),
        (json.dumps(EVENT | {"schema_version": 2}).encode(), (422, "invalid")),
        (json.dumps(EVENT | {"occurred_at": "2026-05-10T10:00:00"}).encode(), (422, "invalid")),
        (b" " * (guard.MOST_BYTES + 1), (413, "too-large")),
    ],
)
def test_a_body_that_is_none_is_refused(
    client: httpx.Client, body: bytes, expected: tuple[int, str]
) -> None:
    assert problem(client.post("/v1/events", content=body, headers=JSON)) == expected


def test_a_body_without_a_length_is_measured_as_it_comes(client: httpx.Client) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(2 * guard.MOST_BYTES // 65_536):
            yield b" " * 65_536

    assert problem(client.post("/v1/events", content=pieces(), headers=JSON)) == (413, "too-large")


def test_a_body_that_is_not_said_to_be_json_is_refused(client: httpx.Client) -> None:
    answer = client.post("/v1/events", content=b"{}", headers={"Content-Type": "text/plain"})

    assert problem(answer) == (415, "not-json")


def test_what_is_not_there_is_a_problem_too(client: httpx.Client) -> None:
    assert problem(client.get("/v2/nothing")) == (404, "not-found")
    assert problem(client.put("/v1/events")) == (405, "wrong-method")


def raw(served: Served, data: bytes, seconds: float = 5) -> bytes:
    """Send bytes and return all that comes until the connection is closed."""
    with socket.create_connection(("127.0.0.1", served.port), timeout=seconds) as connection:
        connection.sendall(data)
        found = b""
        while piece := connection.recv(65_536):
            found += piece
        return found


def test_what_is_no_http_is_a_problem_too(served: Served) -> None:
    answer = raw(served, b"hello\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 400")
    assert b"application/problem+json" in answer


def test_a_head_without_an_end_is_refused(served: Served) -> None:
    answer = raw(served, b"GET /healthz HTTP/1.1\r\nX-Long: " + b"x" * 70_000)

    assert answer.startswith(b"HTTP/1.1 431")


def test_a_half_open_connection_is_closed(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.2)

    nothing = raw(served, b"")
    half = raw(served, b"GET /healthz HTTP/1.1\r\nHost: 127")
    after_one = raw(served, b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\nGET /he")

    assert nothing.startswith(b"HTTP/1.1 408")
    assert half.startswith(b"HTTP/1.1 408")
    assert after_one.startswith(b"HTTP/1.1 200")
    assert b"HTTP/1.1 408" in after_one


def test_a_body_that_does_not_come_is_not_waited_for(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "SLOW_SECONDS", 0.2)
    head = b"POST /v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"

    with socket.create_connection(("127.0.0.1", served.port), timeout=5) as connection:
        connection.sendall(head + b"Content-Length: 100\r\n\r\n{")
        answer = connection.recv(65_536)

    assert answer.startswith(b"HTTP/1.1 408")


def test_six_hundred_silent_connections_slow_nobody_down(
    served: Served, client: httpx.Client
) -> None:
    with ExitStack() as open_ones:
        for _ in range(600):
            made = socket.create_connection(("127.0.0.1", served.port), timeout=5)
            open_ones.callback(made.close)
        begun = time.monotonic()
        answers = [client.get("/v1/tracks").status_code for _ in range(20)]
        took = time.monotonic() - begun

    assert set(answers) == {200}
    assert took < 5


def test_more_connections_than_allowed_are_turned_away(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol.Protocol, "most_connections", 0)

    with serving(served.gateway.settings.model_copy(update={"gateway_connections": 1})) as small:
        with socket.create_connection(("127.0.0.1", small.port)) as first:
            first.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            assert first.recv(100).startswith(b"HTTP/1.1 200")
            answer = raw(small, b"")

    assert answer.startswith(b"HTTP/1.1 503")
    assert b"too-many-connections" in answer


def test_one_tokens_haste_is_answered_with_when_to_come_again(
    served: Served, tracks: dict[str, TrackInfo]
) -> None:
    slow = served.gateway.settings.model_copy(update={"gateway_listener_rate": 2.0})
    with serving(slow) as running, running.client() as client:
        token = client.post("/v1/tokens", json={"listener_id": "hasty"}).json()["token"]
        other = client.post("/v1/tokens", json={"listener_id": "calm"}).json()["token"]
        with running.client(token) as hasty, running.client(other) as calm:
            answers = [hasty.get("/v1/tracks") for _ in range(6)]
            unhurried = calm.get("/v1/tracks")

    assert problem(answers[-1]) == (429, "too-many-requests")
    assert int(answers[-1].headers["Retry-After"]) >= 1
    assert unhurried.status_code == 200


@pytest.fixture
def own_broker(tmp_path: Path) -> Iterator[Settings]:
    """A broker that may be stopped."""
    settings = Settings(state_folder=tmp_path, kafka_port=0, metrics_port=0, partitions=1)
    with broker_for(settings) as bootstrap:
        settings = settings.model_copy(update={"broker": bootstrap})
        create_topics(settings)
        yield settings


def test_a_broker_that_stops_is_back_pressure_and_loses_nothing_that_was_accepted(
    own_broker: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "BEHIND_SECONDS", 0.3)
    running = Home(own_broker.state_folder).running()
    assert running is not None
    few = own_broker.model_copy(update={"gateway_in_flight": 3})
    with serving(few) as gateway, gateway.client() as client:
        before = client.post("/v1/events", json=EVENT)
        os.kill(running.pid, signal.SIGSTOP)
        try:
            with socket.create_connection(("127.0.0.1", gateway.port)) as waiting:
                waiting.sendall(_request(EVENT | {"event_id": "waits"}))
                time.sleep(0.5)
                refused = client.post("/v1/events", json=EVENT | {"event_id": "refused"})
                not_ready = client.get("/readyz")
                os.kill(running.pid, signal.SIGCONT)
                waiting.settimeout(20)
                accepted = waiting.recv(65_536)
        finally:
            os.kill(running.pid, signal.SIGCONT)
        retried = client.post("/v1/events", json=EVENT | {"event_id": "refused"})

    assert before.status_code == 202
    assert problem(refused) == (429, "broker-behind")
    assert refused.headers["Retry-After"] == "1"
    assert not_ready.json()["waits_for"] == ["broker"]
    assert accepted.startswith(b"HTTP/1.1 202")
    assert retried.status_code == 202


def _request(event: dict[str, str]) -> bytes:
    body = json.dumps(event).encode()
    head = "POST /v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def test_metrics_count_requests_by_route_and_never_name_a_listener(client: httpx.Client) -> None:
    client.get("/v1/sessions/secret-session/queue", params={"listener": "secret-listener"})

    told = client.get("/metrics").text

    line = (
        'upnext_gateway_requests_total{route="/v1/sessions/{session_id:path}/queue",status="404"}'
    )
    assert line in told
    assert "secret" not in told
