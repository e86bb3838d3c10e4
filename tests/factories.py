"""Records and libraries for tests: say what matters, the rest is filled in, always the same."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from ranker.config import RankerConfig
from ranker.library import Library
from ranker.session import step
from schemas import (
    Intent,
    PlaybackEvent,
    PlaylistUpdate,
    SessionCommand,
    SessionEvent,
    SessionState,
    TrackInfo,
    UnderstoodClause,
    UnderstoodIntent,
    pack_vector,
)

NOON = datetime(2026, 5, 10, 12, tzinfo=UTC)

Point = Sequence[float]

CALM: Point = (-1, 0, 0)
LOUD: Point = (1, 0, 0)
DRUMS: Point = (0, 1, 0)
VOICE: Point = (0, 0, 1)

TRACKS: dict[str, Point] = {
    "calm-1": (-1.0, 0.0, 0.1),
    "calm-2": (-0.9, 0.1, 0.2),
    "calm-3": (-0.9, -0.1, -0.1),
    "calm-drums": (-0.8, 0.6, 0.0),
    "calm-voice": (-0.7, 0.0, 0.7),
    "loud-1": (1.0, 0.0, 0.1),
    "loud-2": (0.9, 0.1, 0.2),
    "loud-3": (0.9, -0.1, -0.1),
    "loud-drums": (0.8, 0.6, 0.0),
    "loud-voice": (0.7, 0.0, 0.7),
}
"""A space of three dimensions: from calm to loud, drums, voice."""


def moment(seconds: float) -> datetime:
    """Return the time so many seconds into every test's session."""
    return NOON + timedelta(seconds=seconds)


def playback(
    track_id: str = "calm-1", action: str = "completed", at: float = 0, **fields: Any
) -> PlaybackEvent:
    """Return an act on a track, `at` seconds into the session; a move is from place 2 to 1."""
    ranks = {"from_rank": 2, "to_rank": 1} if action == "moved" else {}
    identity = _identity(f"{action}-{track_id}", at)
    return PlaybackEvent(**{**identity, "track_id": track_id, "action": action, **ranks, **fields})


def skip(track_id: str = "calm-1", at: float = 0, heard: float = 0.02) -> PlaybackEvent:
    """Return a skip after a fraction of the track."""
    return playback(track_id, "skipped", at, position_seconds=heard * 200, duration_seconds=200)


def intent(text: str = "something calm", at: float = 0, **fields: Any) -> Intent:
    """Return words as they were said."""
    return Intent(**{**_identity("words", at), "text": text, **fields})


def clause(
    operation: str = "more", subject: str = "calm", vector: Point | None = CALM, **fields: Any
) -> UnderstoodClause:
    """Return a grounded wish; without a vector it points at what plays."""
    return UnderstoodClause(
        **{
            "text": f"{operation} {subject}",
            "operation": operation,
            "subject": subject,
            "grounding": "session" if vector is None else "space",
            "vector": None if vector is None else pack_vector(vector),
            **fields,
        }
    )


def understood(*clauses: UnderstoodClause, at: float = 0, **fields: Any) -> UnderstoodIntent:
    """Return words as they were understood: by default one wish for something calm."""
    clauses = clauses or (clause(),)
    said = ", ".join(each.text for each in clauses)[:2000]
    words = {"text": said, "space": "tiny", "clauses": clauses}
    return UnderstoodIntent(**{**_identity("words", at), **words, **fields})


def command(name: str = "start", at: float = 0, **fields: Any) -> SessionCommand:
    """Return a command on the session as a whole."""
    return SessionCommand(**{**_identity(name, at), "command": name, **fields})


def start(*playlist: str, at: float = 0) -> SessionCommand:
    """Return the start of a session with an initial playlist."""
    return command("start", at, playlist=playlist)


def undo(event: SessionEvent, at: float = 1000) -> SessionCommand:
    """Return the command that takes an event back."""
    return command("undo", at, target_event_id=event.event_id)


def state(*events: SessionEvent) -> SessionState:
    """Return a session that holds these events, given oldest first."""
    return SessionState(listener_id="ann", session_id="s1", events=events)


def info(track_id: str, **fields: Any) -> TrackInfo:
    """Return what is known of a track: at least a title."""
    return TrackInfo(**{"title": track_id.replace("-", " ").capitalize(), **fields})


def library(
    tracks: Mapping[str, Point] = TRACKS, dimension: int = 3, space: str = "tiny"
) -> Library:
    """Return tracks that can be ranked; the title of `calm-1` is `Calm 1`."""
    return Library.of(
        (
            (track_id, np.array(vector, np.float32), info(track_id))
            for track_id, vector in tracks.items()
        ),
        dimension,
        space,
    )


def random_library(count: int = 40, dimension: int = 8, seed: int = 0) -> Library:
    """Return tracks `t0`, `t1`, ... in random directions."""
    vectors = np.random.default_rng(seed).normal(size=(count, dimension))
    return library({f"t{i}": vector.tolist() for i, vector in enumerate(vectors)}, dimension)


def follow(
    *events: SessionEvent, tracks: Library | None = None, config: RankerConfig = RankerConfig()
) -> tuple[SessionState, PlaylistUpdate]:
    """Give a new session its events one by one; return its state and the last update."""
    tracks = library() if tracks is None else tracks
    session = state()
    for event in events:
        session, update = step(session, event, tracks, config)
    return session, update


def queue(*events: SessionEvent, **options: Any) -> list[str]:
    """Return the track ids of the queue after these events, best first."""
    return [slot.track_id for slot in follow(*events, **options)[1].slots]


def _identity(name: str, at: float) -> dict[str, Any]:
    return {
        "event_id": f"{name}@{at:g}",
        "listener_id": "ann",
        "session_id": "s1",
        "occurred_at": moment(at),
    }
