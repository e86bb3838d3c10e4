"""A library of random vectors to measure on: what a session's model does not care about."""

from pathlib import Path

import numpy as np

from embedder.manifest import Manifest
from ranker.library import Library, unit
from schemas import TrackInfo, TrackVector, pack_vector, unpack_vector
from schemas.topics import TRACK_VECTORS
from streams.client import Publisher

SEED = 20_260


def random_tracks(count: int, space: Manifest) -> list[TrackVector]:
    """Return tracks of a space, always the same."""
    rng = np.random.default_rng(SEED)
    return [
        TrackVector(
            track_id=f"bench-{number:04d}",
            info=TrackInfo(title=f"Track {number}", artist=f"Artist {number % 97}"),
            uri=str(Path("bench") / f"{number}.ogg"),
            content=f"bench-{number}",
            space=space.hash,
            vector=pack_vector((vector / np.linalg.norm(vector)).tolist()),
        )
        for number, vector in enumerate(rng.normal(size=(count, space.dimension)))
    ]


def publish(tracks: list[TrackVector], publisher: Publisher) -> None:
    """Write tracks to `track-vectors` and wait for the broker."""
    for track in tracks:
        publisher.send(TRACK_VECTORS, track)
    publisher.flush()


def library_of(tracks: list[TrackVector], space: Manifest) -> Library:
    """Return the library that a worker makes of the tracks."""
    vectors = (
        (each.track_id, np.array(unpack_vector(each.vector), np.float32), each.info)
        for each in tracks
    )
    dimension = space.dimension
    return Library.of(
        ((name, unit(vector, dimension, name), info) for name, vector, info in vectors),
        dimension,
        space.hash,
    )
