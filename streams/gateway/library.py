"""What is known of tracks and words: names, vectors, files, a map, and a search by words."""

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import numpy as np

from ranker.library import Array, Library
from schemas import TextVector, TrackVector, split_key, unpack_vector
from schemas.topics import TEXT_VECTORS
from streams.codecs import decode_keyed
from streams.feeds.compacted import TopicReader, key_of
from streams.feeds.library_feed import LibraryFeed
from streams.gateway.problems import Problem
from streams.letters.dead_letters import FAULTS

if TYPE_CHECKING:
    from embedder.space import Space


class Shelf(LibraryFeed):
    """Follows the tracks of a space, with the files that may be served.

    Parameters
    ----------
    folders : no file outside of them is served, whatever the catalogue says

    """

    def __init__(
        self, bootstrap: str, *, space: str, dimension: int, folders: Sequence[Path]
    ) -> None:
        super().__init__(bootstrap, space=space, dimension=dimension)
        self._folders = tuple(folder.resolve() for folder in folders)
        self._files: dict[str, Path] = {}

    def audio(self, track_id: str) -> Path | None:
        """Return a track's file, looked at anew; None where there is none to serve."""
        path = self._files.get(track_id)
        return None if path is None else served(path, self._folders)

    def has_audio(self, track_id: str) -> bool:
        """Say whether a track had a file to serve when the catalogue told of it."""
        return track_id in self._files

    def _keep(self, track: TrackVector) -> None:
        super()._keep(track)
        path = served(path_of(track.uri), self._folders)
        if path is None:
            self._files.pop(track.track_id, None)
        else:
            self._files[track.track_id] = path

    def _drop(self, track_id: str) -> bool:
        self._files.pop(track_id, None)
        return super()._drop(track_id)


def path_of(uri: str) -> Path:
    """Return the path that a track's uri names."""
    parts = urlsplit(uri)
    return Path(unquote(parts.path)) if parts.scheme == "file" else Path(uri)


def served(path: Path, folders: Sequence[Path]) -> Path | None:
    """Return a file with its links followed; None where it is none, or outside of the folders."""
    try:
        real = path.resolve(strict=True)
        inside = any(real.is_relative_to(folder) for folder in folders)
        return real if inside and real.is_file() else None
    except (OSError, ValueError):  # not there; or not a path at all
        return None


class Vocabulary:
    """The words that name directions of a space, as `text-vectors` has them."""

    def __init__(self, bootstrap: str, space: str) -> None:
        self._bootstrap = bootstrap
        self._space = space
        self._lock = threading.Lock()
        self._reader: TopicReader | None = None
        self._words: dict[str, Array] = {}

    def words(self) -> Mapping[str, Array]:
        """Return unit vectors by word; reads what has come since, so not for an event loop.

        Raises
        ------
        BrokerUnavailable
            The broker does not answer.

        """
        with self._lock:
            if self._reader is None:
                self._reader = TopicReader(self._bootstrap, TEXT_VECTORS)
            for message in self._reader.news():
                self._take(message)
            return dict(self._words)

    def close(self) -> None:
        """Let go of the connection."""
        if self._reader is not None:
            self._reader.close()

    def _take(self, message: Any) -> None:
        space, word = split_key(key_of(message))
        if space != self._space:
            return
        if message.value() is None:
            self._words.pop(word, None)
            return
        try:
            record = decode_keyed(TEXT_VECTORS, TextVector, message.key(), message.value())
        except FAULTS:
            return  # its consumer writes the dead letter
        self._words[record.text] = np.array(unpack_vector(record.vector), np.float32)


class WordSearch:
    """Finds tracks by words, with the text tower, which is loaded when it is first needed.

    Parameters
    ----------
    load : returns the space; takes seconds, once

    """

    def __init__(self, load: Callable[[], "Space"]) -> None:
        self._load = load
        self._lock = threading.Lock()

    def warm(self) -> None:
        """Load the text tower, so that the first search need not; takes seconds."""
        with self._lock, suppress(Problem):  # without a tower each search says what is missing
            _ = self._space

    def find(self, words: str, library: Library, limit: int) -> list[tuple[str, float]]:
        """Return the tracks nearest to words, with their cosines; not for an event loop.

        Raises
        ------
        Problem
            This installation has no text tower.
        embedder.errors.UnusableText
            There is nothing to be read in the words.

        """
        with self._lock:
            space = self._space
            vector = space.centred_text(space.encode_text([words]))[0]
        scores = library.vectors @ vector
        best = np.argsort(-scores, kind="stable")[:limit]
        return [(library.track_ids[row], round(float(scores[row]), 6)) for row in best]

    @cached_property
    def _space(self) -> "Space":
        try:
            return self._load()
        except ModuleNotFoundError as error:
            raise Problem(
                "no-text-tower",
                f"searching needs {error.name!r}: pip install 'upnext[embedder]'",
            ) from None


@dataclass(frozen=True, slots=True)
class Map:
    """Tracks and words in the plane, each (n, 2) in [-1, 1]."""

    track_ids: tuple[str, ...]
    tracks: Array
    words: tuple[str, ...]
    directions: Array


def map_of(library: Library, words: Mapping[str, Array]) -> Map:
    """Return the two directions in which the tracks differ most, with the words on them.

    Principal components: the same catalogue gives the same map, and a track that is added hardly
    moves the others. O(n d^2). Tracks and words are scaled each by the longest among them: in the
    joint space the words' differences are the smaller.
    """
    names = tuple(sorted(words))
    directions = np.stack([words[name] for name in names]) if names else library.vectors[:0]
    if not len(library):
        return Map((), library.vectors[:, :2], names, np.zeros((len(names), 2), np.float32))
    middle = library.vectors.mean(axis=0)
    _, axes = np.linalg.eigh(np.cov(library.vectors - middle, rowvar=False, bias=True))
    plane = axes[:, :-3:-1]  # eigh sorts upward: the last two are the widest
    plane = plane * np.where(np.abs(plane).max(0) == plane.max(0), 1, -1)  # a sign is no news
    return Map(
        library.track_ids,
        _scaled((library.vectors - middle) @ plane),
        names,
        _scaled((directions - middle) @ plane),
    )


def _scaled(points: Array) -> Array:
    longest = float(np.abs(points).max(initial=0))
    return np.asarray(points / longest if longest else points, np.float32)
