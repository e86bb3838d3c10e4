"""A folder of music -> the vector topics: what `upnext index` does."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from embedder.batch import Broken, Embedded, Outcome, Skipped, embed_folder
from embedder.folder import MusicFile
from embedder.space import Space
from schemas import TextVector, TrackVector, pack_vector
from schemas.topics import TEXT_VECTORS, TRACK_VECTORS
from streams.client import Publisher
from streams.compacted import read_all


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


def index_files(files: Iterable[MusicFile], space: Space, bootstrap: str) -> Iterator[Outcome]:
    """Embed what is new among the files, publish it, and say file by file what was done.

    Each vector is with the broker before the next file begins: whatever interrupts the run, the
    next one goes on from there.

    Raises
    ------
    BrokerUnavailable
        The broker is away.

    """
    publisher = Publisher(bootstrap)
    _publish_vocabulary(space, publisher, bootstrap)
    known = read_all(bootstrap, TRACK_VECTORS, TrackVector)
    pairs = {(track.track_id, track.space) for track in known.values()}
    for outcome in embed_folder(files, space, pairs):
        if isinstance(outcome, Embedded):
            publisher.publish(TRACK_VECTORS, outcome.record)
        yield outcome


def _publish_vocabulary(space: Space, publisher: Publisher, bootstrap: str) -> None:
    """Publish the words that name directions, where the topic does not have them yet."""
    known = read_all(bootstrap, TEXT_VECTORS, TextVector)
    new = [w for w in space.vocabulary if w not in known or known[w].space != space.hash]
    if not new:
        return
    vectors = space.centred_text(space.encode_text(new))
    for text, vector in zip(new, vectors, strict=True):
        record = TextVector(text=text, space=space.hash, vector=pack_vector(vector.tolist()))
        publisher.send(TEXT_VECTORS, record)
    publisher.flush()
