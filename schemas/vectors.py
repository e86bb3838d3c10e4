"""Vectors on the wire: half-precision floats in base64, small enough to ride on an event."""

from base64 import b64decode, b64encode
from collections.abc import Sequence
from struct import pack, unpack
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from schemas.record import Id, Record, Versioned


def pack_vector(values: Sequence[float]) -> str:
    """Return floats as base64 of little-endian half precision (11 bits of mantissa).

    Raises
    ------
    OverflowError
        A value is beyond half precision's 65,504.

    Examples
    --------
    >>> unpack_vector(pack_vector([0.5, -1.0]))
    (0.5, -1.0)

    """
    return b64encode(pack(f"<{len(values)}e", *values)).decode()


def unpack_vector(packed: str) -> tuple[float, ...]:
    """Return the floats of `pack_vector`.

    Raises
    ------
    ValueError
        Not base64, or no whole number of half-precision floats, or a value that is not finite.

    """
    raw = b64decode(packed, validate=True)
    if len(raw) % 2:
        raise ValueError(f"{len(raw)} bytes are no whole number of half-precision floats")
    values = unpack(f"<{len(raw) // 2}e", raw)
    if not all(-65_504 <= value <= 65_504 for value in values):
        raise ValueError("vector has a value that is not finite")
    return values


def _unpackable(packed: str) -> str:
    unpack_vector(packed)
    return packed


PackedVector = Annotated[
    str, StringConstraints(min_length=4, max_length=11_000), AfterValidator(_unpackable)
]
"""A vector of at most 4,096 dimensions."""


class TrackInfo(Record):
    """What people know a track by; everything but the title may be missing."""

    title: Annotated[str, Field(max_length=500)]
    artist: Annotated[str, Field(max_length=500)] | None = None
    album: Annotated[str, Field(max_length=500)] | None = None
    genre: Annotated[str, Field(max_length=200)] | None = None
    year: int | None = Field(default=None, ge=1000, le=2200)
    duration_seconds: float | None = Field(default=None, gt=0)
    bpm: float | None = Field(default=None, gt=0, le=1000)
    """Beats a minute, where a tag tells."""


SpaceHash = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[\w.:@+=-]+$")]
"""What tells a space from any other; an `Id` without a slash, so that a key can be taken apart."""


class Track(Versioned):
    """An entry of the catalogue, on `catalogue-tracks`; a null value removes it."""

    track_id: Id
    info: TrackInfo
    uri: Annotated[str, Field(max_length=2_000)]
    """Where the audio is, for those who can read it: an absolute path, or a `file://` URL."""


class TrackVector(Versioned):
    """A track's place in one space, on `track-vectors`; a null value removes it."""

    track_id: Id
    info: TrackInfo
    uri: Annotated[str, Field(max_length=2_000)]
    content: Id
    """Hash of the audio file: a moved file is not embedded again."""
    space: SpaceHash
    """Hash of the space that made the vector."""
    vector: PackedVector
    """Centred by the space's audio centre and normalised."""

    @property
    def key(self) -> str:
        """What it is kept under: a track has one vector in each space."""
        return vector_key(self.space, self.track_id)


class TextVector(Versioned):
    """A word or phrase of a space's vocabulary, on `text-vectors`; a null value removes it."""

    text: Annotated[str, Field(min_length=1, max_length=200)]
    space: SpaceHash
    vector: PackedVector
    """Centred by the space's text centre and normalised."""

    @property
    def key(self) -> str:
        """What it is kept under: a word has one vector in each space."""
        return vector_key(self.space, self.text)


def vector_key(space: str, name: str) -> str:
    """Return the key of a track's or a word's vector in a space.

    The space is part of it so that compaction keeps the vectors of two spaces side by side.

    >>> vector_key("0c1f", "track-1")
    '0c1f/track-1'
    """
    return f"{space}/{name}"


def split_key(key: str) -> tuple[str, str]:
    """Return the space and the name of `vector_key`; a key of no space has an empty one.

    >>> split_key("0c1f/AC/DC"), split_key("track-1")
    (('0c1f', 'AC/DC'), ('', 'track-1'))
    """
    space, slash, name = key.partition("/")
    return (space, name) if slash else ("", key)
