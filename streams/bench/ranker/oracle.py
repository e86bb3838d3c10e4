"""About the best that could be hoped for: a follower that knows what no ranker is told.

It knows every taste there is, which tracks fit each, how often listeners slip and that they may
change their mood, and it keeps the exact probability of each taste. What it needs is the price of
finding out; what a ranker needs beyond that is the price of knowing only how the tracks sound. It
takes what is likeliest now and tries nothing out, so it is not quite a bound.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from schemas import PlaybackEvent, SessionCommand, SessionEvent, UnderstoodClause, UnderstoodIntent
from streams.bench.ranker.listeners import SLIP
from streams.bench.ranker.worlds import World

HAZARD = 0.05
"""Chance that the taste changes with an act; .02 to .1 make no difference."""


@dataclass
class Oracle:
    """Bayes over the tastes themselves; queues what is likeliest to fit."""

    world: World
    playlist: Sequence[str] = ()
    met: set[str] = field(default_factory=set)
    likely: NDArray[np.float64] | None = None
    """(tastes,), probability of each; None before anything is known."""
    refused: frozenset[str] = frozenset()

    def take(self, event: SessionEvent) -> None:
        """Learn from an event."""
        match event:
            case SessionCommand():
                self.playlist = event.playlist
            case UnderstoodIntent():
                for clause in event.clauses:
                    self._understand(clause)
            case PlaybackEvent():
                self.met.add(event.track_id)
                row = self.world.library.row(event.track_id)
                meant = self.world.fitting[:, row] == (event.action != "skipped")
                self._weigh(np.where(meant, 1 - SLIP, SLIP))

    def queue(self) -> Sequence[str]:
        """Return what plays next, first first."""
        if self.likely is None:
            return [track for track in self.playlist if track not in self.met]
        order = np.argsort(-(self.likely @ self.world.fitting), kind="stable")
        ids = (self.world.library.track_ids[row] for row in order.tolist())
        return [track for track in ids if track not in self.met | self.refused][:50]

    def _understand(self, clause: UnderstoodClause) -> None:
        if clause.polarity < 0:
            self.refused |= self.world.truth[clause.subject]
        if clause.operation == "switch":
            self.likely = None
        named = np.array([clause.subject in taste for taste in self.world.tastes])
        self._weigh(np.where(named == (clause.polarity > 0), 1 - SLIP, SLIP))

    def _weigh(self, likelihood: NDArray[np.float64]) -> None:
        even = 1 / len(likelihood)
        weighed = likelihood * (even if self.likely is None else self.likely)
        self.likely = (1 - HAZARD) * weighed / weighed.sum() + HAZARD * even
