"""Event -> session -> what is in force: fold events into the set, and read the set."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ranker.errors import SessionFull
from schemas import PlaybackEvent, SessionCommand, SessionEvent, SessionState, UnderstoodIntent
from schemas.session import is_forget


def fold(state: SessionState, event: SessionEvent, *, max_events: int) -> SessionState:
    """Return the state with `event` in it; the same state where it is known or forgotten.

    Folding commutes: any order of any events, each any number of times, gives equal states, as
    long as the session does not fill up.

    Raises
    ------
    SessionFull
        The state would hold more than `max_events`.

    """
    if holds(state, event):
        return state
    place = bisect_left(state.events, event.order, key=lambda known: known.order)
    before, after = state.events[:place], state.events[place:]
    if is_forget(event):
        before = tuple(filter(is_forget, before))
    events = (*before, event, *after)
    if len(events) > max_events:
        raise SessionFull(state.session_id, max_events)
    return state.model_copy(update={"events": events})


def holds(state: SessionState, event: SessionEvent) -> bool:
    """Say whether folding `event` would change nothing: it is known, or forgotten."""
    forgotten = any(is_forget(known) and event.order < known.order for known in state.events)
    return (forgotten and not is_forget(event)) or any(
        known.event_id == event.event_id for known in state.events
    )


@dataclass(frozen=True, slots=True)
class History:
    """The events of a session that are in force, oldest first, and what follows from them."""

    playlist: tuple[str, ...]
    """The initial playlist, best first (P55)."""
    playback: tuple[PlaybackEvent, ...]
    intents: tuple[UnderstoodIntent, ...]
    played: frozenset[str]
    """Tracks that the listener has met in this session: none is queued again. Moving or liking
    what is still to come does not take it away."""
    current: str | None
    """The track that plays, as far as the events tell."""

    def playing_at(self, intent: UnderstoodIntent) -> str | None:
        """Return the track that an intent's "this" points at: the last one started before it."""
        before = (event for event in reversed(self.playback) if event.order < intent.order)
        return next((event.track_id for event in before if event.action == "started"), None)


def history_of(state: SessionState) -> History:
    """Read a session's state: what was undone does not count, the latest start gives the list."""
    undone = _undone(state.events)
    live = [event for event in state.events if event.event_id not in undone]
    playback = tuple(event for event in live if isinstance(event, PlaybackEvent))
    return History(
        playlist=next(_playlists(live), ()),
        playback=playback,
        intents=tuple(event for event in live if isinstance(event, UnderstoodIntent)),
        played=frozenset(
            event.track_id for event in playback if event.action not in ("moved", "liked")
        ),
        current=_current(playback),
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


def _playlists(events: list[SessionEvent]) -> Iterator[tuple[str, ...]]:
    for event in reversed(events):
        if isinstance(event, SessionCommand) and event.command == "start":
            yield event.playlist


def _current(playback: tuple[PlaybackEvent, ...]) -> str | None:
    """Return the track that last made a sound, unless it was left since."""
    left = set()
    for event in reversed(playback):
        if event.action in ("skipped", "completed", "removed", "disliked"):
            left.add(event.track_id)
        if event.action in ("started", "progressed"):
            return None if event.track_id in left else event.track_id
    return None
