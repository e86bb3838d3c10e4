"""An event that was sent is accepted in the end, in its order, or somebody is told."""

import json
import random
import time
from pathlib import Path

import httpx
import pytest

from schemas import SessionCommand
from tests.client.gateways import PROBLEM, Gateway, accept, like
from tests.factories import command, intent
from upnext.client import AsyncClient
from upnext.client.backoff import Backoff
from upnext.client.options import Options
from upnext.client.outbox import Outbox
from upnext.client.requests import is_passing
from upnext.errors import OutboxFull, OutboxUnreadable, Refused

OFFLINE = httpx.ConnectError("no route")


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Come back at once."""
    monkeypatch.setattr(Backoff, "next", lambda self, asked=0.0: asked)


def test_an_event_is_accepted() -> None:
    gateway = Gateway()
    client = gateway.client(token="secret")

    assert client.send(like("e1"))

    assert gateway.sent == [["e1"]]
    assert gateway.requests[0].url.path == "/v1/events"
    assert gateway.requests[0].headers["Authorization"] == "Bearer secret"
    assert client.waiting == 0


@pytest.mark.parametrize(
    "trouble", [OFFLINE, httpx.ReadTimeout("slow"), *map(httpx.Response, (408, 429, 500, 503))]
)
def test_an_event_is_sent_again_until_the_trouble_is_over(
    trouble: Exception | httpx.Response,
) -> None:
    gateway = Gateway(trouble, trouble, accept)

    assert gateway.client().send(like("e1"))

    assert gateway.sent == [["e1"]] * 3


def test_what_was_sent_offline_goes_first_and_in_its_order() -> None:
    gateway = Gateway(OFFLINE, OFFLINE, accept)
    client = gateway.client(patience=0)

    assert not client.send(like("e1"))
    assert not client.send(like("e2"))
    assert client.waiting == 2
    assert client.send(like("e3"))

    assert gateway.sent[-1] == ["e1", "e2", "e3"]


def test_words_go_alone_and_keep_their_place() -> None:
    gateway = Gateway(OFFLINE, OFFLINE, OFFLINE, accept)
    client = gateway.client(patience=0)
    for event in (like("e1"), intent("calmer"), command("end", 3)):
        client.send(event)

    assert client.flush()

    told = [
        (request.url.path, ids) for request, ids in zip(gateway.requests, gateway.sent, strict=True)
    ]
    assert told[3:] == [
        ("/v1/events", ["e1"]),
        ("/v1/intents", ["words@0"]),
        ("/v1/events", ["end@3"]),
    ]


def test_many_events_go_by_five_hundred() -> None:
    gateway = Gateway()
    client = gateway.client()
    for number in range(1200):
        client._delivery.outbox.put(like(f"e{number}"))

    assert client.flush()

    assert [len(ids) for ids in gateway.sent] == [500, 500, 200]


def test_patience_has_an_end() -> None:
    gateway = Gateway(httpx.Response(503, headers={"Retry-After": "60"}))
    began = time.monotonic()

    assert not gateway.client(patience=10).send(like("e1"))

    assert time.monotonic() - began < 1
    assert len(gateway.requests) == 1


def test_it_comes_back_when_the_gateway_asks_it_to() -> None:
    gateway = Gateway(httpx.Response(429, headers={"Retry-After": "1"}), accept)
    began = time.monotonic()

    assert gateway.client().send(like("e1"))

    assert time.monotonic() - began >= 1


def test_what_is_refused_is_told_and_waits_no_more() -> None:
    gateway = Gateway(httpx.Response(422, json=PROBLEM))
    client = gateway.client()

    with pytest.raises(Refused, match="no such track") as refused:
        client.send(like("e1"))

    assert refused.value.problem["type"] == "/problems/unknown-track"
    assert client.waiting == 0


def test_one_refused_event_of_a_batch_does_not_hold_up_the_others() -> None:
    told: list[str] = []
    gateway = Gateway(OFFLINE, OFFLINE, lambda request: accept(request, "e2"))
    client = gateway.client(patience=0, on_refused=lambda event, why: told.append(event.event_id))
    client.send(like("e1"))
    client.send(like("e2"))

    assert client.send(like("e3"))

    assert told == ["e2"]
    assert client.waiting == 0


def test_an_event_that_spoils_its_batch_is_found() -> None:
    def strict(request: httpx.Request) -> httpx.Response:
        spoilt = b'"e2"' in request.content
        return httpx.Response(422, json=PROBLEM) if spoilt else accept(request)

    told: list[str] = []
    gateway = Gateway(OFFLINE, OFFLINE, OFFLINE, strict)
    client = gateway.client(patience=0, on_refused=lambda event, why: told.append(event.event_id))
    for name in ("e1", "e2", "e3"):
        client.send(like(name))

    assert client.send(like("e4"))

    assert gateway.sent[3:] == [["e1", "e2", "e3", "e4"], ["e1"], ["e2"], ["e3", "e4"]]
    assert told == ["e2"]


def test_events_that_the_gateway_could_not_take_yet_wait_in_their_order() -> None:
    busy = {**PROBLEM, "status": 503}

    def half(request: httpx.Request) -> httpx.Response:
        results = [
            {"event_id": "e1", "accepted": True},
            {"event_id": "e2", "accepted": False, "problem": busy},
            {"event_id": "e3", "accepted": True},
        ]
        return httpx.Response(207, json={"results": results})

    gateway = Gateway(OFFLINE, OFFLINE, half, accept)
    client = gateway.client(patience=0.5)
    for name in ("e1", "e2", "e3"):
        client._delivery.outbox.put(like(name))

    assert client.flush(patience=1)

    assert gateway.sent[-1] == ["e2"]


def test_a_token_that_has_expired_is_fetched_anew_once() -> None:
    tokens = iter(["old", "new"])

    def strict(request: httpx.Request) -> httpx.Response:
        fresh = request.headers["Authorization"] == "Bearer new"
        return accept(request) if fresh else httpx.Response(401, json={"title": "expired"})

    gateway = Gateway(strict)

    assert gateway.client(token=lambda: next(tokens)).send(like("e1"))
    assert len(gateway.requests) == 2


def test_a_token_that_is_no_good_is_told_and_nothing_is_lost() -> None:
    gateway = Gateway(httpx.Response(401, json={"title": "unknown key"}))
    client = gateway.client(token="wrong")

    with pytest.raises(Refused, match="unknown key"):
        client.send(like("e1"))

    assert client.waiting == 1


def test_a_full_outbox_takes_no_more_and_keeps_what_it_has() -> None:
    client = Gateway(OFFLINE).client(patience=0, capacity=2)
    client.send(like("e1"))
    client.send(like("e2"))

    with pytest.raises(OutboxFull, match="2 events wait"):
        client.send(like("e3"))

    assert client.waiting == 2


def test_the_same_event_waits_once() -> None:
    client = Gateway(OFFLINE).client(patience=0)

    client.send(like("e1"))
    client.send(like("e1"))

    assert client.waiting == 1


# The file.


def test_what_waits_outlives_the_process(tmp_path: Path) -> None:
    path = tmp_path / "player" / "outbox"
    with Gateway(OFFLINE).client(patience=0, outbox=path) as gone:
        for event in (like("e1"), intent("calmer"), command("end", 3)):
            gone.send(event)
    gateway = Gateway()

    with gateway.client(outbox=path) as client:
        assert client.waiting == 3

    assert gateway.sent == [["e1"], ["words@0"], ["end@3"]]
    assert path.read_bytes() == b""


def test_what_was_accepted_is_not_sent_by_the_next_process(tmp_path: Path) -> None:
    path = tmp_path / "outbox"
    Gateway().client(outbox=path).send(like("e1"))

    assert Gateway().client(outbox=path).waiting == 0


def test_a_line_that_a_crash_cut_off_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "outbox"
    path.write_bytes(like("e1").encode() + b"\n" + like("e2").encode()[:20])

    outbox = Outbox(path=path)
    outbox.put(like("e3"))

    assert [event.event_id for event in outbox] == ["e1", "e3"]
    assert [event.event_id for event in Outbox(path=path)] == ["e1", "e3"]


@pytest.mark.parametrize("line", [b"hello", b'{"event_id": "e1"}', b'{"action": "liked"}', b"7"])
def test_a_file_that_is_no_outbox_is_left_alone(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "outbox"
    path.write_bytes(like("e1").encode() + b"\n" + line + b"\n")

    with pytest.raises(OutboxUnreadable, match="line 2"):
        Outbox(path=path)

    assert path.read_bytes().endswith(line + b"\n")


# The other client.


async def test_the_asynchronous_client_sends_as_the_other_does() -> None:
    gateway = Gateway(OFFLINE, httpx.Response(503), accept)
    async with AsyncClient("", http=gateway.asynchronous_http()) as client:
        assert await client.send(like("e1"))

        assert gateway.sent == [["e1"]] * 3


async def test_the_asynchronous_client_tells_what_is_refused() -> None:
    gateway = Gateway(httpx.Response(422, json=PROBLEM))
    async with AsyncClient("", http=gateway.asynchronous_http()) as client:
        with pytest.raises(Refused, match="no such track"):
            await client.session("ann", "s1").act("liked", "t1")


async def test_the_asynchronous_client_keeps_what_waits(tmp_path: Path) -> None:
    path = tmp_path / "outbox"
    options = Options(outbox=path, patience=0)
    async with AsyncClient("", None, options, Gateway(OFFLINE).asynchronous_http()) as client:
        assert not await client.send(like("e1"))

    assert len(Outbox(path=path)) == 1


# Requests about a session.


def test_a_session_makes_whole_events() -> None:
    gateway = Gateway()
    session = gateway.client().session("ann", "s1")

    act = session.act("skipped", "t1", position_seconds=4, duration_seconds=200)
    back = session.undo(act.event_id)

    assert (act.listener_id, act.session_id, act.fraction) == ("ann", "s1", 0.02)
    assert isinstance(back, SessionCommand)
    assert back.target_event_id == act.event_id
    assert gateway.sent == [[act.event_id], [back.event_id]]


def test_a_session_is_started_by_the_gateway() -> None:
    made = {"listener_id": "anon-1", "session_id": "s 9", "event_id": "e", "token": "t"}
    gateway = Gateway(httpx.Response(201, json=made))

    session = gateway.client().start(playlist=["t1"])

    assert (session.id.listener_id, session.id.session_id) == ("anon-1", "s 9")
    assert (session.token, session.started_by) == ("t", "e")
    assert gateway.requests[0].content == b'{"playlist":["t1"]}'


def test_a_session_id_is_quoted_in_addresses() -> None:
    gateway = Gateway(httpx.Response(200, json={"revision": 1, "words": []}))

    assert gateway.client().session("ann", "a/b").compass() == {}

    assert gateway.requests[0].url.raw_path == b"/v1/sessions/a%2Fb/compass?listener=ann"


def test_the_compass_is_steered_by_words() -> None:
    gateway = Gateway(httpx.Response(202, json={"event_id": "e7"}))

    assert gateway.client().session("ann", "s1").steer(more=["piano"]) == "e7"

    assert gateway.requests[0].method == "PATCH"
    body = json.loads(gateway.requests[0].content)
    assert (body["more"], body["less"]) == (["piano"], [])
    assert len(body["event_id"]) == 32


@pytest.mark.parametrize(("status", "passes"), [(400, 0), (404, 0), (409, 0), (429, 1), (502, 1)])
def test_a_fault_passes_or_it_does_not(status: int, passes: int) -> None:
    assert is_passing(status) == bool(passes)


def test_waits_double_up_to_a_bound_and_no_two_clients_wait_alike(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.undo()
    backoff = Backoff(first=1.0, most=4.0, rng=random.Random(1))

    waits = [backoff.next() for _ in range(50)]

    assert 0.5 <= waits[0] <= 1.0
    assert 1.0 <= waits[1] <= 2.0
    assert all(2.0 <= wait <= 4.0 for wait in waits[2:])
    assert len(set(waits)) == len(waits)
    assert backoff.next(asked=60.0) == 60.0
    backoff.reset()
    assert backoff.next() <= 1.0
