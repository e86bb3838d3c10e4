"""The tracks that can be ranked: ids, vectors and what is known of them, as columns."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ranker.errors import UnfitVector, UnknownTrack
from schemas import TrackFilter, TrackInfo

Array = NDArray[np.float32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Library:
    """An immutable snapshot of the catalogue in one space.

    Sorted by track id, so that equal catalogues rank equally however they were loaded. Changing
    a track makes a new snapshot; that costs one copy of the matrix.
    """

    track_ids: tuple[str, ...]
    vectors: Array
    """(n, d) float32, rows centred and of unit length."""
    infos: tuple[TrackInfo, ...]
    space: str
    """Hash of the space that all vectors are of: words of another one mean nothing here."""
    rows: Mapping[str, int]
    """Row of each track id."""

    @classmethod
    def of(cls, tracks: Iterable[tuple[str, Array, TrackInfo]], dimension: int, space: str) -> Self:
        """Build a library from (track id, vector, info); the last of equal ids wins.

        Raises
        ------
        UnfitVector
            A vector is not (dimension,), not finite, or has no length.

        """
        known = {track_id: (vector, info) for track_id, vector, info in tracks}
        track_ids = tuple(sorted(known))
        vectors = np.empty((len(track_ids), dimension), np.float32)
        for row, track_id in enumerate(track_ids):
            vectors[row] = unit(known[track_id][0], dimension, f"track {track_id!r}")
        vectors.flags.writeable = False
        infos = tuple(known[track_id][1] for track_id in track_ids)
        rows = {track_id: row for row, track_id in enumerate(track_ids)}
        return cls(track_ids, vectors, infos, space, rows)

    def __len__(self) -> int:
        return len(self.track_ids)

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self.vectors.shape[1])

    def row(self, track_id: str) -> int:
        """Return the row of a track.

        Raises
        ------
        UnknownTrack
            The library has no such track.

        """
        try:
            return self.rows[track_id]
        except KeyError:
            raise UnknownTrack(track_id) from None

    def stack(self, track_ids: Sequence[str]) -> Array:
        """Return the vectors of tracks as rows: (len(track_ids), d).

        Raises
        ------
        UnknownTrack
            The library lacks one of them.

        """
        try:
            rows = [self.rows[track_id] for track_id in track_ids]
        except KeyError as error:
            raise UnknownTrack(error.args[0]) from None
        return self.vectors[rows]

    def title(self, track_id: str) -> str:
        """Return the title of a track; raises UnknownTrack."""
        return self.infos[self.row(track_id)].title

    def where(self, condition: TrackFilter) -> Mask:
        """Return which tracks meet a condition, (n,); O(n), the columns are made once."""
        if condition.any_of:
            wanted = {text.casefold() for text in condition.any_of}
            return np.array([text in wanted for text in self._texts[condition.field]], bool)
        numbers = self._numbers[condition.field]
        low = -np.inf if condition.at_least is None else condition.at_least
        high = np.inf if condition.at_most is None else condition.at_most
        return (numbers >= low) & (numbers <= high)  # NaN, what a track does not tell, is neither

    @cached_property
    def artists(self) -> tuple[str | None, ...]:
        """The artist of each track, in lower case; None where no tag tells."""
        return tuple(self._texts["artist"])

    @cached_property
    def genres(self) -> tuple[str | None, ...]:
        """The genre of each track, in lower case; None where no tag tells."""
        return tuple(self._texts["genre"])

    @cached_property
    def _texts(self) -> Mapping[str, Sequence[str | None]]:
        columns: dict[str, Sequence[str | None]] = {
            field: [_folded(getattr(info, field)) for info in self.infos]
            for field in ("title", "artist", "album", "genre")
        }
        return columns | {"track_id": [track_id.casefold() for track_id in self.track_ids]}

    @cached_property
    def _numbers(self) -> Mapping[str, NDArray[np.float64]]:
        return {
            field: np.array([getattr(info, field) or np.nan for info in self.infos], np.float64)
            for field in ("year", "bpm", "duration_seconds")
        }


def _folded(text: str | None) -> str | None:
    return text.casefold() if text else None


def unit(vector: Array, dimension: int, of_what: str) -> Array:
    """Return a vector scaled to length one.

    Raises
    ------
    UnfitVector
        It is not (dimension,), not finite, or has no length.

    """
    if vector.shape != (dimension,):
        raise UnfitVector(f"the vector of {of_what} is {vector.shape}, not ({dimension},)")
    length = float(np.linalg.norm(vector))
    if not (np.isfinite(length) and length > 1e-6):
        raise UnfitVector(f"the vector of {of_what} has length {length}")
    return np.asarray(vector / np.float32(length), np.float32)
