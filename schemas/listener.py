"""What is remembered of a listener between sessions: the value of the listeners table."""

from pydantic import Field

from schemas.record import Id, Record, UtcTime, Versioned
from schemas.updates import Model


class Lesson(Record):
    """What one act of an earlier session taught about a track."""

    track_id: Id
    label: bool
    weight: float = Field(gt=0, le=100)


class PastSession(Record):
    """What one session of the listener taught."""

    session_id: Id
    began: UtcTime
    """Time of its first event."""
    at: UtcTime
    """Time of its last event; of the current session, while it goes on, that of its first."""
    lessons: tuple[Lesson, ...] = ()
    """Heaviest first; none while it goes on, or where it taught nothing."""
    model: Model | None = None
    """The deepest that had a say when it ended, by its own acts (P89); None where there is no
    lesson, and where it was remembered before this was kept."""
    revision: int = Field(default=0, ge=0)
    """Of a session that has expired, where one that uses its id again goes on from; 0 before."""


class ListenerState(Versioned):
    """The listener's earlier sessions, from which the long-term model is fitted (P94, P97).

    Each session is remembered as it last stood, so a late event corrects what it taught.
    """

    listener_id: Id
    current: Id | None = None
    """The session that began last; it is noted, but not remembered, while it may go on."""
    sessions: tuple[PastSession, ...] = ()
    """The newest, sorted by `(at, session_id)`, each once."""
