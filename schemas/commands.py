"""What a client asks of a session as a whole."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from schemas.filters import QueueRules
from schemas.record import Id, ListenerEvent

Playlist = Annotated[tuple[Id, ...], Field(max_length=500)]
"""Track ids, next first; at most 500, for the whole playlist is part of the session's state."""

Command = Literal["start", "end", "undo", "forget", "erase", "enqueue", "lock", "unlock", "shown"]

Mode = Literal["normal", "guest", "kids", "focus"]
"""Only a `normal` session teaches the listener's long-term model; all read it."""

FIELDS: Mapping[Command, frozenset[str]] = {
    "start": frozenset({"playlist", "mode", "rules"}),
    "end": frozenset(),
    "undo": frozenset({"target_event_id"}),
    "forget": frozenset(),
    "erase": frozenset(),
    "enqueue": frozenset({"playlist", "rank"}),
    "lock": frozenset({"track_id", "rank"}),
    "unlock": frozenset({"track_id"}),
    "shown": frozenset({"playlist", "frozen"}),
}
"""Which fields go with which command, beside those of every event."""

NEEDED: Mapping[Command, frozenset[str]] = {
    "undo": frozenset({"target_event_id"}),
    "enqueue": frozenset({"playlist"}),
    "lock": frozenset({"track_id", "rank"}),
    "unlock": frozenset({"track_id"}),
}


class SessionCommand(ListenerEvent):
    """Start, end, correct or forget a session, or arrange its queue, on `session-commands`.

    `erase` concerns all sessions of the listener, whichever it is sent with: whatever occurred at
    its time or before is removed, and only an `Erasure` is left of it.

    Examples
    --------
    >>> SessionCommand(event_id="e1", listener_id="ann", session_id="s1", command="lock",
    ...                track_id="t7", rank=3, occurred_at="2026-05-10T10:00:00Z").rank
    3

    """

    command: Command
    playlist: Playlist = ()
    """For `start`: the initial playlist, best first (P55). For `enqueue`: what the listener puts
    into the queue. For `shown`: what the player displays of the queue, next first."""
    mode: Mode = "normal"
    """For `start`: whose taste the session tells of."""
    rules: QueueRules = QueueRules()
    """For `start`: what the queue must keep to."""
    target_event_id: Id | None = None
    """For `undo`: the event whose row is to be taken out of the session."""
    track_id: Id | None = None
    """For `lock` and `unlock`: the track."""
    rank: int | None = Field(default=None, ge=1, le=10_000)
    """For `lock`: the place the track keeps, 1 is next; for `enqueue`: of the first track."""
    frozen: int = Field(default=0, ge=0, le=100)
    """For `shown`: so many from the front are prefetched, and stay where they are."""

    @model_validator(mode="after")
    def _fields_fit_the_command(self) -> Self:
        given = self.model_fields_set & _SPECIFIC
        given = {name for name in given if getattr(self, name) != _DEFAULTS[name]}
        if extra := given - FIELDS[self.command]:
            raise ValueError(f"{', '.join(sorted(extra))}: not for the command {self.command!r}")
        if missing := NEEDED.get(self.command, frozenset()) - given:
            raise ValueError(f"the command {self.command!r} needs {', '.join(sorted(missing))}")
        if len(set(self.playlist)) < len(self.playlist):
            raise ValueError("playlist names a track twice")
        if self.frozen > len(self.playlist):
            raise ValueError(f"frozen is {self.frozen}, but only {len(self.playlist)} are shown")
        return self


_SPECIFIC = frozenset().union(*FIELDS.values())
_DEFAULTS = {name: SessionCommand.model_fields[name].default for name in _SPECIFIC}
