"""What keeps the queues of a sessions worker from being as good as they could be."""

from collections.abc import Iterator

from schemas.updates import Degraded
from streams.feeds.track_feed import TrackFeed
from streams.feeds.words_watch import WordsWatch


class Degradation:
    """Says, for a partition of listeners, what is not as it should be now."""

    def __init__(self, tracks: TrackFeed, words: WordsWatch) -> None:
        self._tracks = tracks
        self._words = words

    def __call__(self, partition: int) -> Iterator[Degraded]:
        """Yield the reasons; cheap, for it is asked with every update."""
        if self._tracks.is_stale:
            yield "library-stale"
        if self._words.is_waiting(partition):
            yield "words-waiting"
