"""What became of the tracks that were indexed, one by one and together."""

from dataclasses import dataclass
from typing import Literal

from schemas import Track

Became = Literal["embedded", "moved", "known", "broken"]


@dataclass(frozen=True, slots=True)
class Indexed:
    """What became of one track."""

    track: Track
    became: Became
    """`moved` kept its vector under a new place or other tags."""
    reason: str = ""
    """Why a broken one is broken."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of all of them."""

    embedded: int = 0
    moved: int = 0
    known: int = 0
    broken: tuple[Indexed, ...] = ()
    audio_seconds: float = 0.0
    """Length of what was embedded, as far as the files tell."""

    @property
    def total(self) -> int:
        """How many there are."""
        return self.usable + len(self.broken)

    @property
    def usable(self) -> int:
        """How many have a vector now."""
        return self.embedded + self.moved + self.known

    def plus(self, one: Indexed) -> "Tally":
        """Return the tally with one more track."""
        length = one.track.info.duration_seconds or 0.0
        return Tally(
            embedded=self.embedded + (one.became == "embedded"),
            moved=self.moved + (one.became == "moved"),
            known=self.known + (one.became == "known"),
            broken=(*self.broken, one) if one.became == "broken" else self.broken,
            audio_seconds=self.audio_seconds + (length if one.became == "embedded" else 0.0),
        )


@dataclass(frozen=True, slots=True)
class Run:
    """A whole run: what became of the tracks, and how long it took."""

    tally: Tally
    seconds: float
    """All of it."""
    since_first: float = 0.0
    """From when the first track was embedded, s: before it, the space was loaded."""

    @property
    def tracks_per_second(self) -> float:
        """How many tracks were embedded a second, after the first; of one alone, all of the run.

        >>> Run(Tally(embedded=31), seconds=25.0, since_first=20.0).tracks_per_second
        1.5
        """
        if self.tally.embedded > 1 and self.since_first:
            return (self.tally.embedded - 1) / self.since_first
        return self.tally.embedded / self.seconds if self.seconds else 0.0

    @property
    def realtime_factor(self) -> float:
        """Hours of music embedded an hour."""
        if not self.tally.embedded:
            return 0.0
        return self.tracks_per_second * self.tally.audio_seconds / self.tally.embedded
