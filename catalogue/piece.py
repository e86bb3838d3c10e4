"""A piece of music as values: what composers write and the synthesiser plays."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from catalogue.instruments import DRUMS

Mode = Literal["major", "minor"]

SECONDS = 12.0
"""How long every piece lasts."""


class Note(NamedTuple):
    """One key pressed; `start` and `length` in beats."""

    start: float
    length: float
    pitch: int
    velocity: int


class Meter(NamedTuple):
    """How many beats a bar has, and whether they divide in three, as in 6/8."""

    beats: int
    compound: bool = False

    def place(self, beat: float) -> float:
        """Return where a stroke written in halves or quarters of a beat falls in this meter.

        >>> Meter(2, compound=True).place(1.5)
        1.6666666666666665
        """
        return beat // 1 + THIRDS[round(beat % 1 * 4) % 4] if self.compound else beat


THIRDS = (0.0, 1 / 3, 2 / 3, 2 / 3)
"""Where the quarters of a beat go when it divides in three."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one player plays. For drums, pitches choose the drum and `program` the kit."""

    instrument: str
    program: int
    notes: tuple[Note, ...]

    @property
    def is_drums(self) -> bool:
        """Whether it plays on the drum channel."""
        return self.instrument == DRUMS


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the notes come from and what may be done with the recording."""

    source: str
    licence: str
    work: str | None = None
    """The score or song that was arranged; nothing for a piece composed by rule."""


BY_RULE = Origin(source="composed by rule", licence="CC0-1.0")
"""The origin of what `compose` writes."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Twelve seconds of music, ready to be played."""

    style: str
    bpm: float
    mode: Mode
    parts: tuple[Part, ...]
    origin: Origin = BY_RULE

    @property
    def beats(self) -> float:
        """How many beats fit into the piece."""
        return SECONDS * self.bpm / 60


def within(notes: Iterable[Note], beats: float) -> tuple[Note, ...]:
    """Keep what sounds before `beats`, shortening what would go on; sorted by start."""
    heard = (note for note in notes if 0 <= note.start < beats - 0.05)
    return tuple(
        sorted(note._replace(length=min(note.length, beats - note.start)) for note in heard)
    )
