"""The time machine: the queue of any session after any event, under any policy, as often as asked.

A queue is a function of the events so far, the library and the configuration: nothing else goes
in, so a replay gives the same bytes, and two policies can be held against each other on one log.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from ranker.config import RankerConfig
from ranker.errors import RankerError
from ranker.history import fold
from ranker.library import Library
from ranker.listener import background_of, follow
from ranker.models.sequence import SequenceModel
from ranker.session import step
from schemas import PlaylistUpdate, SessionEvent, SessionState
from schemas.listener import ListenerState


@dataclass(frozen=True, slots=True)
class Refused:
    """An event that the ranker refused; the session stays as it was."""

    event: SessionEvent
    reason: str


def replay(
    events: Iterable[SessionEvent],
    library: Library,
    config: RankerConfig = RankerConfig(),
    sequence: SequenceModel | None = None,
) -> Iterator[PlaylistUpdate | Refused]:
    """Yield what each event gave, in the order of the log, whichever sessions it speaks of."""
    sessions: dict[tuple[str, str], SessionState] = {}
    listeners: dict[str, ListenerState] = {}
    for event in events:
        key = (event.listener_id, event.session_id)
        listener_id, session_id = key
        session = sessions.get(key) or SessionState(listener_id=listener_id, session_id=session_id)
        listener = listeners.get(listener_id) or ListenerState(listener_id=listener_id)
        try:
            after = fold(session, event, max_events=config.max_events)
            listener = follow(listener, after, partial(_find, sessions, listener_id), config)
            background = background_of(listener, after, library, config)
            sessions[key], update = step(session, event, library, config, background, sequence)
        except RankerError as error:
            yield Refused(event, str(error))
            continue
        listeners[listener_id] = listener
        yield update


def _find(
    sessions: Mapping[tuple[str, str], SessionState], listener_id: str, session_id: str
) -> SessionState | None:
    return sessions.get((listener_id, session_id))


@dataclass(frozen=True, slots=True)
class Difference:
    """How two queues differ."""

    shared: float
    """Share of the first `depth` tracks that both have, in [0, 1]."""
    tau: float
    """Kendall's rank correlation of the tracks both have, in [-1, 1]; 1 where there are none."""
    entered: tuple[str, ...]
    """Tracks among the first `depth` of the second only."""
    left: tuple[str, ...]
    """Tracks among the first `depth` of the first only."""


def difference(one: PlaylistUpdate, other: PlaylistUpdate, depth: int = 10) -> Difference:
    """Compare two queues; O(n^2) for the n tracks they share."""
    first = [slot.track_id for slot in one.slots]
    second = [slot.track_id for slot in other.slots]
    top, other_top = first[:depth], second[:depth]
    longest = max(len(top), len(other_top))
    common = [track for track in top if track in other_top]
    return Difference(
        shared=len(common) / longest if longest else 1.0,
        tau=kendall_tau(first, second),
        entered=tuple(track for track in other_top if track not in top),
        left=tuple(track for track in top if track not in other_top),
    )


def kendall_tau(one: list[str], other: list[str]) -> float:
    """Return Kendall's tau over the tracks both orders have.

    >>> kendall_tau(["a", "b", "c"], ["a", "c", "b"])
    0.3333333333333333
    """
    place = {track: rank for rank, track in enumerate(other)}
    ranks = [place[track] for track in one if track in place]
    pairs = len(ranks) * (len(ranks) - 1) // 2
    if not pairs:
        return 1.0
    agreeing = sum(
        earlier < later for index, earlier in enumerate(ranks) for later in ranks[index + 1 :]
    )
    return (2 * agreeing - pairs) / pairs
