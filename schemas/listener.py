"""What is remembered of a listener between sessions: the value of the listeners table."""

from pydantic import Field

from schemas.record import Id, Record, UtcTime, Versioned


class Lesson(Record):
    """What one act of an earlier session taught about a track."""

    track_id: Id
    label: bool
    weight: float = Field(gt=0, le=100)


class PastSession(Record):
    """What one session of the listener taught."""

    session_id: Id
    at: UtcTime
    """Time of its last event."""
    lessons: tuple[Lesson, ...]


class ListenerState(Versioned):
    """The listener's earlier sessions, from which the long-term model is fitted (P94, P97).

    Each session is remembered as it last stood, so a late event corrects what it taught.
    """

    listener_id: Id
    current: Id | None = None
    """The session that began last; it is not remembered while it may go on."""
    sessions: tuple[PastSession, ...] = ()
    """Sorted by `(at, session_id)`, each session once."""
