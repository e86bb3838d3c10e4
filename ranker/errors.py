"""Everything the ranker can refuse; the event is at fault, not the process.

* RankerError
  - UnknownTrack
  - UnfitVector
  - SessionFull
  - UnfitWeights
  - UnknownWord
  - TooFewSessions
"""

from collections.abc import Sequence


class RankerError(Exception):
    """Base class of the ranker's refusals."""


class UnknownTrack(RankerError):
    """No vector is known for a track id."""

    def __init__(self, track_id: str) -> None:
        super().__init__(f"no vector for track {track_id!r}: index it, or correct the id")
        self.track_id = track_id


class UnknownWord(RankerError):
    """A space has no such word."""

    def __init__(self, word: str, near: Sequence[str]) -> None:
        known = ", ".join(map(repr, near)) if near else "no word like it"
        super().__init__(f"the space does not know the word {word!r}; it knows {known}")
        self.word = word
        self.near = tuple(near)


class UnfitVector(RankerError):
    """A vector cannot be used: wrong dimension, zero length, or not finite."""


class SessionFull(RankerError):
    """A session has as many events as it may hold."""

    def __init__(self, session_id: str, limit: int) -> None:
        super().__init__(
            f"session {session_id!r} holds {limit} events, the most it may: start a new session"
        )
        self.session_id = session_id


class UnfitWeights(RankerError):
    """A file of weights is none of a sequence model."""


class TooFewSessions(RankerError):
    """Recorded sessions do not suffice to train on, to choose by and to judge by."""

    def __init__(self, sessions: int) -> None:
        super().__init__(
            f"{sessions} sessions with acts cannot be parted into some to learn from, some to "
            "choose by and some to judge by: record more, at least some twenty"
        )
        self.sessions = sessions
