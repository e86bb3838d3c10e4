"""A folder of music -> the vector topics: what `upnext index` does."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from embedder.batch import Array, Broken, Embedded, Outcome, Skipped, embed_folder
from embedder.folder import MusicFile
from embedder.manifest import Manifest
from schemas import TextVector, TrackVector, pack_vector
from schemas.topics import TEXT_VECTORS, TRACK_VECTORS
from streams.client import Publisher
from streams.compacted import read_all

if TYPE_CHECKING:  # its libraries take seconds to load, and may not be needed
    from embedder.space import Space


@dataclass(frozen=True, slots=True)
class Indexed:
    """What became of a folder's files."""

    embedded: int = 0
    skipped: int = 0
    broken: tuple[Broken, ...] = ()

    def plus(self, outcome: Outcome) -> "Indexed":
        """Return the count with one more file."""
        match outcome:
            case Embedded():
                return Indexed(self.embedded + 1, self.skipped, self.broken)
            case Skipped():
                return Indexed(self.embedded, self.skipped + 1, self.broken)
            case Broken():
                return Indexed(self.embedded, self.skipped, (*self.broken, outcome))


def index_files(
    files: Iterable[MusicFile], manifest: Manifest, load: Callable[[], "Space"], bootstrap: str
) -> Iterator[Outcome]:
    """Embed what is new among the files, publish it, and say file by file what was done.

    Each vector is with the broker before the next file begins: whatever interrupts the run, the
    next one goes on from there.

    Parameters
    ----------
    manifest : of the space to embed in
    load : loads that space; called only if there is something to embed, for it takes seconds

    Raises
    ------
    BrokerUnavailable
        The broker is away.

    """
    publisher = Publisher(bootstrap)
    space = _OnDemand(manifest.hash, load)
    if words := _new_words(manifest, bootstrap):
        _publish_words(words, space.loaded, publisher)
    vectors = read_all(bootstrap, TRACK_VECTORS, TrackVector).values()
    known = {(vector.track_id, vector.space) for vector in vectors}
    for outcome in embed_folder(files, space, known):
        if isinstance(outcome, Embedded):
            publisher.publish(TRACK_VECTORS, outcome.record)
        yield outcome


class _OnDemand:
    """A space that is loaded when the first file is embedded; its hash is known before."""

    def __init__(self, hash: str, load: Callable[[], "Space"]) -> None:
        self.hash = hash
        self._load = load

    @cached_property
    def loaded(self) -> "Space":
        return self._load()

    def encode_audio(self, sources: Iterable[Path], /) -> Array:
        return self.loaded.encode_audio(sources)

    def centred_audio(self, vectors: Array, /) -> Array:
        return self.loaded.centred_audio(vectors)


def _new_words(manifest: Manifest, bootstrap: str) -> list[str]:
    """Return the words that name directions and are not in their topic yet."""
    texts = read_all(bootstrap, TEXT_VECTORS, TextVector).values()
    there = {text.text for text in texts if text.space == manifest.hash}
    return [word for word in manifest.vocabulary if word not in there]


def _publish_words(words: Sequence[str], space: "Space", publisher: Publisher) -> None:
    vectors = space.centred_text(space.encode_text(words))
    for text, vector in zip(words, vectors, strict=True):
        record = TextVector(text=text, space=space.hash, vector=pack_vector(vector.tolist()))
        publisher.send(TEXT_VECTORS, record)
    publisher.flush()
