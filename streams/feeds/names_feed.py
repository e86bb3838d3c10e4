"""The catalogue's names, as a words worker looks them up: what is in `track-vectors`."""

from collections.abc import Collection

from ranker.language.names import Names
from schemas import TrackInfo, TrackVector
from streams.feeds.track_feed import TrackFeed


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

    def _keep(self, track: TrackVector) -> None:
        self._infos[track.track_id] = track.info

    def _drop(self, track_id: str) -> bool:
        return self._infos.pop(track_id, None) is not None

    def _loaded_text(self) -> str:
        return f"names loaded: {len(self._names)}, of {len(self._infos)} tracks"

    def _publish(self) -> None:
        self._names = Names.of(self._infos.values(), self._plain)
