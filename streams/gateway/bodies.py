"""What requests and answers hold, beside the project's own records."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from schemas import Erasure, QueueRules, TrackInfo
from schemas.commands import Mode, Playlist
from schemas.record import Id

MOST_EVENTS = 500
"""Events of one request."""

Kind = Literal["playback", "command", "words", "compass"]


class Body(BaseModel):
    """Base of what is asked: closed, so that a misspelt field is not passed over."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Answer(BaseModel):
    """Base of what is answered."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


class EventResult(Answer):
    """What became of one event."""

    event_id: str | None
    """None for what is no event at all."""
    accepted: bool
    """Whether the broker has it, on all replicas in sync."""
    occurred_at: datetime | None = None
    problem: dict[str, Any] | None = None
    """Why it was refused."""


class EventsAnswer(Answer):
    """What became of the events of a request, in their order."""

    results: list[EventResult]


class Published(Answer):
    """An event that the gateway made and the broker has."""

    event_id: Id


class SessionBody(Body):
    """A session that begins."""

    listener_id: Id | None = None
    """Default an anonymous one, which can be merged into a known one."""
    session_id: Id | None = None
    playlist: Playlist = ()
    """Track ids, best first."""
    mode: Mode = "normal"
    rules: QueueRules = QueueRules()


class SessionStarted(Answer):
    """A session that has begun."""

    listener_id: Id
    session_id: Id
    event_id: Id
    token: str
    """The listener's, to send and read with."""
    expires_at: datetime


class Leaning(Answer):
    """A word, and how strongly the session leans toward it, in log-odds."""

    word: str
    strength: float


class CompassAnswer(Answer):
    """Where a session leans, strongest first."""

    revision: int
    words: list[Leaning]


Words = Annotated[tuple[Annotated[str, Field(min_length=1, max_length=200)], ...], Field()]


class CompassEdit(Body):
    """Words to lean toward and away from."""

    more: Words = ()
    less: Words = ()
    event_id: Id | None = None


class UndoBody(Body):
    """An event to take back."""

    event_id: Id


class SessionEvents(Answer):
    """A session's newest events, the newest first: each as it was accepted, and of which kind."""

    events: list[dict[str, Any]]


class MergeBody(Body):
    """Whose an anonymous listener's sessions become."""

    into: Id


class Merged(Answer):
    """An anonymous listener that has become a known one."""

    listener_id: Id
    sessions: list[Id]
    """Which go on under the known listener's id."""
    events: int
    event_id: Id
    """Of the erasure of what was left of the anonymous one."""
    receipt: str


class ErasureAccepted(Answer):
    """An erasure that workers will carry out."""

    event_id: Id
    receipt: str
    """Where the receipt will be."""


class ErasureReceipt(Answer):
    """An erasure that was carried out."""

    event_id: Id
    receipt: str
    erasure: Erasure


class TokenBody(Body):
    """Whose token is wanted."""

    listener_id: Id
    seconds: int | None = Field(default=None, ge=1, le=31_536_000)
    """How long it works; default `UPNEXT_GATEWAY_TOKEN_SECONDS`."""


class TokenAnswer(Answer):
    """A listener's token."""

    token: str
    expires_at: datetime


class TrackAnswer(TrackInfo):
    """A track."""

    track_id: str
    audio: str | None
    """Where its sound is; None where there is none here."""
    vector: str | None = None
    """With `vector=1`: base64 of little-endian float32, centred and of length 1."""


class TracksAnswer(Answer):
    """Tracks by id, or a page of them all."""

    tracks: list[TrackAnswer]
    next_page: int | None = None


class Place(Answer):
    """A track on the map."""

    track_id: str
    x: float
    y: float


class WordPlace(Answer):
    """A word on the map."""

    word: str
    x: float
    y: float


class MapAnswer(Answer):
    """The space in the plane, in [-1, 1]."""

    tracks: list[Place]
    words: list[WordPlace]


class Found(Answer):
    """A track and its cosine with the words."""

    track_id: str
    score: float


class SearchAnswer(Answer):
    """The tracks nearest to words, nearest first."""

    tracks: list[Found]


class Health(Answer):
    """The gateway runs."""

    status: Literal["ok"] = "ok"
