"""Simulated sessions with the real ranker: what it answers, act by act."""

import json
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
from scipy.stats import kendalltau

from ranker.config import RankerConfig
from ranker.library import Array, Library
from ranker.session import step
from schemas import PlaybackEvent, PlaylistUpdate, Slot, pack_weights
from tests.factories import library, playback, skip, start, state
from upnext.device import anticipated, rescored


class Act(NamedTuple):
    """One act, and the updates before and after it."""

    event: PlaybackEvent
    before: PlaylistUpdate
    after: PlaylistUpdate
    vectors: Mapping[str, Array]
    """Of what was queued before, and of the track that was acted on."""


def clustered_library(seed: int, count: int = 200, dimension: int = 32) -> Library:
    """Return tracks of eight kinds that overlap."""
    rng = np.random.default_rng(seed)
    kinds = rng.normal(size=(8, dimension))
    vectors = kinds[rng.integers(8, size=count)] + 0.7 * rng.normal(size=(count, dimension))
    return library({f"t{i}": vector.tolist() for i, vector in enumerate(vectors)}, dimension)


def session(
    seed: int,
    *,
    acts: int = 24,
    playlist: int = 30,
    tracks: Library | None = None,
    config: RankerConfig = RankerConfig(),
) -> Iterator[Act]:
    """Yield the acts of a listener who likes one direction, on what is next in the queue."""
    rng = np.random.default_rng(seed)
    tracks = clustered_library(seed) if tracks is None else tracks
    taste = rng.normal(size=tracks.dimension)
    taste /= np.linalg.norm(taste)
    initial = rng.permutation(tracks.track_ids)[:playlist].tolist()
    held, before = step(state(), start(*initial), tracks, config)
    for at in range(1, acts + 1):
        track_id = before.slots[0].track_id
        fits = tracks.vectors[tracks.row(track_id)] @ taste
        if rng.random() < 1 / (1 + np.exp(-8 * fits)):
            event = playback(track_id, str(rng.choice(["completed", "completed", "liked"])), at)
        else:
            event = skip(track_id, at, heard=float(rng.choice([0.02, 0.2, 0.6])))
        known = {track_id, *(slot.track_id for slot in before.slots)}
        vectors = {track: tracks.vectors[tracks.row(track)] for track in sorted(known)}
        held, after = step(held, event, tracks, config)
        yield Act(event, before, after, vectors)
        before = after


def agreement(order: list[str], other: list[str]) -> float:
    """Return Kendall's tau of two orders of the tracks that are in both, in [-1, 1]."""
    place = {track_id: place for place, track_id in enumerate(other)}
    places = [place[track_id] for track_id in order if track_id in place]
    return float(kendalltau(range(len(places)), places).statistic)


def golden() -> str:
    """Return what ranking on the device comes to, for the tests of other languages."""
    tracks = clustered_library(seed=7, count=60, dimension=8)
    config = RankerConfig(queue_length=12, mined=20)
    acts = list(session(7, acts=8, playlist=12, tracks=tracks, config=config))
    return json.dumps([_told(act) for act in acts], indent=1) + "\n"


def _told(act: Act) -> dict[str, object]:
    assert act.after.device is not None
    return {
        "name": f"act {act.before.revision}, {act.event.action} {act.event.track_id}",
        "update": act.before.model_dump(mode="json", exclude={"causes"}, exclude_defaults=True),
        "event": act.event.model_dump(mode="json", exclude_defaults=True),
        "vectors": {track: pack_weights(v.tolist()) for track, v in act.vectors.items()},
        "next": act.after.device.model_dump(mode="json"),
        "rescored": _scores(rescored(act.before, act.vectors, act.after.device)),
        "anticipated": _scores(anticipated(act.before, act.vectors, act.event)),
    }


def _scores(slots: tuple[Slot, ...]) -> list[tuple[str, float]]:
    return [(slot.track_id, round(slot.score, 6)) for slot in slots]
