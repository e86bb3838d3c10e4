"""The catalogue's names, as a words worker looks them up: what is in `track-vectors`."""

import logging
from collections.abc import Collection

from ranker.language.names import Names
from schemas import TrackInfo, TrackVector
from streams.feeds.track_feed import TrackFeed

log = logging.getLogger(__name__)


class NamesFeed(TrackFeed):
    """Follows the tracks of a space; `names` is always a whole snapshot. No vector is kept."""

    def __init__(self, bootstrap: str, *, space: str, plain: Collection[str]) -> None:
        super().__init__(bootstrap, space=space)
        self._plain = plain
        self._infos: dict[str, TrackInfo] = {}
        self._names = Names.of((), plain)

    @property
    def names(self) -> Names:
        """The newest snapshot."""
        return self._names

    def start(self) -> None:
        """Begin, and return when all that was in the topic at the start is among the names.

        Raises
        ------
        BrokerUnavailable
            The topic could not be read in time.

        """
        super().start()
        log.info("names loaded: %d, of %d tracks", len(self._names), len(self._infos))

    def _keep(self, track: TrackVector) -> None:
        self._infos[track.track_id] = track.info

    def _drop(self, track_id: str) -> bool:
        return self._infos.pop(track_id, None) is not None

    def _publish(self) -> None:
        self._names = Names.of(self._infos.values(), self._plain)
