"""A ranking worker's library: one space's part of `track-vectors`, followed."""

from collections.abc import Callable, Iterator
from time import monotonic, sleep
from uuid import uuid4

import pytest

from schemas import TrackInfo, TrackVector, pack_vector
from schemas.topics import TRACK_VECTORS
from streams.client import Publisher
from streams.feeds.library_feed import LibraryFeed

pytestmark = pytest.mark.kafka


def vector(space: str, track_id: str, title: str = "Quartz Sail") -> TrackVector:
    return TrackVector(
        track_id=track_id,
        info=TrackInfo(title=title),
        uri="/music/1.ogg",
        content="c1",
        space=space,
        vector=pack_vector([0.6, 0.8]),
    )


@pytest.fixture
def space() -> str:
    return f"space-{uuid4().hex[:8]}"


@pytest.fixture
def publisher(broker: str) -> Publisher:
    return Publisher(broker)


@pytest.fixture
def feed(broker: str, space: str, publisher: Publisher) -> Iterator[LibraryFeed]:
    publisher.publish(TRACK_VECTORS, vector(space, "t1"))
    feed = LibraryFeed(broker, space=space, dimension=2)
    feed.start()
    yield feed
    feed.stop()


def eventually(true: Callable[[], bool]) -> bool:
    until = monotonic() + 20
    while not true() and monotonic() < until:
        sleep(0.05)
    return true()


def test_what_was_there_at_the_start_is_loaded(feed: LibraryFeed, space: str) -> None:
    assert feed.library.track_ids == ("t1",)
    assert feed.library.space == space


def test_a_track_of_another_space_is_not_in_the_library(
    feed: LibraryFeed, space: str, publisher: Publisher
) -> None:
    publisher.publish(TRACK_VECTORS, vector(f"{space}-2", "t2"))
    publisher.publish(TRACK_VECTORS, vector(space, "t3"))

    assert eventually(lambda: feed.library.track_ids == ("t1", "t3"))


def test_a_track_that_is_removed_from_this_space_leaves_and_from_another_stays(
    feed: LibraryFeed, space: str, publisher: Publisher
) -> None:
    publisher.publish(TRACK_VECTORS, vector(space, "t2"))
    assert eventually(lambda: feed.library.track_ids == ("t1", "t2"))

    publisher.send_raw(TRACK_VECTORS.name, f"{space}-2/t2".encode(), None)
    publisher.send_raw(TRACK_VECTORS.name, f"{space}/t1".encode(), None)
    publisher.flush()

    assert eventually(lambda: feed.library.track_ids == ("t2",))


def test_a_vector_under_the_key_of_another_is_passed_over(
    feed: LibraryFeed, space: str, publisher: Publisher
) -> None:
    stray = vector(space, "t4").encode()
    publisher.send_raw(TRACK_VECTORS.name, f"{space}/t5".encode(), stray)
    publisher.flush()
    publisher.publish(TRACK_VECTORS, vector(space, "t6"))

    assert eventually(lambda: feed.library.track_ids == ("t1", "t6"))
