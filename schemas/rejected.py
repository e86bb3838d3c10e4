"""An event that could not be used, with the way back."""

from typing import Annotated, Literal

from pydantic import Field

from schemas.record import UtcTime, Versioned

MAX_KEPT_BYTES = 65_536
"""How much of a rejected value is kept: enough to repair any legal event."""


class RejectedEvent(Versioned):
    """A dead letter, on `rejected-events`: what came, from where, and what was wrong with it."""

    reason: Annotated[str, Field(max_length=2_000)]
    error: Annotated[str, Field(max_length=100)]
    """Class of the error: 'UnknownTrack', 'ValidationError', ..."""
    topic: str
    partition: int = Field(ge=0)
    offset: int = Field(ge=0)
    rejected_at: UtcTime
    value: str | None
    """The value as base64, cut at `MAX_KEPT_BYTES`; None for a null value."""
    size_bytes: int = Field(ge=0)
    """Length of the value as it came."""
    kept: Literal["whole", "cut"] = "whole"
