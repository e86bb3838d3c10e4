"""What the player should play next, and why."""

from typing import Annotated, Literal

from pydantic import Field

from schemas.device import DeviceModel
from schemas.record import EARLIEST, Id, Record, UtcTime, Versioned

MAX_SENTENCE = 400
"""Characters of a sentence; a longer one is cut."""

Sentence = Annotated[str, Field(max_length=MAX_SENTENCE)]
"""Something said to the listener, in English."""


Lane = Literal["listener", "playlist", "mined"]
"""Where a track came from: the listener's own hand, the initial playlist, the library."""


CauseKind = Literal["playback", "words", "order", "taste", "boost", "depth", "chance", "rest"]
Model = Literal["order", "nearest", "blend", "logistic", "mlp", "sequence"]

Degraded = Literal["library-stale", "words-waiting", "events-waiting"]
"""Why an update may be less than it should be, as far as its worker can know.

* `library-stale`: the worker could not follow the tracks for a while; new ones may be missing,
  and removed ones offered.
* `words-waiting`: what listeners of this partition said waits to be understood, and this
  listener's words may be among it.
* `events-waiting`: the worker is behind; this answers events that have waited for seconds.
"""


class Cause(Record):
    """Something that moved tracks: an event of the session, or a standing term of the score."""

    kind: CauseKind
    """`order` is the initial playlist's own order, `taste` the listener's long-term model, `boost`
    a rule of the product, `depth` what a model beyond the linear one adds, `chance` exploration;
    `rest` sums what is too small to name."""
    sentence: Sentence
    event_id: Id | None = None
    member: Id | None = None
    """Whose model it belongs to, in a shared session."""


class Slot(Record):
    """One place in the queue."""

    track_id: Id
    score: float
    """Log-odds that the track fits the session now; the sum of its reasons."""
    lane: Lane = "playlist"
    locked: bool = False
    """Whether the listener, or what the player prefetched, keeps it in its place."""
    probability: float = Field(default=1.0, ge=0, le=1)
    """Chance that exploration puts this track here, given the slots before; 1 without it."""
    reasons: tuple[tuple[int, float], ...] = ()
    """(index into the update's causes, contribution to the score), strongest first."""


class Receipt(Record):
    """Proof of what an `undo` or a `forget` took out of a session."""

    removed: tuple[Id, ...]
    """Ids of the events that no longer count."""
    before: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    """SHA-256 of the events in force before, in their order."""
    after: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    """The same of what is left: equal to that of a session that never saw the events."""


class Position(Record):
    """A place in an input topic."""

    topic: str
    partition: int = Field(ge=0)
    offset: int = Field(ge=0)


class PlaylistUpdate(Versioned):
    """The unplayed queue after an event or a burst of them, best first, on `playlist-updates`."""

    listener_id: Id
    session_id: Id
    revision: int = Field(ge=1)
    """Of two updates of a session the larger revision is the newer: `SessionState.revision`."""
    caused_by: Id
    """The event that was folded in last."""
    occurred_at: UtcTime
    """Event time of that event."""
    model: Model
    """What ranked: nothing learned yet, nearest neighbours, the hand-over, the classifier, or a
    model beyond it."""
    current: Id | None = None
    """The track that plays, as far as the events tell."""
    slots: tuple[Slot, ...]
    causes: tuple[Cause, ...] = ()
    relaxed: tuple[Sentence, ...] = ()
    """Wishes and rules that would have emptied the queue and therefore gave way, first the first
    that did."""
    unheard: tuple[Sentence, ...] = ()
    """Wishes that were understood in another space than the one that ranks now, and have no effect
    in it: whoever still wants them says them again."""
    empty_because: Sentence | None = None
    """Where nothing is left to play: the rule that took the last candidate."""
    receipt: Receipt | None = None
    """For an `undo` or a `forget`."""
    degraded: tuple[Degraded, ...] = ()
    """What was not as it should be when the queue was ranked; it recovers by itself."""
    burst: tuple[Id, ...] = ()
    """Events that waited together with `caused_by` and are answered by this update as well."""
    device: DeviceModel | None = None
    """The linear part of what ranked, for ranking on the device; None where several listeners'
    models rank together, or where none is told."""
    covers: tuple[Position, ...] = ()
    """The newest input of each topic that the worker had read: whatever of the session lies there
    or before is in this queue, or was rejected."""

    def answers(self, event_id: str) -> bool:
        """Say whether an event was one of those that caused this update."""
        return event_id == self.caused_by or event_id in self.burst

    @property
    def ranked(self) -> "PlaylistUpdate":
        """The part that follows from the set of events alone, however they came."""
        return self.model_copy(
            update={
                "caused_by": "-",
                "occurred_at": EARLIEST,
                "burst": (),
                "covers": (),
                "receipt": None,
                "degraded": (),
            }
        )
