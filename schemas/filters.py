"""Conditions on what is known of a track, and the rules that a session's queue keeps."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from schemas.record import Record

TextField = Literal["track_id", "title", "artist", "album", "genre"]
NumberField = Literal["year", "bpm", "duration_seconds"]

Texts = Annotated[
    tuple[Annotated[str, Field(min_length=1, max_length=500)], ...], Field(max_length=100)
]


class TrackFilter(Record):
    """A condition on one field of a track. What the track does not tell is not met.

    Examples
    --------
    >>> TrackFilter(field="year", at_least=1990, at_most=1999).any_of
    ()

    """

    field: TextField | NumberField
    any_of: Texts = ()
    """For text: one of these, upper and lower case being equal."""
    at_least: float | None = None
    """For numbers: the least that passes; years, beats a minute, seconds."""
    at_most: float | None = None

    @model_validator(mode="after")
    def _fits_the_field(self) -> Self:
        bounds = [bound for bound in (self.at_least, self.at_most) if bound is not None]
        if self.field in ("year", "bpm", "duration_seconds"):
            if self.any_of or not bounds:
                raise ValueError(f"{self.field} takes at_least, at_most or both, not any_of")
            if bounds != sorted(bounds):
                raise ValueError(f"at_least {bounds[0]:g} is above at_most {bounds[1]:g}")
        elif bounds or not self.any_of:
            raise ValueError(f"{self.field} takes any_of, not at_least or at_most")
        return self


class Boost(Record):
    """Log-odds for every track that meets a condition: a promotion, or its opposite."""

    where: TrackFilter
    log_odds: float = Field(ge=-10, le=10)


class QueueRules(Record):
    """What a product demands of a session's queue, whatever the listener does."""

    include: Annotated[tuple[TrackFilter, ...], Field(max_length=20)] = ()
    """Only tracks that meet all of these; relaxed last, when nothing else is left to relax."""
    exclude: Annotated[tuple[TrackFilter, ...], Field(max_length=20)] = ()
    """No track that meets one of these; never relaxed."""
    boosts: Annotated[tuple[Boost, ...], Field(max_length=20)] = ()
