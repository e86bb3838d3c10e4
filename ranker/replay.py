"""The time machine: the queue of any session after any event, under any policy, as often as asked.

A queue is a function of the events so far, the library and the configuration: nothing else goes
in, so a replay gives the same bytes, and two policies can be held against each other on one log.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from ranker.config import RankerConfig
from ranker.depth import depth_of
from ranker.errors import RankerError
from ranker.group import histories_by_member
from ranker.history import History, history_of
from ranker.library import Library
from ranker.listener import Background, background_of, follow
from ranker.models.sequence import SequenceModel
from ranker.preference import Preference
from ranker.session import accept, preference_of, step
from schemas import PlaylistUpdate, SessionEvent, SessionState
from schemas.listener import ListenerState
from schemas.updates import Model


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
    tape = Tape(library, config, sequence)
    for event in events:
        try:
            yield tape.play(event)
        except RankerError as error:
            yield Refused(event, str(error))


class Tape:
    """The sessions of a log as they stand after the events so far, and what their models know.

    Parameters
    ----------
    library : what all sessions rank
    config : the policy
    sequence : the model that knows how sessions go, where one was trained

    """

    def __init__(
        self,
        library: Library,
        config: RankerConfig = RankerConfig(),
        sequence: SequenceModel | None = None,
    ) -> None:
        self._library = library
        self._config = config
        self._sequence = sequence
        self._sessions: dict[tuple[str, str], SessionState] = {}
        self._listeners: dict[str, ListenerState] = {}

    def session(self, listener_id: str, session_id: str) -> SessionState:
        """Return a session as it stands; of no event so far, an empty one."""
        known = self._sessions.get((listener_id, session_id))
        return known or SessionState(listener_id=listener_id, session_id=session_id)

    def accept(self, event: SessionEvent) -> None:
        """Fold an event into its session and its listener, unranked.

        Raises
        ------
        RankerError
            The event is refused; everything stays as it was.

        """
        before = self.session(event.listener_id, event.session_id)
        after = accept(before, event, self._library, self._config)
        listener = self._listeners.get(event.listener_id)
        listener = listener or ListenerState(listener_id=event.listener_id)
        find = partial(self._find, event.listener_id)
        self._listeners[event.listener_id] = follow(
            listener, after, find, self._config, model_of=self._model_of
        )
        self._sessions[event.listener_id, event.session_id] = after

    def play(self, event: SessionEvent) -> PlaylistUpdate:
        """Fold an event and rank its session; raises RankerError as `accept` does."""
        before = self.session(event.listener_id, event.session_id)
        self.accept(event)
        background = self._background(self.session(event.listener_id, event.session_id))
        _, update = step(before, event, self._library, self._config, background, self._sequence)
        return update

    def preferences(self, listener_id: str, session_id: str) -> dict[str | None, Preference]:
        """Return the models of a session that had an event, by member; of one listener, by None."""
        session = self.session(listener_id, session_id)
        background = self._background(session)
        history = history_of(session)
        lived: dict[str | None, History] = dict(histories_by_member(history).items())
        return {
            member: preference_of(one, background, self._library, self._config, self._sequence)
            for member, one in (lived or {None: history}).items()
        }

    def _background(self, session: SessionState) -> Background:
        listener = self._listeners[session.listener_id]
        return background_of(listener, session, self._library, self._config)

    def _model_of(self, session: SessionState) -> Model:
        return depth_of(session, self._library, self._config, self._sequence)

    def _find(self, listener_id: str, session_id: str) -> SessionState | None:
        return self._sessions.get((listener_id, session_id))


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
