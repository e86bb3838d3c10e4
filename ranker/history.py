"""Event -> session -> what is in force: fold events into the set, and read the set."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ranker.errors import SessionFull
from schemas import (
    PlaybackEvent,
    QueueRules,
    SessionCommand,
    SessionEvent,
    SessionState,
    UnderstoodIntent,
)
from schemas.commands import Mode
from schemas.session import is_forget


def fold(state: SessionState, event: SessionEvent, *, max_events: int) -> SessionState:
    """Return the state with `event` in it (P67); the same state if it is known or forgotten.

    Folding commutes: any order of any events, each any number of times, gives equal states, as
    long as the session does not fill up.

    Raises
    ------
    SessionFull
        The state would hold more than `max_events`; for an undo or a forget, twice as many.

    """
    if holds(state, event):
        return state
    place = _place(event, state)
    before, after = state.events[:place], state.events[place:]
    if is_forget(event):
        before = tuple(filter(is_forget, before))
    events = (*before, event, *after)
    if len(events) > max_events * (2 if _takes_back(event) else 1):
        raise SessionFull(state.session_id, max_events)
    return state.model_copy(update={"events": events})


def holds(state: SessionState, event: SessionEvent) -> bool:
    """Say whether folding `event` would change nothing: it is known, or forgotten."""
    if event.event_id in [known.event_id for known in state.events]:
        return True
    later = state.events[_place(event, state) :]
    return not is_forget(event) and any(map(is_forget, later))


def _place(event: SessionEvent, state: SessionState) -> int:
    """Return how many events of the state come before an event."""
    return bisect_left(state.events, event.order, key=lambda known: known.order)


@dataclass(frozen=True, slots=True)
class History:
    """The events of a session that are in force, oldest first, and what follows from them."""

    playlist: tuple[str, ...]
    """The initial playlist, best first (P55)."""
    mode: Mode
    """Whose taste the session tells of."""
    rules: QueueRules
    """What the queue must keep to."""
    playback: tuple[PlaybackEvent, ...]
    intents: tuple[UnderstoodIntent, ...]
    commands: tuple[SessionCommand, ...]
    played: frozenset[str]
    """Tracks that the listener has met in this session: none is queued again. Moving or liking
    what is still to come does not take it away."""
    current: str | None
    """The track that plays, as far as the events tell."""
    newest: str | None
    """Id of the last event in force."""

    @property
    def switches(self) -> tuple[tuple[datetime, str], ...]:
        """Where the mood was changed by words, oldest first."""
        return tuple(i.order for i in self.intents if any(c.is_switch for c in i.clauses))

    def playing_at(self, intent: UnderstoodIntent) -> str | None:
        """Return the track that an intent's "this" points at: the last one started before it."""
        started = (event for event in reversed(self.playback) if event.action == "started")
        return next((event.track_id for event in started if event.order < intent.order), None)


def history_of(state: SessionState) -> History:
    """Read a session's state: what was undone does not count, the latest start gives the list."""
    live = in_force(state)
    # Not isinstance: pydantic takes long to say no, and nobody derives from these.
    playback = tuple([event for event in live if type(event) is PlaybackEvent])
    commands = tuple([event for event in live if type(event) is SessionCommand])
    starts = [command for command in commands if command.command == "start"]
    return History(
        playlist=starts[-1].playlist if starts else (),
        mode=starts[-1].mode if starts else "normal",
        rules=starts[-1].rules if starts else QueueRules(),
        playback=playback,
        intents=tuple([event for event in live if type(event) is UnderstoodIntent]),
        commands=commands,
        played=frozenset(
            [event.track_id for event in playback if event.action not in ("moved", "liked")]
        ),
        current=_current(playback),
        newest=live[-1].event_id if live else None,
    )


def _takes_back(event: SessionEvent) -> bool:
    """Say whether an event only removes: whoever has a full session may still correct it."""
    return type(event) is SessionCommand and event.command in ("undo", "forget")


def in_force(state: SessionState) -> tuple[SessionEvent, ...]:
    """Return a session's events without those undone or forgotten, and what took them back.

    So a session in which something was undone reads like one that never saw it.
    """
    if not any([_takes_back(event) for event in state.events]):
        return state.events
    undone = _undone(state.events)
    return tuple(
        event for event in state.events if event.event_id not in undone and not _takes_back(event)
    )


def _undone(events: Sequence[SessionEvent]) -> frozenset[str]:
    """Return the ids of what was undone; an undo that was itself undone later has no effect."""
    undone: set[str] = set()
    for event in reversed(events):
        if (
            isinstance(event, SessionCommand)
            and event.target_event_id
            and event.event_id not in undone
        ):
            undone.add(event.target_event_id)
    return frozenset(undone)


def _current(playback: tuple[PlaybackEvent, ...]) -> str | None:
    """Return the track that last made a sound, unless it was left since."""
    left = set()
    for event in reversed(playback):
        if event.action in ("skipped", "completed", "removed", "disliked"):
            left.add(event.track_id)
        if event.action in ("started", "progressed"):
            return None if event.track_id in left else event.track_id
    return None
