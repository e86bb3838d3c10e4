"""One track of the catalogue -> its vector record, or the reason why it has none."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from embedder.errors import UndecodableAudio, UnreachableAudio
from embedder.folder import content_hash
from embedder.place import audio_path
from schemas.vectors import Track, TrackVector, pack_vector

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
    """A track with its record, ready to publish."""

    track: Track
    record: TrackVector


@dataclass(frozen=True, slots=True)
class Moved:
    """A track whose audio was embedded before: the same vector, with its new place and tags."""

    track: Track
    record: TrackVector


@dataclass(frozen=True, slots=True)
class Known:
    """A track whose vector is there, and says what the catalogue says."""

    track: Track


@dataclass(frozen=True, slots=True)
class Broken:
    """A track that cannot be embedded here, and why."""

    track: Track
    error: UndecodableAudio | UnreachableAudio


Outcome = Embedded | Moved | Known | Broken


def embed_track(track: Track, space: AudioSpace, known: TrackVector | None = None) -> Outcome:
    """Embed one track of the catalogue, unless its audio was embedded before.

    Reads the file twice: for its content hash, about a second per gigabyte, and for its windows.
    Equal files give equal bytes, whatever is embedded beside them. Safe to call from threads.

    Parameters
    ----------
    known : the track's vector in this space, where it has one

    """
    if known is not None and is_current(track, known):
        return Known(track)
    try:
        path = audio_path(track.uri)
        content = _content(path)
        if known is not None and known.content == content:
            return Moved(track, known.model_copy(update={"info": track.info, "uri": track.uri}))
        vector = space.centred_audio(space.encode_audio([path]))[0]
    except (UndecodableAudio, UnreachableAudio) as error:
        return Broken(track, error)
    record = TrackVector(
        track_id=track.track_id,
        info=track.info,
        uri=track.uri,
        content=content,
        space=space.hash,
        vector=pack_vector(vector.tolist()),
    )
    return Embedded(track, record)


def is_current(track: Track, vector: TrackVector) -> bool:
    """Say whether a vector was made for the track as the catalogue has it now."""
    return (track.uri, track.info) == (vector.uri, vector.info)


def _content(path: Path) -> str:
    try:
        return content_hash(path)
    except OSError as error:
        raise UnreachableAudio(path, error.strerror or str(error)) from None
