"""Preference and library -> candidates: what may be queued, and what the words forbid."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from ranker.config import RankerConfig
from ranker.history import History
from ranker.library import Library
from ranker.preference import Preference
from ranker.wishes import Wish


@dataclass(frozen=True, slots=True)
class Candidates:
    """Tracks that compete for the queue: what is left of the playlist first, then mined ones."""

    track_ids: tuple[str, ...]
    from_playlist: int
    """How many of them, from the front, are the playlist's."""
    relaxed: tuple[str, ...]
    """Sentences of the wishes whose filter would have left nothing."""


def gather(
    history: History, preference: Preference, library: Library, config: RankerConfig
) -> Candidates:
    """Return the playlist's rest and the best of the library (P80-P82), without repeats.

    Filters are applied newest wish first; one that would leave nothing is relaxed to a mere
    preference. Costs O(tracks x d): one product with the whole library.
    """
    free = np.ones(len(library), bool)
    known = history.played.intersection(library.rows)
    free[[library.row(track_id) for track_id in known]] = False
    free, relaxed = _filtered(free, preference.wishes, library)
    left = [t for t in history.playlist if t in library.rows and free[library.row(t)]]
    free[[library.row(track_id) for track_id in left]] = False
    mined = _mine(free, preference, library, max(config.mined, config.queue_length - len(left)))
    return Candidates((*left, *mined), len(left), relaxed)


def _filtered(
    free: NDArray[np.bool_], wishes: Sequence[Wish], library: Library
) -> tuple[NDArray[np.bool_], tuple[str, ...]]:
    relaxed = []
    for sentence, allowed in _filters(wishes, library):
        if (free & allowed).any() or not free.any():
            free = free & allowed
        else:
            relaxed.append(sentence)
    return free, tuple(relaxed)


def _filters(wishes: Sequence[Wish], library: Library) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Yield each filter, newest first, with what it lets pass.

    What one sentence demands is an alternative: "only jazz or blues" lets both pass.
    """
    for _, group in groupby(reversed(wishes), key=lambda wish: wish.event_id):
        said = list(group)
        demands = [(wish, wish.demands_above) for wish in said if wish.demands_above is not None]
        if demands:
            passes = [library.vectors @ wish.direction >= least for wish, least in demands]
            yield demands[-1][0].sentence, np.any(passes, axis=0)
        for wish in said:
            if wish.forbids_above is not None:
                yield wish.sentence, library.vectors @ wish.direction <= wish.forbids_above


def _mine(
    free: NDArray[np.bool_], preference: Preference, library: Library, count: int
) -> list[str]:
    """Return the `count` free tracks with the largest inner product with the weights."""
    scores = library.vectors @ preference.weights.astype(np.float32)
    rows = np.flatnonzero(free)
    if count < len(rows):
        # Sorting only what can get in: a sort of the whole library would cost more than the rest.
        least = np.partition(scores[rows], -count)[-count]
        rows = rows[scores[rows] >= least]
    best = rows[np.argsort(-scores[rows], kind="stable")][:count]
    return [library.track_ids[row] for row in best]
