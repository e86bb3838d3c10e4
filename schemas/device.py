"""The part of a session's model that a player can rank with itself."""

from base64 import b64decode, b64encode
from collections.abc import Sequence
from math import isfinite
from struct import pack, unpack
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from schemas.record import Record


def pack_weights(values: Sequence[float]) -> str:
    """Return floats as base64 of little-endian single precision.

    Raises
    ------
    OverflowError
        A value is beyond single precision's 3.4e38.

    Examples
    --------
    >>> unpack_weights(pack_weights([0.5, -1.0]))
    (0.5, -1.0)

    """
    return b64encode(pack(f"<{len(values)}f", *values)).decode()


def unpack_weights(packed: str) -> tuple[float, ...]:
    """Return the floats of `pack_weights`.

    Raises
    ------
    ValueError
        Not base64, or no whole number of single-precision floats, or a value that is not finite.

    """
    raw = b64decode(packed, validate=True)
    if len(raw) % 4:
        raise ValueError(f"{len(raw)} bytes are no whole number of single-precision floats")
    values = unpack(f"<{len(raw) // 4}f", raw)
    if not all(map(isfinite, values)):
        raise ValueError("weights have a value that is not finite")
    return values


def _unpackable(packed: str) -> str:
    unpack_weights(packed)
    return packed


PackedWeights = Annotated[
    str, StringConstraints(min_length=4, max_length=22_000), AfterValidator(_unpackable)
]
"""Weights of at most 4,096 dimensions."""


class DeviceModel(Record):
    """The linear part of a session's model: what a player needs to rank before the answer comes.

    A slot's score is `weights . vector + bias + rest`, where rest is whatever else speaks for the
    track: the playlist's order, boosts, neighbours. A player that holds the tracks' vectors takes
    rest from the score once, moves the weights as the next act will, and ranks by the new sum.
    """

    weights: PackedWeights
    """(d,) little-endian float32 in base64: 512 bytes in a space of 128 dimensions."""
    bias: float
    """Added to every track's score; 0 for a model without an intercept."""
    l2: float = Field(gt=0)
    """Precision of the prior that holds the weights: an act moves them by its weight over this."""
