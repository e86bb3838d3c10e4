"""Bytes -> envelopes: one update of a session as the gateway sends it, whole or as a change."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, TypeAdapter
from pydantic_core import from_json

from schemas import PlaylistUpdate, Slot

EnvelopeId = Annotated[str, Field(pattern=r"^\d+-\d+$")]
"""`<revision>-<n>`: which of the session's updates it is."""


class FullEnvelope(BaseModel):
    """A whole update."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["full"]
    id: EnvelopeId
    revision: int
    update: PlaylistUpdate


class ChangedSlots(BaseModel):
    """The new queue, told by what differs from the old one."""

    model_config = ConfigDict(frozen=True)

    order: tuple[str, ...]
    """Track ids of the new queue, next first; what is not among them is gone."""
    changed: tuple[Slot, ...]
    """Slots that are new, or differ in more than their place."""


class DeltaEnvelope(BaseModel):
    """What has changed since the update with the id `base`."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["delta"]
    id: EnvelopeId
    revision: int
    base: EnvelopeId
    slots: ChangedSlots
    update: dict[str, JsonValue]
    """The new update without its slots."""


Envelope = FullEnvelope | DeltaEnvelope

_ENVELOPE: TypeAdapter[Envelope] = TypeAdapter(
    Annotated[FullEnvelope | DeltaEnvelope, Field(discriminator="kind")]
)


def envelope_of(data: str | bytes) -> Envelope | None:
    """Read an envelope; None for a kind of message that this version does not know.

    Fields that it does not know are passed over: a newer gateway may send them.

    Raises
    ------
    ValueError
        Not JSON, or an envelope that lacks what it must have.

    """
    message = from_json(data)
    if isinstance(message, dict) and message.get("kind") not in ("full", "delta"):
        return None
    return _ENVELOPE.validate_python(message, extra="ignore")


def whole(update: dict[str, JsonValue], slots: tuple[Slot, ...]) -> PlaylistUpdate:
    """Return a delta's update with its slots; raises ValueError where it is none."""
    return PlaylistUpdate.model_validate({**update, "slots": slots}, extra="ignore")
