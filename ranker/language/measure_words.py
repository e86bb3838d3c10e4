"""The words of a language around its numbers: the section `[measures]` of a grammar file."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ranker.language.names import Words
from ranker.language.quantities import Relation
from schemas.filters import NumberField


@dataclass(frozen=True, slots=True)
class MeasureWords:
    """The words of one language around its numbers."""

    numbers: Mapping[str, int]
    decades: Mapping[Words, int]
    ordinals: Mapping[str, int]
    units: Mapping[Words, tuple[NumberField, float]]
    """Unit -> the field, and how much of its own unit one is: minutes are 60 seconds."""
    bounds: Mapping[Words, tuple[Relation, NumberField | None]]
    """Words before a number -> the relation, and the field where they imply one."""
    closers: Mapping[Words, Relation]
    """Words after a number."""
    between: frozenset[str]
    """Words that open a range closed by one of `between_joins`."""
    between_joins: frozenset[str]
    joins: frozenset[str]
    """Words between the ends of a range: "1990 to 1995"."""
    edges: Mapping[str, str]
    """'early' -> 'early'; other languages differ."""
    skipped: frozenset[str]
    """Words before a number that say nothing: "the", "year"."""
    centuries: frozenset[str]
    moments: Mapping[Words, tuple[int, int]]
    """Phrase -> first and last year, counted from now: "last year" is -1, -1."""
    recent: frozenset[str]
    """Words that open a span that ends now: "last ten years"."""
    spans: Mapping[str, int]
    """Units of such spans -> years."""
    plain: Mapping[str, tuple[NumberField, Relation, int]]
    """Words that are measures themselves, as whole subjects: "short", "new"."""


def measure_words(data: Mapping[str, Any]) -> MeasureWords:
    """Return the words that the section `[measures]` of a grammar file describes."""
    return MeasureWords(
        numbers=data["numbers"],
        decades={
            _phrase(words): int(start)
            for start, phrases in data["decades"].items()
            for words in phrases
        },
        ordinals=data["ordinals"],
        units={
            _phrase(word): _UNITS[unit] for unit, words in data["units"].items() for word in words
        },
        bounds={
            _phrase(words): (relation, None if field == "any" else field)
            for field, relations in data["bounds"].items()
            for relation, phrases in relations.items()
            for words in phrases
        },
        closers={
            _phrase(words): relation
            for relation, phrases in data["closers"].items()
            for words in phrases
        },
        between=frozenset(data["ranges"]["between"]),
        between_joins=frozenset(data["ranges"]["between_joins"]),
        joins=frozenset(data["ranges"]["joins"]),
        edges={word: edge for edge, words in data["edges"].items() for word in words},
        skipped=frozenset(data["skipped"]),
        centuries=frozenset(data["centuries"]),
        moments={_phrase(words): (low, high) for words, (low, high) in data["moments"].items()},
        recent=frozenset(data["recent"]["words"]),
        spans=data["recent"]["spans"],
        plain={
            word: (field, relation, value)
            for word, (field, relation, value) in data["plain"].items()
        },
    )


_UNITS: Mapping[str, tuple[NumberField, float]] = {
    "bpm": ("bpm", 1.0),
    "seconds": ("duration_seconds", 1.0),
    "minutes": ("duration_seconds", 60.0),
    "hours": ("duration_seconds", 3600.0),
}


def _phrase(words: str) -> Words:
    return tuple(words.split(" "))
