"""Terms of a score: what adds to it, and how that is told.

A track's score is the sum of its terms, one for each thing that speaks for or against it: an event
of the session, the listener's long-term taste, the playlist's order. So every reason is exact.
"""

from functools import lru_cache
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from ranker.library import Library
from ranker.wishes import Wish
from schemas import Cause, DeviceModel
from schemas.updates import MAX_SENTENCE, CauseKind, Model

Rows = NDArray[np.intp]
"""(m,), rows of tracks in a library."""

Parts = NDArray[np.float64]
"""Log-odds: (r, m), what each of r terms adds to each of m tracks, or (m,), their sums: scores."""


class Source(NamedTuple):
    """Where a term comes from; becomes a `Cause` once a slot names it."""

    kind: CauseKind
    sentence: str
    """What happened, with `{title}` for the title of `track_id`."""
    event_id: str | None = None
    track_id: str | None = None
    member: str | None = None

    def told(self, library: Library) -> Cause:
        """Return the cause as it leaves on the wire."""
        return _cause(self, None if self.track_id is None else library.title(self.track_id))


@lru_cache(maxsize=4096)  # an event is named in update after update
def _cause(source: Source, title: str | None) -> Cause:
    sentence = source.sentence
    if title is not None:
        # No str.format: the sentence may hold words of the listener, braces and all.
        sentence = sentence.replace("{title}", f"“{title}”")
    return Cause(
        kind=source.kind,
        sentence=sentence[:MAX_SENTENCE],
        event_id=source.event_id,
        member=source.member,
    )


class Scorer(Protocol):
    """A session's model, of one listener or of several: gives log-odds, and says from what."""

    @property
    def sources(self) -> tuple[Source, ...]:
        """Where each term comes from, in the order of the rows of `parts`."""
        ...

    @property
    def wishes(self) -> tuple[Wish, ...]:
        """What was said, oldest first: filters come from it."""
        ...

    @property
    def evidence(self) -> float:
        """Summed weight of all that was learned; a clause counts as much as a like."""
        ...

    @property
    def model(self) -> Model:
        """Which model ranks."""
        ...

    @property
    def device(self) -> DeviceModel | None:
        """Its linear part, for ranking on the device; None where no one vector tells it."""
        ...

    def scores(self, library: Library, rows: Rows) -> Parts:
        """Return the log-odds of each track, (len(rows),): the sums of `parts`, found faster."""
        ...

    def parts(self, library: Library, rows: Rows) -> Parts:
        """Return what each source adds to the score of each track, (len(sources), len(rows))."""
        ...

    def over(self, library: Library) -> Parts:
        """Return every track's log-odds, (n,), the neighbours' as if linear: to mine by (P82)."""
        ...

    def order(self, library: Library, rows: Rows, scores: Parts) -> list[int]:
        """Return indexes into `rows`, the first to play first."""
        ...

    def deviations(self, count: int, rng: np.random.Generator) -> Parts:
        """Draw how far the weights may lie from the fitted ones, (count, d)."""
        ...


def best_first(scores: Parts) -> list[int]:
    """Return indexes by falling score, as a list; equal scores keep their order.

    >>> best_first(np.array([1.0, 3.0, 1.0]))
    [1, 0, 2]
    """
    order: list[int] = falling(scores).tolist()
    return order


def falling(scores: Parts) -> Rows:
    """Return indexes by falling score, as an array; equal scores keep their order."""
    order = np.argsort(-scores)
    ranked = scores[order]
    if (ranked[1:] == ranked[:-1]).any():
        # Second, for it takes five times as long as the vectorised sort, which shuffles ties.
        order = np.argsort(-scores, kind="stable")
    return order
