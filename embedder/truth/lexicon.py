"""What else listeners say: phrases that mean several attributes, each to a degree.

Written by hand for this package, in `lexicon.txt`; no phrase uses a word of `unseen`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

FULL = 1.0
"""Degree of an attribute that a meaning names without a number."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A text and what it means."""

    text: str
    meaning: Mapping[str, float]
    """Attribute -> from 0 (does not matter) to 1 (a clip without it does not match)."""


@cache
def phrases() -> tuple[Phrase, ...]:
    """Return every phrase, those of one meaning side by side."""
    return tuple(_read(files("embedder.truth").joinpath("lexicon.txt").read_text("utf-8")))


def meaning_of(written: str) -> dict[str, float]:
    """Read a meaning as the file writes it.

    >>> meaning_of("music box + .5 tender")
    {'music box': 1.0, 'tender': 0.5}
    """
    degrees = {}
    for part in written.split(" + "):
        number, _, name = part.partition(" ")
        if number.startswith("."):
            degrees[name] = float(number)
        else:
            degrees[part] = FULL
    return degrees


def _read(content: str) -> Iterator[Phrase]:
    for line in content.splitlines():
        if line.startswith("#"):
            continue
        written, _, texts = line.partition(": ")
        meaning = meaning_of(written)
        yield from (Phrase(text, meaning) for text in texts.split("|"))
