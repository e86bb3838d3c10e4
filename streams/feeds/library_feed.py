"""The library of a ranking worker: what is in `track-vectors`, as columns."""

import numpy as np

from ranker.library import Array, Library, unit
from schemas import TrackInfo, TrackVector, unpack_vector
from streams.feeds.track_feed import TrackFeed
from streams.metrics import LIBRARY_TRACKS


class LibraryFeed(TrackFeed):
    """Follows the tracks of a space; `library` is always a whole snapshot."""

    def __init__(self, bootstrap: str, *, space: str, dimension: int) -> None:
        super().__init__(bootstrap, space=space)
        self._dimension = dimension
        self._tracks: dict[str, tuple[Array, TrackInfo]] = {}
        self._library = Library.of((), dimension, space)

    @property
    def library(self) -> Library:
        """The newest snapshot."""
        return self._library

    def _keep(self, track: TrackVector) -> None:
        values = np.array(unpack_vector(track.vector), np.float32)
        vector = unit(values, self._dimension, f"track {track.track_id!r}")
        self._tracks[track.track_id] = vector, track.info

    def _drop(self, track_id: str) -> bool:
        return self._tracks.pop(track_id, None) is not None

    def _loaded_text(self) -> str:
        return f"library loaded: {len(self._library)} tracks"

    def _publish(self) -> None:
        tracks = ((t, vector, info) for t, (vector, info) in self._tracks.items())
        self._library = Library.of(tracks, self._dimension, self._space)
        LIBRARY_TRACKS.set(len(self._library))
