"""Fill the view again from the topics it shows: new, emptied, or left half full.

Others may write at the same time. Each topic is read until nothing is new, so that an old vector
that was written over a newer one is mended before it ends: the newer one is read then.
"""

import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from pydantic import ValidationError

from embedder.errors import UnusableVector
from embedder.index import Point
from schemas import split_key
from streams.agents.points import SOURCES, Source
from streams.agents.qdrant_view import QdrantView
from streams.errors import EventError
from streams.feeds.compacted import TopicReader, key_of, read_keys

log = logging.getLogger(__name__)

BATCH = 500
"""Records that are written together."""


def is_whole(bootstrap: str, view: QdrantView) -> bool:
    """Say whether the view has as many points as the topics have keys; reads all of them.

    Raises
    ------
    BrokerUnavailable, IndexUnavailable
        One of them does not answer.

    """
    return all(
        view.count(source.collection, space) >= keys
        for source in SOURCES
        for space, keys in _keys(bootstrap, source).items()
    )


def refill(bootstrap: str, view: QdrantView, stopped: Callable[[], bool] = lambda: False) -> int:
    """Write all that the topics hold; return how many points were written.

    A minute for some 30,000 tracks. What cannot be used is passed over: the index agent, which
    reads the same topics, wrote the dead letter.

    Parameters
    ----------
    stopped : says whether to break off; the view is then as it is

    Raises
    ------
    BrokerUnavailable, IndexUnavailable
        One of them does not answer.

    """
    written = 0
    for source in SOURCES:
        with TopicReader(bootstrap, source.topic) as reader:
            while batch := list(islice(reader.news(), BATCH)):
                if stopped():
                    return written
                written += _apply(view, source, batch)
    return written


def _keys(bootstrap: str, source: Source) -> Counter[str]:
    return Counter(split_key(key)[0] for key in read_keys(bootstrap, source.topic))


def _apply(view: QdrantView, source: Source, batch: Iterable[Any]) -> int:
    """Write the newest of each key, remove what has none."""
    newest = {key_of(message): message for message in batch}
    written = removed = 0
    for space, points in _points(source, newest.values()).items():
        written += _write(view, source.collection, space, points)
    gone: dict[str, list[str]] = defaultdict(list)
    for key, message in newest.items():
        if message.value() is None:
            space, point_id = split_key(key)
            gone[space].append(point_id)
            removed += 1
    for space, ids in gone.items():
        view.remove(source.collection, space, *ids)
    log.debug("%s: %d written, %d removed", source.collection, written, removed)
    return written


def _points(source: Source, messages: Iterable[Any]) -> dict[str, list[Point]]:
    by_space: dict[str, list[Point]] = defaultdict(list)
    for message in messages:
        if message.value() is not None:
            try:
                space, point = source.point_of(message.key(), message.value())
            except (ValidationError, EventError) as error:
                log.debug("%s passed over: %s", key_of(message), error)
            else:
                by_space[space].append(point)
    return by_space


def _write(view: QdrantView, collection: str, space: str, points: list[Point]) -> int:
    """Write points together, or where one of them is unusable, one by one."""
    try:
        view.write(collection, space, *points)
    except UnusableVector:
        return sum(_usable(view, collection, space, points))
    return len(points)


def _usable(
    view: QdrantView, collection: str, space: str, points: Iterable[Point]
) -> Iterator[bool]:
    for point in points:
        try:
            view.write(collection, space, point)
        except UnusableVector as error:
            log.debug("%s passed over: %s", point.id, error)
            yield False
        else:
            yield True
