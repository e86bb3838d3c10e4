"""Tracks of a folder -> records for `track-vectors`: resumable, and no broken file stops it."""

from collections import deque
from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from embedder.errors import UndecodableAudio
from embedder.folder import MusicFile
from schemas.vectors import TrackVector, pack_vector

AHEAD = 2
"""Files in work for each job: enough to keep all busy while the results are yielded in order."""

Array = NDArray[np.float32]


class AudioSpace(Protocol):
    """What the batch needs of an `embedder.space.Space`."""

    @property
    def hash(self) -> str:
        """What every vector of this space is marked with."""
        ...

    def encode_audio(self, sources: Iterable[Path], /) -> Array:
        """Return a unit vector for each file, (n, dimension); raise `UndecodableAudio`."""
        ...

    def centred_audio(self, vectors: Array, /) -> Array:
        """Return audio vectors without what all audio shares, unit rows."""
        ...


@dataclass(frozen=True, slots=True)
class Embedded:
    """A track with its record, ready to publish under its `track_id`."""

    file: MusicFile
    record: TrackVector


@dataclass(frozen=True, slots=True)
class Skipped:
    """A track that has a vector of this space already."""

    file: MusicFile


@dataclass(frozen=True, slots=True)
class Broken:
    """A file that holds no music we can read, and why."""

    path: Path
    reason: str


Outcome = Embedded | Skipped | Broken


def embed_folder(
    files: Iterable[MusicFile],
    space: AudioSpace,
    known: Collection[tuple[str, str]] = frozenset(),
    *,
    jobs: int = 1,
) -> Iterator[Outcome]:
    """Yield what became of each file, in the order of the files, whatever the number of jobs.

    Lazy: each outcome is there as soon as the file is done, at most ``2 * jobs`` files are taken
    before, and stopping (Ctrl-C, or closing the generator) loses none that was yielded. Run
    again with those in `known`, it goes on where it stopped.

    Parameters
    ----------
    files : as `embedder.folder.identify` finds them
    space : the space to embed in; called from `jobs` threads
    known : (track_id, space hash) of the vectors there are; a set, for it is asked for each file
    jobs : threads, at least 1

    """
    if jobs < 1:
        raise ValueError(f"jobs is {jobs}, at least 1 is needed")
    workers = ThreadPoolExecutor(jobs, thread_name_prefix="embed")
    waiting: deque[Future[Outcome]] = deque()
    try:
        for file in files:
            waiting.append(workers.submit(_outcome, file, space, known))
            if len(waiting) >= AHEAD * jobs:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        workers.shutdown(wait=True, cancel_futures=True)


def _outcome(file: MusicFile, space: AudioSpace, known: Collection[tuple[str, str]]) -> Outcome:
    if (file.track_id, space.hash) in known:
        return Skipped(file)
    try:
        vector = space.centred_audio(space.encode_audio([file.path]))[0]
    except UndecodableAudio as error:
        return Broken(file.path, error.reason)
    return Embedded(file, _record(file, space.hash, vector))


def _record(file: MusicFile, space: str, vector: Array) -> TrackVector:
    return TrackVector(
        track_id=file.track_id,
        info=file.info,
        uri=str(file.path),
        content=file.content,
        space=space,
        vector=pack_vector(vector.tolist()),
    )
