"""Updates as they come, by server-sent events and by WebSocket; and after a break, the rest."""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from schemas import PlaylistUpdate, Slot, TrackInfo
from schemas.topics import PLAYLIST_UPDATES
from streams.client import Publisher
from streams.gateway import follow
from streams.gateway.envelopes import apply
from streams.gateway.metrics import CONFLATED, FOLLOWERS, STUCK
from tests.factories import moment
from tests.streams.gateway.conftest import Listening, Served, begin, track_ids

pytestmark = pytest.mark.kafka

Held = tuple[str, Any]


class Events:
    """The events of a stream, one by one."""

    def __init__(self, answer: httpx.Response) -> None:
        self._lines = answer.iter_lines()

    def next(self) -> dict[str, Any]:
        """Return the next envelope."""
        fields: dict[str, str] = {}
        for line in self._lines:
            if not line and fields:
                assert fields["event"] == "update"
                told: dict[str, Any] = json.loads(fields["data"])
                assert told["id"] == fields["id"]
                return told
            name, _, value = line.partition(": ")
            if name:
                fields[name] = value
        raise AssertionError("the stream ended")


@contextmanager
def following(listening: Listening, last: str | None = None, **params: Any) -> Iterator[Events]:
    asked = {"listener": listening.listener_id, **params}
    headers = {} if last is None else {"Last-Event-ID": last}
    with listening.client.stream(
        "GET", f"{listening.path}/updates", params=asked, headers=headers
    ) as answer:
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        yield Events(answer)


def until(events: Events, held: Held | None, event_id: str) -> Held:
    """Apply envelopes until one answers an event."""
    while True:
        held = apply(held, events.next())
        update = held[1]
        if event_id == update["caused_by"] or event_id in update.get("burst", ()):
            return held


def test_a_follower_holds_what_the_queue_says_after_every_event(listening: Listening) -> None:
    queue = listening.queue()
    with following(listening) as events:
        held = apply(None, events.next())
        for action in ("liked", "skipped", "disliked"):
            event_id = listening.send(track_ids(queue)[0], action)
            held = until(events, held, event_id)
            queue = listening.queue(after=event_id)
            assert held[1] == queue


def test_a_session_may_be_followed_before_its_first_update(
    client: httpx.Client, tracks: dict[str, TrackInfo]
) -> None:
    listening = begin(client, tracks)

    with following(listening) as events:
        assert events.next()["kind"] == "full"


def test_a_client_that_was_away_goes_on_from_what_it_holds(listening: Listening) -> None:
    listening.queue()
    with following(listening) as events:
        held = apply(None, events.next())

    event_id = listening.send(track_ids(held[1])[0], "started")
    listening.queue(after=event_id)
    with following(listening, last=held[0]) as events:
        held = until(events, held, event_id)

    assert held[1] == listening.queue(after=event_id)


def test_a_client_that_holds_the_newest_is_told_nothing_twice(listening: Listening) -> None:
    listening.queue()
    with following(listening) as events:
        held = apply(None, events.next())

    with following(listening, last=held[0]) as events:
        event_id = listening.send(track_ids(held[1])[0], "liked")
        told = events.next()

    assert told["id"] != held[0]
    assert apply(held, told)[1]["caused_by"] == event_id


def test_who_cannot_apply_deltas_is_sent_none(listening: Listening) -> None:
    queue = listening.queue()

    with following(listening, full=1) as events:
        kinds = {events.next()["kind"]}
        for action in ("started", "progressed"):
            listening.send(track_ids(queue)[0], action)
            kinds.add(events.next()["kind"])

    assert kinds == {"full"}


def test_two_tabs_and_a_phone_converge(listening: Listening) -> None:
    queue = listening.queue()
    address = f"ws://127.0.0.1:{listening.client.base_url.port}{listening.path}/socket"
    with (
        following(listening) as tab,
        following(listening, full=1) as other_tab,
        connect(f"{address}?listener={listening.listener_id}") as phone,
    ):
        held = [apply(None, tab.next()), apply(None, other_tab.next())]
        on_phone = apply(None, json.loads(phone.recv(10)))
        for action in ("liked", "skipped"):
            event_id = listening.send(track_ids(queue)[0], action)
            held = [until(tab, held[0], event_id), until(other_tab, held[1], event_id)]
            while on_phone[0] != held[0][0]:
                on_phone = apply(on_phone, json.loads(phone.recv(10)))
            assert held[0] == held[1] == on_phone
            queue = held[0][1]


def test_a_socket_to_an_unknown_session_is_refused_with_a_problem(served: Served) -> None:
    address = f"ws://127.0.0.1:{served.port}/v1/sessions/nobodys/socket?listener=nobody"

    with pytest.raises(InvalidStatus) as refused, connect(address):
        pass

    answer = refused.value.response
    assert answer.status_code == 404
    assert json.loads(answer.body)["type"] == "/problems/unknown-session"


def test_one_listener_cannot_take_all_connections(
    served: Served, listening: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    listening.queue()
    monkeypatch.setattr(served.gateway.seats, "_most", 1)

    with following(listening) as events:
        events.next()
        refused = listening.get("updates")

    assert refused.status_code == 429
    assert "Retry-After" in refused.headers


def test_a_follower_that_leaves_is_forgotten(listening: Listening) -> None:
    listening.queue()
    before = FOLLOWERS._value.get()
    with following(listening) as events:
        events.next()
        during = FOLLOWERS._value.get()

    deadline = time.monotonic() + 5
    while FOLLOWERS._value.get() > before and time.monotonic() < deadline:
        time.sleep(0.02)

    assert during == before + 1
    assert FOLLOWERS._value.get() == before


def large(listening: Listening, revision: int) -> PlaylistUpdate:
    """Return an update of a hundred kilobytes."""
    slots = tuple(Slot(track_id=f"{'t' * 100}-{number}", score=revision) for number in range(700))
    return PlaylistUpdate(
        listener_id=listening.listener_id,
        session_id=listening.session_id,
        revision=revision,
        caused_by=f"e{revision}",
        occurred_at=moment(revision),
        model="order",
        slots=slots,
    )


def silent(listening: Listening) -> socket.socket:
    """Return a connection that asks for updates and reads none."""
    reader = socket.socket()
    reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    reader.connect(("127.0.0.1", listening.client.base_url.port))
    head = f"GET {listening.path}/updates?listener={listening.listener_id} HTTP/1.1\r\n"
    reader.sendall(f"{head}Host: 127.0.0.1\r\n\r\n".encode())
    return reader


def test_a_reader_that_reads_nothing_slows_nobody_down_and_is_let_go(
    listening: Listening, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "STUCK_SECONDS", 1.0)
    listening.queue()
    stuck, conflated = STUCK._value.get(), CONFLATED._value.get()

    with silent(listening), following(listening) as events:
        events.next()
        newest = 100
        for revision in range(2, newest + 1):
            publisher.publish(PLAYLIST_UPDATES, large(listening, revision))
        begun = time.monotonic()
        while events.next()["revision"] < newest:
            pass
        took = time.monotonic() - begun
        deadline = time.monotonic() + 10
        while STUCK._value.get() == stuck and time.monotonic() < deadline:
            time.sleep(0.05)

    assert took < 3
    assert CONFLATED._value.get() > conflated
    assert STUCK._value.get() == stuck + 1
