"""Vectors that are kept, so that a measurement goes on where it stopped."""

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from embedder.encoders import Array
from embedder.errors import UndecodableAudio
from embedder.evaluation.excerpts import Excerpt, Part, parts_of, read_excerpt
from embedder.evaluation.subject import Subject

VECTORS = "vectors.sqlite"
"""Name of the file that vectors are kept in."""

COMMIT_EVERY = 16
"""Excerpts whose vectors a killed process may lose: half a second of work."""

LOCK_SECONDS = 60.0
"""How long one measurement waits for another that writes."""

Track = Callable[[Sequence[Excerpt], str], Iterable[Excerpt]]
"""Yields what it is given and shows how far it is; the text says what is done."""


@dataclass(frozen=True, slots=True)
class PassedOver:
    """An excerpt that could not be heard, and why."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of some excerpts."""

    vectors: Mapping[int, Array]
    """By their place: (n_parts, d)."""
    passed_over: tuple[PassedOver, ...]


class VectorStore:
    """Vectors by space, file and part, in one SQLite file; without a folder, in memory.

    A file counts as the same while its path, size and time of change are.
    """

    def __init__(self, folder: Path | None = None) -> None:
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        self._database = sqlite3.connect(folder / VECTORS if folder else ":memory:", LOCK_SECONDS)
        self._database.execute(
            "CREATE TABLE IF NOT EXISTS vectors (space TEXT, file TEXT, part TEXT, n_rows INTEGER,"
            " vectors BLOB, PRIMARY KEY (space, file, part))"
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.save()
        self._database.close()

    def get(self, space: str, excerpt: Excerpt, part: Part) -> Array | None:
        """Return the vectors kept of an excerpt, (n_parts, d), or None."""
        row = self._database.execute(
            "SELECT n_rows, vectors FROM vectors WHERE space = ? AND file = ? AND part = ?",
            (space, *_key(excerpt, part)),
        ).fetchone()
        return None if row is None else np.frombuffer(row[1], np.float32).reshape(row[0], -1)

    def put(self, space: str, excerpt: Excerpt, part: Part, vectors: Array) -> None:
        """Keep the vectors of an excerpt; they are on disk after `save`."""
        content = np.ascontiguousarray(vectors, np.float32).tobytes()
        self._database.execute(
            "INSERT OR REPLACE INTO vectors VALUES (?, ?, ?, ?, ?)",
            (space, *_key(excerpt, part), len(vectors), content),
        )

    def save(self) -> None:
        """Write to disk what was put."""
        self._database.commit()


def hear(
    subject: Subject, excerpts: Sequence[Excerpt], part: Part, store: VectorStore, track: Track
) -> Heard:
    """Embed excerpts, or take the vectors that are kept of them.

    Interrupted at any time (Ctrl-C too), it keeps what it has; called again, it goes on. What
    cannot be decoded is passed over, and tried again the next time.
    """
    vectors: dict[int, Array] = {}
    passed_over: list[PassedOver] = []
    try:
        for place, excerpt in enumerate(track(excerpts, f"{subject.name}: {part}")):
            try:
                vectors[place] = _hear(subject, excerpt, part, store)
            except UndecodableAudio as error:
                passed_over.append(PassedOver(excerpt.path, error.reason))
            if place % COMMIT_EVERY == 0:
                store.save()
    finally:
        store.save()
    return Heard(vectors, tuple(passed_over))


def _hear(subject: Subject, excerpt: Excerpt, part: Part, store: VectorStore) -> Array:
    known = store.get(subject.hash, excerpt, part)
    if known is not None:
        return known
    windows = read_excerpt(excerpt, subject.framing)
    parts = parts_of(windows, part, subject.framing)
    vectors = np.stack([subject.encode_windows(one) for one in parts])
    store.put(subject.hash, excerpt, part, vectors)
    return vectors


def _key(excerpt: Excerpt, part: Part) -> tuple[str, str]:
    path = excerpt.path.absolute()
    try:
        status = path.stat()
    except OSError:
        return str(path), part
    file = f"{path} {status.st_size} {status.st_mtime_ns}"
    if excerpt.end_seconds is None:
        return file, part
    return file, f"{part} {excerpt.start_seconds:g}-{excerpt.end_seconds:g}"
