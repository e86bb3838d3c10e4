"""Words with a number -> a condition: "90s", "under 100 bpm", "longer than five minutes".

A measure is read as ::

    measure  = bound quantity | quantity closer | quantity join quantity | quantity
    bound    = "before" | "under" | "around" | "longer than"      quantity before the closer:
    closer   = "or later" | "and up"                              "2015 or later"
    quantity = year | decade | century | number unit

What the words are is data of the language (`[measures]` in `grammars/`). Four readings are ours:

* a decade without its century is the latest that has begun: "90s" are the 1990s, and in 2026 "20s"
  are the 2020s;
* "1800s" is a century, "1900s" and "2000s" are decades, as people use them;
* "early", "mid" and "late" are the first four years of a decade, the next three, the last three;
* a bare number is a tempo after "around" and "at", and minutes after "longer than".
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ranker.language.measure_words import MeasureWords
from ranker.language.names import Words
from ranker.language.quantities import TEMPO, YEARS, Quantity, Relation, condition
from schemas import TrackFilter
from schemas.filters import NumberField

_EDGES: Mapping[str, tuple[int, int]] = {"early": (0, 3), "mid": (4, 6), "late": (7, 9)}
_DECADE = re.compile(r"(\d\d|\d{4})s")
_GLUED = re.compile(r"(\d+(?:\.\d+)?)([^\W\d_]+)")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


def measure_at(
    words: Sequence[str], known: MeasureWords, year: int
) -> tuple[TrackFilter, int] | None:
    """Return the measure that a text begins with, and how many of its words it takes.

    Parameters
    ----------
    words : in lower case; more than the measure
    known : the words of the language
    year : the year it is said in, for decades without a century and for "last year"

    """
    if not words or words[0] in known.skipped:
        return None
    reader = _Reader(known, _atoms(words), year)
    found = reader.measure()
    if found is None:
        return None
    fact, end = found
    width = reader.atoms[end - 1][1] + 1
    if end < len(reader.atoms) and reader.atoms[end][1] < width:
        return None  # it ends inside a word
    return fact, width


def plainly(subject: str, known: MeasureWords, year: int) -> TrackFilter | None:
    """Return what "short songs" or "new music" say of a track; years count from `year`."""
    if subject not in known.plain:
        return None
    field, relation, value = known.plain[subject]
    number = float(value + year if field == "year" else value)
    return condition(Quantity(number, number), field, relation)


_Read = tuple[Quantity, int]
"""A quantity, and the atom after it."""


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads a measure off the atoms of a text; what a method does not find is None."""

    words: MeasureWords
    atoms: tuple[tuple[str, int], ...]
    """Words, hyphenated and glued ones taken apart, each with the place of its word."""
    year: int

    def measure(self) -> tuple[TrackFilter, int] | None:
        """Read the measure at the beginning; return it, and the atom after it."""
        return self._moment() or self._recent() or self._between() or self._bound() or self._open()

    def _moment(self) -> tuple[TrackFilter, int] | None:
        """Read "last year"."""
        found = self._longest(self.words.moments, 0)
        if found is None:
            return None
        (low, high), end = found
        years = Quantity(self.year + low, self.year + high)
        return condition(years, "year", "exact"), end

    def _recent(self) -> tuple[TrackFilter, int] | None:
        """Read "the last ten years", from its "last" on."""
        if self._atom(0) not in self.words.recent:
            return None
        count, at = self._number(1) or (1.0, 1)
        span = self.words.spans.get(self._atom(at))
        if span is None:
            return None
        return TrackFilter(field="year", at_least=self.year - int(count * span)), at + 1

    def _between(self) -> tuple[TrackFilter, int] | None:
        """Read "between 1970 and 1985"."""
        if self._atom(0) not in self.words.between:
            return None
        return self._range(1, self.words.between_joins | self.words.joins)

    def _bound(self) -> tuple[TrackFilter, int] | None:
        """Read "before 1990", "under 100 bpm", "longer than five"."""
        found = self._longest(self.words.bounds, 0)
        read = self._quantity(found[1]) if found else None
        if not found or not read:
            return None
        (relation, implied), (quantity, end) = found[0], read
        placed = self._placed(quantity, implied, relation, end)
        if relation == "around" and placed.low < placed.high:
            relation = "exact"  # "how about the 60s"
        if relation == "exact":  # "at 124 bpm or faster"
            relation, end = self._longest(self.words.closers, end) or (relation, end)
        return (condition(placed, placed.field, relation), end) if placed.field else None

    def _open(self) -> tuple[TrackFilter, int] | None:
        """Read a measure that opens with its number: "90s", "3 to 5 minutes", "2015 or later"."""
        if joined := self._range(0, self.words.joins):
            return joined
        read = self._quantity(0)
        if read is None:
            return None
        quantity, at = read
        if quantity.field is None:
            return None
        relation: Relation = "exact"
        if closed := self._longest(self.words.closers, at):
            relation, at = closed
        return condition(quantity, quantity.field, relation), at

    def _range(self, at: int, joins: frozenset[str]) -> tuple[TrackFilter, int] | None:
        """Read "1970 and 1985", the two numbers of one field and in their order."""
        first = self._quantity(at)
        if not first or self._atom(first[1]) not in joins:
            return None
        last = self._quantity(first[1] + 1)
        if last is None:
            return None
        low, high = first[0], last[0]
        if high.field is None:
            return None
        if low.field is None:  # "3 to 5 minutes"
            low = low.counted_in(high.field, high.scale)
        if low.field != high.field or low.low > high.high:
            return None
        ends = Quantity(low.low, high.high)
        return condition(ends, high.field, "at_least", "at_most"), last[1]

    def _placed(
        self, quantity: Quantity, implied: NumberField | None, relation: Relation, end: int
    ) -> Quantity:
        """Return the quantity with the field that the words before it imply; none if they clash."""
        if quantity.field:
            return quantity if implied in (None, quantity.field) else Quantity(0, 0)
        if implied == "duration_seconds":
            return quantity.counted_in(implied, 60)
        is_last = not self._atom(end).isalnum()
        bare = implied is None and relation in ("around", "exact") and is_last
        if (implied == "bpm" or bare) and TEMPO[0] <= quantity.low <= TEMPO[1]:
            return quantity.counted_in("bpm", 1)
        return quantity

    def _quantity(self, at: int) -> _Read | None:
        at = self._past(at, self.words.skipped)
        return self._edge(at) or self._decade(at) or self._century(at) or self._counted(at)

    def _edge(self, at: int) -> _Read | None:
        """Read "early 90s"."""
        edge = self.words.edges.get(self._atom(at))
        if edge is None:
            return None
        decade = self._decade(self._past(at + 1, self.words.skipped | {"-"}))
        if decade is None or decade[0].high - decade[0].low > 9:
            return None
        first, last = _EDGES[edge]
        start = decade[0].low
        return Quantity(start + first, start + last, "year"), decade[1]

    def _decade(self, at: int) -> _Read | None:
        """Read "90s", "nineties", "nineteen eighties"."""
        word = self._atom(at)
        if match := _DECADE.fullmatch(word):
            return self._years(int(match[1]), at + 1)
        if found := self._longest(self.words.decades, at):
            return self._years(*found)
        century = self.words.numbers.get(word, 0)
        found = self._longest(self.words.decades, at + 1)
        if found and 15 <= century <= 20 and found[0] < 100:  # "nineteen eighties"
            return self._years(century * 100 + found[0], found[1])
        return None

    def _years(self, start: int, end: int) -> _Read | None:
        """Return the decade that begins with a year, or the century in the case of "1800s"."""
        if start < 100:
            if start % 10:
                return None
            start += self.year // 100 * 100
            start -= 100 if start > self.year else 0
        length = 99 if start % 100 == 0 and start < 1900 else 9
        if not YEARS[0] <= start <= YEARS[1] - 10:
            return None
        return Quantity(start, start + length, "year"), end

    def _century(self, at: int) -> _Read | None:
        """Read "18th century"."""
        ordinal = self.words.ordinals.get(self._atom(at))
        if ordinal is None or self._atom(self._past(at + 1, {"-"})) not in self.words.centuries:
            return None
        start = (ordinal - 1) * 100
        return Quantity(start, start + 99, "year"), self._past(at + 1, {"-"}) + 1

    def _counted(self, at: int) -> _Read | None:
        """Read a number with its unit, a year, or a bare number."""
        read = self._number(at)
        if read is None:
            return None
        number, end = read
        if unit := self._unit(self._past(end, {"-"})):
            (field, scale), end = unit
            return Quantity(number, number).counted_in(field, scale), end
        is_year = number.is_integer() and YEARS[0] <= number <= YEARS[1]
        return Quantity(number, number, "year" if is_year else None), end

    def _unit(self, at: int) -> tuple[tuple[NumberField, float], int] | None:
        return self._longest(self.words.units, at)

    def _number(self, at: int) -> tuple[float, int] | None:
        """Read digits or words: "five", "ninety five", "one hundred and twenty"."""
        if _NUMBER.fullmatch(self._atom(at)):
            return float(self._atom(at)), at + 1
        total = self.words.numbers.get(self._atom(at))
        if total is None:
            return None
        at += 1
        while True:
            hundreds = total >= 100 and total % 100 == 0
            joined = hundreds and self._atom(at) in self.words.between_joins
            following = self.words.numbers.get(self._atom(at + joined))
            if following is None:
                return float(total), at
            if following == 100 and total < 10:
                total *= 100  # "nine hundred"
            elif (total >= 20 and total % 10 == 0 and following < 10) or hundreds:
                total += following  # "ninety five", "hundred and twenty"
            elif 15 <= total <= 20 and following >= 10:
                total = total * 100 + following  # "nineteen eighty"
            else:
                return float(total), at
            at += 1 + joined

    def _longest(self, phrases: Mapping[Words, Any], at: int) -> tuple[Any, int] | None:
        words = [atom for atom, _ in self.atoms[at : at + 5]]
        for width in range(len(words), 0, -1):
            if tuple(words[:width]) in phrases:
                return phrases[tuple(words[:width])], at + width
        return None

    def _past(self, at: int, words: Iterable[str]) -> int:
        while self._atom(at) in words:
            at += 1
        return at

    def _atom(self, at: int) -> str:
        return self.atoms[at][0] if 0 <= at < len(self.atoms) else ""


def _atoms(words: Sequence[str]) -> tuple[tuple[str, int], ...]:
    """Take "1970-1985", "mid-90s", "3-minute" and "120bpm" apart."""
    return tuple(
        (atom, place)
        for place, word in enumerate(words)
        for part in re.split(r"(-)", word)
        for atom in _unglued(part)
        if atom
    )


def _unglued(word: str) -> tuple[str, ...]:
    glued = _GLUED.fullmatch(word)
    if glued is None or _DECADE.fullmatch(word) or len(glued[2]) < 3:
        return (word,)
    return glued[1], glued[2]
