"""What a listener said, and what was understood of it."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from schemas.filters import TrackFilter
from schemas.record import Id, ListenerEvent, Record
from schemas.vectors import PackedVector

Operation = Literal["more", "less", "without", "only", "switch", "like", "reset"]
"""What is done with a subject; "reset" takes back what was wished before."""

Grounding = Literal["metadata", "space", "session", "none"]

Language = Annotated[str, Field(pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$", max_length=35)]
"""A language as BCP 47 has it: "en", "es-MX"."""


class Intent(ListenerEvent):
    """Words typed, spoken or chosen, on `intents` (P69-P71)."""

    text: Annotated[str, Field(min_length=1, max_length=2_000)]
    source: Literal["typed", "spoken", "chip", "compass"] = "typed"
    confidence: float = Field(default=1.0, ge=0, le=1)
    """How sure the recogniser is of a transcript; 1 for what was typed."""
    language: Language = "en"
    """Of the words; one that nobody wrote a grammar for is read as English."""


class Clause(Record):
    """One wish among the words: an operation and what it is about.

    Examples
    --------
    >>> Clause(text="no drums", operation="without", subject="drums").polarity
    -1

    """

    text: Annotated[str, Field(max_length=2_000)]
    """The words of the clause as they were said."""
    operation: Operation
    subject: Annotated[str, Field(max_length=2_000)]
    """What is to be encoded, without the words that carry the operation: 'drums'."""
    relative: bool = False
    """Whether it compares with what plays: "faster", "less busy"."""
    extreme: bool = False
    """Whether it asks for the utmost: "the fastest"."""

    @property
    def polarity(self) -> Literal[-1, 1]:
        """+1 toward the subject, -1 away from it."""
        return -1 if self.operation in ("less", "without") else 1


class UnderstoodClause(Clause):
    """A clause with what it was grounded on."""

    grounding: Grounding
    """`metadata`: the filter says it exactly, and a reset needs none; `space`: the vector
    approximates it; `session`: it points at what plays ("more like this"); `none`: not understood,
    and without effect."""
    whole: Annotated[str, Field(max_length=2_000)] = ""
    """The subject that this one is a part of: "sad Queen songs" for "queen", which tags tell, and
    for "sad", which is heard. What belongs together is demanded, and refused, together."""
    reason: Annotated[str, Field(max_length=400)] = ""
    """Why it was not grounded."""
    confidence: float = Field(default=1.0, ge=0, le=1)
    """Chance that the subject is about music and meant so; scales the clause's weight."""
    vector: PackedVector | None = None
    """The subject in the joint space, centred and normalised; absent where nothing was grounded."""
    cut: float | None = None
    """Cosine with a track's vector above which the track has the subject, where calibrated."""

    filter: TrackFilter | None = None
    """The subject as a condition on what is known of tracks."""

    @model_validator(mode="after")
    def _content_fits_the_grounding(self) -> Self:
        if (self.vector is not None) != (self.grounding == "space"):
            raise ValueError("vector goes with the grounding 'space', and only with it")
        is_condition = self.grounding == "metadata" and self.operation != "reset"
        if (self.filter is not None) != is_condition:
            raise ValueError("filter goes with the grounding 'metadata', and only with it")
        return self

    @property
    def is_switch(self) -> bool:
        """Whether the mood changes here; a switch that was not understood changes nothing."""
        return self.operation == "switch" and self.grounding != "none"


class UnderstoodIntent(ListenerEvent):
    """An intent taken apart and encoded, on `understood-intents`.

    Carries its vectors itself: a session can be refitted from its own rows, with no text tower
    and no look-up that might be missing.
    """

    text: Annotated[str, Field(min_length=1, max_length=2_000)]
    confidence: float = Field(default=1.0, ge=0, le=1)
    space: Id
    """Hash of the space that made the vectors; a worker of another space rejects the record."""
    clauses: Annotated[tuple[UnderstoodClause, ...], Field(max_length=16)]
