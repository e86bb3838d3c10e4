"""What the player should play next, and why."""

from typing import Annotated, Literal

from pydantic import Field

from schemas.record import Id, Record, UtcTime, Versioned

MAX_SENTENCE = 400
"""Characters of a sentence; a longer one is cut."""

Sentence = Annotated[str, Field(max_length=MAX_SENTENCE)]
"""Something said to the listener, in English."""


class Cause(Record):
    """Something that moved tracks: an event of the session, or a standing term of the score."""

    kind: Literal["playback", "words", "order", "rest"]
    """`order` is the initial playlist's own order; `rest` sums what is too small to name."""
    sentence: Sentence
    event_id: Id | None = None


class Slot(Record):
    """One place in the queue."""

    track_id: Id
    score: float
    """Log-odds that the track fits the session now; the sum of its reasons."""
    lane: Literal["playlist", "mined"] = "playlist"
    """Where the track came from: the initial playlist, or the library."""
    locked: bool = False
    reasons: tuple[tuple[int, float], ...] = ()
    """(index into the update's causes, contribution to the score), strongest first."""


class PlaylistUpdate(Versioned):
    """The unplayed queue after one event, best first, on `playlist-updates`."""

    listener_id: Id
    session_id: Id
    revision: int = Field(ge=1)
    """Of two updates of a session the larger revision is the newer: `SessionState.revision`."""
    caused_by: Id
    """The event that was folded in last."""
    occurred_at: UtcTime
    """Event time of that event."""
    model: Literal["order", "nearest", "blend", "logistic"]
    """What ranked: nothing learned yet, nearest neighbours, the hand-over, the classifier."""
    current: Id | None = None
    """The track that plays, as far as the events tell."""
    slots: tuple[Slot, ...]
    causes: tuple[Cause, ...] = ()
    relaxed: tuple[Sentence, ...] = ()
    """Wishes that would have emptied the queue and were therefore treated as preferences."""
    unheard: tuple[Sentence, ...] = ()
    """Wishes that were understood in another space than the one that ranks now, and have no effect
    in it: whoever still wants them says them again."""
