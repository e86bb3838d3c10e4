"""The whole ranker for one event, as one pure function."""

from ranker.arrangement import arrangement_of
from ranker.candidates import gather
from ranker.config import RankerConfig
from ranker.examples import examples_of
from ranker.group import Group, histories_by_member
from ranker.history import History, fold, history_of
from ranker.library import Library
from ranker.listener import Background
from ranker.models.sequence import SequenceModel
from ranker.preference import Preference, fit
from ranker.queue import Ranking
from ranker.receipts import receipt_of
from ranker.terms import Scorer
from ranker.wishes import require_fit, unheard, wishes_of
from schemas import (
    Cause,
    PlaybackEvent,
    PlaylistUpdate,
    SessionEvent,
    SessionState,
    UnderstoodIntent,
)


def step(
    state: SessionState,
    event: SessionEvent,
    library: Library,
    config: RankerConfig = RankerConfig(),
    background: Background | None = None,
    sequence: SequenceModel | None = None,
) -> tuple[SessionState, PlaylistUpdate]:
    """Fold `event` into its session and rank the queue anew (P66, P84).

    event -> history -> examples, wishes -> preference -> candidates -> queue -> update

    Queue, causes and revision depend on the set of events only: a duplicate gives the same
    ones again.

    Parameters
    ----------
    background : the listener's long-term taste, where it is known
    sequence : the model that knows how sessions go, where one was trained

    Raises
    ------
    UnknownTrack
        The library lacks the event's track.
    UnfitVector
        The event's words have vectors of another dimension.
    SessionFull
        The session holds as many events as it may.

    """
    after = accept(state, event, library, config)
    update = update_of(after, event, library, config, background, sequence)
    if receipt := receipt_of(state, after, event):
        update = update.model_copy(update={"receipt": receipt})
    return after, update


def accept(
    state: SessionState,
    event: SessionEvent,
    library: Library,
    config: RankerConfig = RankerConfig(),
) -> SessionState:
    """Return the state with `event` in it, unranked; the same state where it changes nothing.

    Whatever is accepted can be ranked: all that can be wrong with an event is found here.

    Raises
    ------
    UnknownTrack, UnfitVector, SessionFull
        See `step`.

    """
    after = fold(state, event, max_events=config.max_events)
    if after is state:
        return state
    match event:
        case PlaybackEvent():
            library.row(event.track_id)
        case UnderstoodIntent():
            require_fit(event, library)
    return after


def update_of(
    state: SessionState,
    event: SessionEvent,
    library: Library,
    config: RankerConfig,
    background: Background | None = None,
    sequence: SequenceModel | None = None,
) -> PlaylistUpdate:
    """Rank the queue of a session as it stands; `event` is only named as the cause."""
    ranking = ranking_of(state, library, config, background, sequence)
    slots, causes = ranking.queue()
    return PlaylistUpdate(
        listener_id=state.listener_id,
        session_id=state.session_id,
        revision=state.revision,
        caused_by=event.event_id,
        occurred_at=event.occurred_at,
        model=ranking.scorer.model,
        current=ranking.history.current,
        slots=slots,
        causes=causes,
        relaxed=ranking.candidates.relaxed,
        unheard=unheard(ranking.history, library),
        empty_because=ranking.candidates.empty_because,
        device=ranking.scorer.device if config.tells_device else None,
    )


def explain(
    state: SessionState,
    track_id: str,
    library: Library,
    config: RankerConfig = RankerConfig(),
    background: Background | None = None,
    sequence: SequenceModel | None = None,
) -> tuple[tuple[Cause, float], ...]:
    """Return everything that speaks for or against a track, strongest first, in log-odds.

    The contributions sum to the score that the track has, or would have, in the queue; where a
    slot names a few reasons and sums the rest, here is each event, prior and standing term.

    Raises
    ------
    UnknownTrack
        The library has no such track.

    """
    ranking = ranking_of(state, library, config, background, sequence)
    return ranking.terms(library.row(track_id))


def ranking_of(
    state: SessionState,
    library: Library,
    config: RankerConfig,
    background: Background | None = None,
    sequence: SequenceModel | None = None,
) -> Ranking:
    """Fit a session's model and gather its candidates."""
    history = history_of(state)
    background = background or Background.none(library.dimension)
    scorer = scorer_of(history, background, library, config, sequence)
    arrangement = arrangement_of(history, library.rows)
    candidates = gather(history, arrangement, scorer, library, config)
    return Ranking(candidates, history, arrangement, scorer, library, config)


def scorer_of(
    history: History,
    background: Background,
    library: Library,
    config: RankerConfig,
    sequence: SequenceModel | None = None,
) -> Scorer:
    """Fit the session's model: one, or one for each member where several act."""
    lived = histories_by_member(history)
    if not lived:
        return preference_of(history, background, library, config, sequence)
    models = tuple(
        preference_of(one, background, library, config, sequence) for one in lived.values()
    )
    return Group(tuple(lived), models, config.group_rule)


def preference_of(
    history: History,
    background: Background,
    library: Library,
    config: RankerConfig,
    sequence: SequenceModel | None = None,
) -> Preference:
    """Fit one listener's model on what the history taught."""
    # A track that has left the library since teaches nothing any more.
    examples = [e for e in examples_of(history, config) if e.track_id in library.rows]
    return fit(
        examples,
        wishes_of(history, library, config),
        background,
        library,
        config,
        switches=[at for at, _ in history.switches],
        sequence=sequence,
    )
