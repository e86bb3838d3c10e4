"""The prior that each session starts from, fitted once and not on every event of it."""

from collections import OrderedDict

from ranker.config import RankerConfig
from ranker.library import Library
from ranker.listener import Background, background_of
from schemas import SessionState
from schemas.listener import ListenerState
from streams.work.tables import session_key

KEPT = 4_000
"""Sessions whose prior is kept, a kilobyte each; the one asked for longest ago goes first."""


class Backgrounds:
    """Fits and keeps priors: a fit costs as much as a ranking, and moves only with its inputs."""

    def __init__(self, config: RankerConfig) -> None:
        self._config = config
        self._kept: OrderedDict[str, tuple[tuple[object, ...], Background]] = OrderedDict()

    def of(self, listener: ListenerState, session: SessionState, library: Library) -> Background:
        """Return what `session`, of at least one event, starts from."""
        key = session_key(session)
        inputs = (listener.sessions, library, session.events[0].occurred_at)
        known = self._kept.pop(key, None)
        if known is None or not _same(known[0], inputs):
            known = inputs, background_of(listener, session, library, self._config)
        self._kept[key] = known
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return known[1]

    def drop(self, listener_id: str) -> None:
        """Forget the priors of a listener's sessions; O(n) for the n that are kept."""
        prefix = f"{listener_id}|"
        for key in [key for key in self._kept if key.startswith(prefix)]:
            del self._kept[key]


def _same(one: tuple[object, ...], other: tuple[object, ...]) -> bool:
    """Compare the library by identity: it has no other, and a new one is another object."""
    return one[0] == other[0] and one[1] is other[1] and one[2] == other[2]
