"""What is remembered of a session between two events: the value of the sessions table."""

from typing import Annotated, TypeGuard

from pydantic import Discriminator, Field, Tag

from schemas.commands import SessionCommand
from schemas.intents import UnderstoodIntent
from schemas.playback import PlaybackEvent
from schemas.record import Id, Versioned


def _kind(event: object) -> str | None:
    """Tell the events apart by the one field that only each of them has."""
    has = event if isinstance(event, dict) else getattr(type(event), "model_fields", {})
    return next((field for field in ("action", "clauses", "command") if field in has), None)


SessionEvent = Annotated[
    Annotated[PlaybackEvent, Tag("action")]
    | Annotated[UnderstoodIntent, Tag("clauses")]
    | Annotated[SessionCommand, Tag("command")],
    Discriminator(_kind),
]
"""What a session is made of."""

LEAP = 1_000_000
"""What a `forget` adds to the revision: more than the events it can take away."""


def is_erase(event: object) -> TypeGuard[SessionCommand]:
    """Say whether an event removes everything of its listener before it."""
    return isinstance(event, SessionCommand) and event.command == "erase"


def is_forget(event: SessionEvent) -> bool:
    """Say whether an event removes those before it."""
    return isinstance(event, SessionCommand) and event.command == "forget"


class SessionState(Versioned):
    """A session as the set of its events, and nothing that could not be derived from them.

    A set only grows and its union does not care about order, so duplicates, late events and
    replays converge to the same state (and the same bytes, since the events are kept sorted by
    time and id). A `forget` removes every event before it and stays, so that a late duplicate of
    one is known for what it is. Holds ids and words' vectors, never tracks' vectors.
    """

    listener_id: Id
    session_id: Id
    events: tuple[SessionEvent, ...] = ()
    """Sorted by `(occurred_at, event_id)`, each id once; before a `forget`, only earlier ones."""
    floor: int = Field(default=0, ge=0)
    """What the revision counts from: where the id was used before by a session that expired or
    was erased, no less than the revision which that one had."""

    @property
    def revision(self) -> int:
        """How many events the state is made of, and `LEAP` for each `forget`: it only grows."""
        return self.floor + len(self.events) + LEAP * sum(map(is_forget, self.events))
