"""What a worker would say to a record, found out without a worker."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from ranker.config import RankerConfig
from ranker.library import Library, unit
from ranker.session import accept
from schemas import (
    ListenerEvent,
    PlaybackEvent,
    SessionCommand,
    SessionState,
    TextVector,
    TrackInfo,
    TrackVector,
    UnderstoodIntent,
    Versioned,
    unpack_vector,
)
from schemas.topics import Topic
from streams.codecs import admit


@dataclass(frozen=True, slots=True)
class Trial:
    """Does with a record what its worker does, on an empty session.

    What depends on the session itself, that it is full or its listener too fast, is not known
    here.
    """

    library: Library
    config: RankerConfig
    tolerance: timedelta
    """How far a player's clock may run ahead."""
    now: datetime

    def __call__(self, topic: Topic, record: Versioned) -> None:
        """Return where a worker would take the record.

        Raises
        ------
        FromTheFuture, UnknownTrack, UnfitVector
            It would not.

        """
        if isinstance(record, ListenerEvent):
            admit(record, topic.key_of(record), self.now, self.tolerance)
        match record:
            case PlaybackEvent() | SessionCommand() | UnderstoodIntent():
                empty = SessionState(listener_id=record.listener_id, session_id=record.session_id)
                accept(empty, record, self.library, self.config)
            case TrackVector() | TextVector() if record.space == self.library.space:
                values = np.array(unpack_vector(record.vector), np.float32)
                unit(values, self.library.dimension, repr(record.key))


def library_of_names(track_ids: Iterable[str], dimension: int, space: str) -> Library:
    """Return a library that knows which tracks there are, and not where they lie."""
    anywhere = np.eye(1, dimension, dtype=np.float32)[0]
    return Library.of(((t, anywhere, TrackInfo(title=t)) for t in track_ids), dimension, space)
