"""The whole ranker for one event, as one pure function."""

from ranker.candidates import gather
from ranker.config import RankerConfig
from ranker.examples import examples_of
from ranker.history import fold, history_of, holds
from ranker.library import Library
from ranker.preference import fit
from ranker.queue import rank
from ranker.wishes import unheard, wishes_of
from schemas import PlaybackEvent, PlaylistUpdate, SessionEvent, SessionState


def step(
    state: SessionState,
    event: SessionEvent,
    library: Library,
    config: RankerConfig = RankerConfig(),
) -> tuple[SessionState, PlaylistUpdate]:
    """Fold `event` into its session and rank the queue anew (P66, P84).

    event -> history -> examples, wishes -> preference -> candidates -> queue -> update

    Queue, causes and revision depend on the set of events only: a duplicate gives the same
    ones again.

    Raises
    ------
    UnknownTrack
        The library lacks the event's track.
    UnfitVector
        The event's words have vectors of another dimension.
    SessionFull
        The session holds as many events as it may.

    """
    if isinstance(event, PlaybackEvent) and not holds(state, event):
        library.row(event.track_id)
    state = fold(state, event, max_events=config.max_events)
    return state, update_of(state, event, library, config)


def update_of(
    state: SessionState, event: SessionEvent, library: Library, config: RankerConfig
) -> PlaylistUpdate:
    """Rank the queue of a session as it stands; `event` is only named as the cause."""
    history = history_of(state)
    # A track that has left the library since teaches nothing any more.
    examples = [e for e in examples_of(history, config) if e.track_id in library.rows]
    preference = fit(examples, wishes_of(history, library, config), library, config)
    candidates = gather(history, preference, library, config)
    slots, causes = rank(candidates, history, preference, library, config)
    return PlaylistUpdate(
        listener_id=state.listener_id,
        session_id=state.session_id,
        revision=state.revision,
        caused_by=event.event_id,
        occurred_at=event.occurred_at,
        model=preference.model,
        current=history.current,
        slots=slots,
        causes=causes,
        relaxed=candidates.relaxed,
        unheard=unheard(history, library),
    )
