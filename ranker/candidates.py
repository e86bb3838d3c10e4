"""Model and library -> candidates: what competes for the queue."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ranker.arrangement import Arrangement
from ranker.config import RankerConfig
from ranker.filters import allowed
from ranker.history import History
from ranker.library import Library, Mask
from ranker.terms import Parts, Rows, Scorer, falling


@dataclass(frozen=True, slots=True)
class Candidates:
    """Tracks that compete: what is fixed in its place, the playlist's rest, then mined ones."""

    rows: Rows
    """Their rows in the library."""
    places: Mapping[int, int]
    """Of the fixed ones, which come first: index among the candidates -> place, 0 is next."""
    relaxed: tuple[str, ...]
    """Sentences of the filters that gave way."""
    empty_because: str | None
    """Where there is no candidate: what took the last."""


def gather(
    history: History,
    arrangement: Arrangement,
    scorer: Scorer,
    library: Library,
    config: RankerConfig,
) -> Candidates:
    """Return what is fixed, the playlist's rest and the best of the library (P80-P82).

    No track twice, and none that was played. What the listener put in its place is not filtered.
    Costs O(tracks x d): one product with the whole library.
    """
    passed = allowed(history, scorer.wishes, library)
    free = passed.free.copy()
    places = dict(enumerate(arrangement.places.values()))
    held = [library.row(track_id) for track_id in arrangement.places]
    free[held] = False
    known = library.rows
    left = [known[track] for track in history.playlist if track in known and free[known[track]]]
    free[left] = False
    count = max(config.mined, config.queue_length - len(left))
    mined = best(scorer.over(library), free, count)
    rows = np.concatenate([np.array([*held, *left], np.intp), mined])
    empty_because = None if len(rows) else passed.empty_because
    return Candidates(rows, places, passed.relaxed, empty_because)


def best(scores: Parts, free: Mask, count: int) -> Rows:
    """Return the `count` free rows with the largest scores, best first; ties by row."""
    rows = np.flatnonzero(free)
    if count < len(rows):
        # Sorting only what can get in: a sort of the whole library would cost more than the rest.
        least = np.partition(scores[rows], -count)[-count]
        rows = rows[scores[rows] >= least]
    return rows[falling(scores[rows])][:count]
