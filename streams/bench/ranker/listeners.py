"""Simulated listeners: a hidden taste, acts that follow from it, and now and then a slip.

A listener hears the first track of the queue. One that fits the taste is heard to its end, any
other is skipped after 2 to 20 % of it; with a chance of `SLIP` it is the other way round. Nothing
else is known of the listener by those who follow.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import numpy as np

from ranker.config import RankerConfig
from ranker.library import Library
from ranker.session import step
from schemas import (
    PlaybackEvent,
    SessionCommand,
    SessionEvent,
    SessionState,
    UnderstoodClause,
    UnderstoodIntent,
    unpack_vector,
)

SLIP = 0.1
BEGAN = datetime(2026, 5, 10, 20, tzinfo=UTC)
SECONDS = 200.0
"""Length of every track."""


class Follower(Protocol):
    """Whatever keeps a queue for a listener."""

    def take(self, event: SessionEvent) -> None:
        """Learn from an event."""
        ...

    def queue(self) -> Sequence[str]:
        """Return what plays next, first first."""
        ...


@dataclass
class Upnext:
    """The session ranker."""

    library: Library
    config: RankerConfig = RankerConfig()
    state: SessionState = SessionState(listener_id="ann", session_id="s")
    queued: tuple[str, ...] = ()

    def take(self, event: SessionEvent) -> None:
        """Learn from an event."""
        self.state, update = step(self.state, event, self.library, self.config)
        self.queued = tuple(slot.track_id for slot in update.slots)

    def queue(self) -> Sequence[str]:
        """Return what plays next, first first."""
        return self.queued


def nearest_only(library: Library) -> Upnext:
    """Return the session ranker held at its first model for ever (P85)."""
    return Upnext(library, replace(RankerConfig(), handover_weight=1e12))


@dataclass
class Average:
    """The mean of what was liked, less half the mean of what was not: what many build first."""

    library: Library
    playlist: Sequence[str] = ()
    met: set[str] = field(default_factory=set)
    liked: list[np.ndarray] = field(default_factory=list)
    refused: list[np.ndarray] = field(default_factory=list)

    def take(self, event: SessionEvent) -> None:
        """Learn from an event."""
        match event:
            case SessionCommand():
                self.playlist = event.playlist
            case UnderstoodIntent():
                for clause in event.clauses:
                    vector = np.array(unpack_vector(clause.vector or ""), np.float32)
                    (self.liked if clause.polarity > 0 else self.refused).append(vector)
            case PlaybackEvent():
                self.met.add(event.track_id)
                vector = self.library.vectors[self.library.row(event.track_id)]
                (self.refused if event.action == "skipped" else self.liked).append(vector)

    def queue(self) -> Sequence[str]:
        """Return what plays next, first first."""
        if not self.liked and not self.refused:
            return [track for track in self.playlist if track not in self.met]
        direction = np.zeros(self.library.dimension, np.float32)
        if self.liked:
            direction += np.mean(self.liked, axis=0)
        if self.refused:
            direction -= 0.5 * np.mean(self.refused, axis=0)
        order = np.argsort(-(self.library.vectors @ direction), kind="stable")
        ids = (self.library.track_ids[row] for row in order.tolist())
        return [track for track in ids if track not in self.met][:50]


@dataclass
class Fixed:
    """The initial playlist, as it was."""

    playlist: Sequence[str] = ()
    met: set[str] = field(default_factory=set)

    def take(self, event: SessionEvent) -> None:
        """Learn from an event."""
        if isinstance(event, SessionCommand):
            self.playlist = event.playlist
        if isinstance(event, PlaybackEvent):
            self.met.add(event.track_id)

    def queue(self) -> Sequence[str]:
        """Return what plays next, first first."""
        return [track for track in self.playlist if track not in self.met]


@dataclass
class Evening:
    """One listener before one follower."""

    follower: Follower
    rng: np.random.Generator
    events: int = 0
    skips: int = 0

    def begin(self, playlist: Sequence[str]) -> None:
        """Start the session."""
        self.follower.take(
            SessionCommand(**self._identity(), command="start", playlist=tuple(playlist))
        )

    def say(self, clause: UnderstoodClause, space: str) -> None:
        """Say a sentence."""
        self.events += 1
        self.follower.take(
            UnderstoodIntent(**self._identity(), text=clause.text, space=space, clauses=(clause,))
        )

    def hear(self, track_id: str, *, wanted: bool) -> None:
        """Hear a track to its end, or skip it."""
        self.events += 1
        self.skips += not wanted
        heard = 1.0 if wanted else self.rng.uniform(0.02, 0.2)
        self.follower.take(
            PlaybackEvent(
                **self._identity(),
                track_id=track_id,
                action="completed" if wanted else "skipped",
                position_seconds=heard * SECONDS,
                duration_seconds=SECONDS,
            )
        )

    def hear_next(self, fits: frozenset[str]) -> bool:
        """Hear what is next; False where nothing is."""
        queue = self.follower.queue()
        if not queue:
            return False
        self.hear(queue[0], wanted=(queue[0] in fits) != (self.rng.random() < SLIP))
        return True

    def precision(self, fits: frozenset[str], depth: int = 10) -> float:
        """Return the share of the first tracks that fit."""
        top = self.follower.queue()[:depth]
        return sum(track in fits for track in top) / depth

    def _identity(self) -> dict[str, Any]:
        return {
            "event_id": f"e{self.events}-{self.skips}",
            "listener_id": "ann",
            "session_id": "s",
            "occurred_at": BEGAN + timedelta(minutes=self.events),
        }
