"""A folder of music -> the vector topics: what `upnext index` does."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from embedder.batch import Broken, Embedded, Outcome, Skipped, embed_folder
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
    next one goes on from there. What is known comes first.

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
    words = _new_words(manifest, bootstrap)
    known, new = _parted(files, manifest, bootstrap)
    yield from map(Skipped, known)
    if not (new or words):
        return
    space = load()
    _publish_words(words, space, publisher)
    for outcome in embed_folder(new, space):
        if isinstance(outcome, Embedded):
            publisher.publish(TRACK_VECTORS, outcome.record)
        yield outcome


def _parted(
    files: Iterable[MusicFile], manifest: Manifest, bootstrap: str
) -> tuple[list[MusicFile], list[MusicFile]]:
    """Return the files that have a vector of this space, and those that have none."""
    vectors = read_all(bootstrap, TRACK_VECTORS, TrackVector).values()
    there = {vector.track_id for vector in vectors if vector.space == manifest.hash}
    known: list[MusicFile] = []
    new: list[MusicFile] = []
    for file in files:
        (known if file.track_id in there else new).append(file)
    return known, new


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
