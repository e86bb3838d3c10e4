"""Quantities of a track: years, tempo and length, and the conditions they make."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from schemas import TrackFilter
from schemas.filters import NumberField

Relation = Literal["above", "at_least", "below", "at_most", "around", "exact"]

AROUND: Mapping[NumberField, float] = {"bpm": 0.08, "duration_seconds": 0.2}
"""Share by which "around" may be missed: tempo by what a turntable's pitch fader bends, length by
what nobody calls another number of minutes (four to six, where five were said)."""

AROUND_YEARS = 2
"""Years by which "around 1985" may be missed: people place a song no better."""

EXACT: Mapping[NumberField, float] = {"bpm": 0.02, "duration_seconds": 0.1}
"""Share by which a plain number may be missed: tags round, "five-minute songs" are not timed."""

TEMPO = (40, 250)
"""Beats a minute that a bare number may mean: nobody plays slower or faster."""

YEARS = (1000, 2200)
"""What a track's year may be."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """From low to high, in the field's unit."""

    low: float
    high: float
    field: NumberField | None = None
    """None for a bare number."""
    scale: float = 1.0
    """What one of the unit that was said is in the field's: 60 for minutes."""

    def counted_in(self, field: NumberField, scale: float) -> "Quantity":
        """Return a bare number in a unit."""
        return Quantity(self.low * scale, self.high * scale, field, scale)


def condition(quantity: Quantity, field: NumberField, *relations: Relation) -> TrackFilter:
    """Return the condition that a quantity in these relations is; years are whole.

    >>> condition(Quantity(1990, 1999), "year", "above").at_least
    2000.0
    """
    step = 1 if field == "year" else 0
    low: float | None = None
    high: float | None = None
    for relation in relations:
        match relation:
            case "above":
                low = quantity.high + step
            case "at_least":
                low = quantity.low
            case "below":
                high = quantity.low - step
            case "at_most":
                high = quantity.high
            case "around" | "exact":
                low, high = _near(quantity, field, relation)
    return TrackFilter(field=field, at_least=low, at_most=high)


def _near(quantity: Quantity, field: NumberField, relation: Relation) -> tuple[float, float]:
    if field == "year":
        slack = AROUND_YEARS if relation == "around" else 0
        return quantity.low - slack, quantity.high + slack
    share = (AROUND if relation == "around" else EXACT)[field]
    return round(quantity.low * (1 - share), 1), round(quantity.high * (1 + share), 1)
