"""What a client asks of a session as a whole."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from schemas.record import Id, ListenerEvent

Playlist = Annotated[tuple[Id, ...], Field(max_length=500)]
"""Track ids, next first; at most 500, for the whole playlist is part of the session's state."""


Command = Literal["start", "end", "undo", "forget"]


class SessionCommand(ListenerEvent):
    """Start, end, correct or forget a session, on `session-commands` (P55, P93)."""

    command: Command
    playlist: Playlist = ()
    """For `start`: the initial playlist, best first (P55)."""
    target_event_id: Id | None = None
    """For `undo`: the event whose row is to be taken out of the session."""

    @model_validator(mode="after")
    def _fields_fit_the_command(self) -> Self:
        if (self.command == "undo") != (self.target_event_id is not None):
            raise ValueError("target_event_id goes with the command 'undo', and only with it")
        if self.playlist and self.command != "start":
            raise ValueError("playlist goes with the command 'start'")
        if len(set(self.playlist)) < len(self.playlist):
            raise ValueError("playlist names a track twice")
        return self
