"""Qdrant slow, away, broken, emptied, or with another space: the view waits and recovers."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic, sleep

import numpy as np
import pytest
from pybreaker import CircuitBreaker

from embedder.errors import IndexUnavailable, PointRefused
from embedder.index import Point
from embedder.index.edge import EdgeIndex
from embedder.index.server import ServerIndex
from schemas import TextVector, TrackInfo, TrackVector, pack_vector
from schemas.topics import TEXT_VECTORS, TRACK_VECTORS
from streams.agents.qdrant_view import TEXTS, TRACKS, QdrantView
from streams.agents.refill import is_whole, refill
from streams.client import Publisher
from streams.patience import TRIES, breaker
from streams.settings import Settings
from streams.stack import Stack, worker_commands
from tests.streams.fake_qdrant import FakeQdrant

VECTOR = np.array([0.6, 0.8], np.float32)
REST_SECONDS = 0.3


@pytest.fixture
def qdrant() -> Iterator[FakeQdrant]:
    with FakeQdrant() as qdrant:
        yield qdrant


@pytest.fixture
def guard() -> CircuitBreaker:
    return breaker("qdrant", IndexUnavailable, rest=REST_SECONDS)


@pytest.fixture
def view(
    qdrant: FakeQdrant, guard: CircuitBreaker, monkeypatch: pytest.MonkeyPatch
) -> Iterator[QdrantView]:
    monkeypatch.setattr("embedder.index.server.TIMEOUT_SECONDS", 1)
    index = ServerIndex(qdrant.url)
    yield QdrantView(index, guard)
    index.close()


def point(point_id: str) -> Point:
    return Point(point_id, VECTOR, {"title": "Quartz Sail"})


def track(track_id: str, space: str = "ours") -> TrackVector:
    return TrackVector(
        track_id=track_id,
        info=TrackInfo(title="Quartz Sail"),
        uri="a.ogg",
        content="c1",
        space=space,
        vector=pack_vector([0.6, 0.8]),
    )


def names(qdrant: FakeQdrant) -> set[str]:
    return {payload["id"] for payload in qdrant.points(TRACKS).values()}


def eventually(true: Callable[[], bool], seconds: float = 60) -> bool:
    until = monotonic() + seconds
    while not true() and monotonic() < until:
        sleep(0.05)
    return true()


def test_a_server_that_is_slow_is_not_waited_for_without_end(
    view: QdrantView, qdrant: FakeQdrant
) -> None:
    qdrant.seconds = 3
    begun = monotonic()

    with pytest.raises(IndexUnavailable, match="timed out"):
        view.write(TRACKS, "ours", point("t1"))

    assert monotonic() - begun < 2.5
    qdrant.seconds = 0
    view.write(TRACKS, "ours", point("t1"))
    assert names(qdrant) == {"t1"}


def test_a_server_that_fails_is_left_alone_and_works_again_without_a_restart(
    view: QdrantView, qdrant: FakeQdrant
) -> None:
    qdrant.answer = 500
    for _ in range(TRIES):
        with pytest.raises(IndexUnavailable, match="500"):
            view.write(TRACKS, "ours", point("t1"))
    asked = qdrant.requests

    for _ in range(10):
        with pytest.raises(IndexUnavailable, match="left alone"):
            view.write(TRACKS, "ours", point("t1"))

    assert qdrant.requests == asked
    qdrant.answer = None
    sleep(REST_SECONDS)
    view.write(TRACKS, "ours", point("t1"))
    assert names(qdrant) == {"t1"}


def test_a_server_that_was_away_is_found_again(view: QdrantView, qdrant: FakeQdrant) -> None:
    view.write(TRACKS, "ours", point("t1"))
    qdrant.stop()
    with pytest.raises(IndexUnavailable):
        view.write(TRACKS, "ours", point("t2"))

    qdrant.start()
    view.write(TRACKS, "ours", point("t2"))

    assert names(qdrant) == {"t1", "t2"}


def test_a_server_that_was_emptied_gets_its_collections_again_and_is_known_to_be_new(
    view: QdrantView, qdrant: FakeQdrant
) -> None:
    view.restore("ours", 2)
    view.is_new = False
    view.restore("ours", 2)
    assert not view.is_new, "all is there"

    qdrant.collections.clear()
    view.restore("ours", 2)

    assert view.is_new
    assert set(qdrant.collections) == {TRACKS, TEXTS}


def test_a_collection_that_was_made_anew_with_another_space_takes_ours_beside_it(
    view: QdrantView, qdrant: FakeQdrant
) -> None:
    view.write(TRACKS, "ours", point("t1"))
    view.is_new = False
    qdrant.collections[TRACKS] = {"spaces": {"theirs": 3}, "points": {}}

    view.write(TRACKS, "ours", point("t2"))

    assert qdrant.collections[TRACKS]["spaces"] == {"theirs": 3, "ours": 2}
    assert view.is_new


def test_a_point_that_is_refused_is_at_fault_and_the_server_is_not(
    view: QdrantView, qdrant: FakeQdrant, guard: CircuitBreaker
) -> None:
    qdrant.answer = 422

    for _ in range(2 * TRIES):
        with pytest.raises(PointRefused, match="422"):
            view.write(TRACKS, "ours", point("t1"))

    assert guard.current_state == "closed"


def test_an_embedded_index_stops_writing_before_the_disk_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = EdgeIndex(tmp_path / "qdrant")
    view = QdrantView(index)
    view.write(TRACKS, "ours", point("t1"))
    disk = os.statvfs(tmp_path)

    with monkeypatch.context() as full:
        full.setattr("embedder.index.edge.LEAST_FREE_BYTES", disk.f_frsize * disk.f_blocks + 1)
        with pytest.raises(IndexUnavailable, match="MB left, at least"):
            view.write(TRACKS, "ours", point("t2"))

    view.write(TRACKS, "ours", point("t2"))
    assert view.count(TRACKS, "ours") == 2
    index.close()


@pytest.mark.kafka
def test_an_emptied_view_is_filled_from_the_topics_and_what_was_removed_stays_away(
    broker: str, view: QdrantView, qdrant: FakeQdrant
) -> None:
    publisher = Publisher(broker)
    for track_id in ("fill-1", "fill-2", "fill-3"):
        publisher.publish(TRACK_VECTORS, track(track_id))
    publisher.publish(
        TEXT_VECTORS, TextVector(text="drums", space="ours", vector=pack_vector([0.6, 0.8]))
    )
    publisher.send_raw(TRACK_VECTORS.name, b"ours/fill-2", None)
    publisher.send_raw(TRACK_VECTORS.name, b"ours/fill-4", b"no record")
    publisher.flush()
    assert not is_whole(broker, view)

    refill(broker, view)

    assert {"fill-1", "fill-3"} <= names(qdrant)
    assert not {"fill-2", "fill-4"} & names(qdrant)
    assert qdrant.points(TEXTS)


@pytest.mark.kafka
def test_one_worker_lives_through_a_qdrant_that_is_away_fails_and_is_emptied(
    broker: str, qdrant: FakeQdrant, tmp_path: Path
) -> None:
    publisher = Publisher(broker)
    publisher.publish(TRACK_VECTORS, track("worker-1"))
    qdrant.stop()
    settings = Settings(
        broker=broker, qdrant=qdrant.url, state_folder=tmp_path, kafka_port=0, metrics_port=0
    )
    with Stack(settings, commands=worker_commands("index")) as stack:
        stack.wait_until_ready()
        pid = stack.pids["index"]

        qdrant.start()
        assert eventually(lambda: "worker-1" in names(qdrant))

        qdrant.answer = 503
        publisher.publish(TRACK_VECTORS, track("worker-2"))
        asked = qdrant.requests
        assert eventually(lambda: qdrant.requests > asked)
        qdrant.answer = None
        assert eventually(lambda: "worker-2" in names(qdrant))

        qdrant.collections.clear()
        publisher.publish(TRACK_VECTORS, track("worker-3"))
        assert eventually(lambda: {"worker-1", "worker-2", "worker-3"} <= names(qdrant))
        assert stack.pids["index"] == pid
        stack.restart_fallen()
        assert stack.pids["index"] == pid, "and it runs"
