"""Beside the vector store's own `recommend`, on the same labelled tracks: precision and time.

Rows alternate between tracks that fit a hidden taste and tracks that do not, with the simulator's
share of slips. The store runs in the process, so no network is in its times.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from time import perf_counter
from typing import Any

import numpy as np
from qdrant_client import QdrantClient, models

from streams.bench.ranker.intervals import figure
from streams.bench.ranker.listeners import SLIP, Evening, Upnext
from streams.bench.ranker.worlds import World

EVENTS = (1, 3, 5, 10)
DEPTH = 10
SEED = 23
COLLECTION = "tracks"

Labelled = Sequence[tuple[str, bool]]
Find = Callable[[Labelled], Sequence[str]]


def recommend(world: World, listeners: int) -> dict[str, Any]:
    """Return precision at ten after so many events, and the time of one answer, by contender."""
    finders = _finders(world)
    told: dict[str, Any] = {}
    for name, find in finders.items():
        by_events: dict[str, Any] = {}
        times: list[float] = []
        for count in EVENTS:
            found = [_measured(world, find, seed, count, times) for seed in range(listeners)]
            by_events[f"precision_after_{count}"] = figure(found)
        told[name] = {**by_events, "ms": figure(times, np.median)}
    return told


def _measured(world: World, find: Find, seed: int, count: int, times: list[float]) -> float:
    rng = np.random.default_rng((SEED, seed))
    fits = world.fits(world.tastes[int(rng.integers(len(world.tastes)))])
    rows = _rows(world, fits, count, rng)
    started = perf_counter()
    found = find(rows)
    times.append((perf_counter() - started) * 1e3)
    return sum(track in fits for track in found[:DEPTH]) / DEPTH


def _rows(world: World, fits: frozenset[str], count: int, rng: np.random.Generator) -> Labelled:
    """Draw labelled tracks, first one that fits, then one that does not, and so on."""
    right, wrong = sorted(fits), sorted(set(world.library.track_ids) - fits)
    drawn = []
    for place in range(count):
        pool = wrong if place % 2 else right
        track = pool.pop(int(rng.integers(len(pool))))
        # The first row has to be wanted: the store cannot answer without one.
        slips = place > 0 and rng.random() < SLIP
        drawn.append((track, (place % 2 == 0) != slips))
    return drawn


def _finders(world: World) -> Mapping[str, Find]:
    client = _filled(world)
    return {
        "upnext": lambda rows: _ours(world, rows),
        "best_score": partial(_theirs, client, world, models.RecommendStrategy.BEST_SCORE),
        "average_vector": partial(_theirs, client, world, models.RecommendStrategy.AVERAGE_VECTOR),
    }


def _ours(world: World, rows: Labelled) -> Sequence[str]:
    """Rank after all rows; only the last step is the answer, but all are in the time."""
    evening = Evening(Upnext(world.library), np.random.default_rng(SEED))
    evening.begin(())
    for track, wanted in rows:
        evening.hear(track, wanted=wanted)
    return evening.follower.queue()


def _theirs(
    client: QdrantClient, world: World, strategy: models.RecommendStrategy, rows: Labelled
) -> Sequence[str]:
    answer = client.query_points(
        COLLECTION,
        query=models.RecommendQuery(
            recommend=models.RecommendInput(
                positive=[world.library.row(track) for track, wanted in rows if wanted],
                negative=[world.library.row(track) for track, wanted in rows if not wanted],
                strategy=strategy,
            )
        ),
        limit=DEPTH,
        with_payload=True,
    )
    return [str((point.payload or {})["id"]) for point in answer.points]


def _filled(world: World) -> QdrantClient:
    client = QdrantClient(":memory:")
    size, distance = world.library.dimension, models.Distance.COSINE
    client.create_collection(COLLECTION, models.VectorParams(size=size, distance=distance))
    client.upsert(
        COLLECTION,
        [
            models.PointStruct(id=row, vector=vector.tolist(), payload={"id": track})
            for row, (track, vector) in enumerate(
                zip(world.library.track_ids, world.library.vectors, strict=True)
            )
        ],
    )
    return client
