"""Written music that can be arranged: a score or a song as voices, and excerpts of it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from catalogue.piece import Meter, Note, Origin
from catalogue.theory import Key, key_of

PLAIN = 0.08
"""How far the best key must beat the best of the other mode for an excerpt to be taken."""

Voice = tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """A whole work: voices from the highest to the lowest, in quarter notes from the start."""

    origin: Origin
    voices: tuple[Voice, ...]
    meter: tuple[int, int]
    """Time signature."""
    pickup: float = 0.0
    """Where the first whole bar begins, in quarter notes."""

    @property
    def end(self) -> float:
        """Where the last note ends, in quarter notes."""
        return max(note.start + note.length for voice in self.voices for note in voice)

    @property
    def compound(self) -> bool:
        """Whether beats divide in three, as in 6/8."""
        return self.meter[1] == 8 and self.meter[0] % 3 == 0 and self.meter[0] > 3


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Some bars of a score, from a first beat on, in beats as a listener taps them."""

    origin: Origin
    voices: tuple[Voice, ...]
    key: Key
    meter: Meter


def excerpt_from(score: Score, *, beats: float, rng: np.random.Generator) -> Excerpt | None:
    """Cut `beats` tapped beats from a random bar on; nothing if too thin or of no plain key."""
    quarters_per_beat = _tapped(score)
    bar = 4 * score.meter[0] / score.meter[1]
    span = beats * quarters_per_beat
    last_bar = int((score.end - span - score.pickup) // bar)
    if last_bar < 0:
        return None
    start = score.pickup + bar * int(rng.integers(last_bar + 1))
    voices = tuple(
        cut for voice in score.voices if (cut := _cut(voice, start, span, quarters_per_beat))
    )
    notes = [note for voice in voices for note in voice]
    if len(notes) < beats / 2 or _silence(notes, beats) > 2.5:
        return None
    key, plainness = key_of(notes)
    if plainness < PLAIN:
        return None
    beats_per_bar = round(bar / quarters_per_beat)
    while beats_per_bar > 4 and beats_per_bar % 2 == 0:  # long bars are heard as two
        beats_per_bar //= 2
    return Excerpt(score.origin, voices, key, Meter(beats_per_bar, score.compound))


def _tapped(score: Score) -> float:
    """Return how many quarter notes pass in a tapped beat.

    It begins with the beat of the time signature and halves or doubles it until the first voice
    has about one to two notes a beat: a reel written in sixteenths is not tapped in quarters.
    """
    if score.compound:
        return 12 / score.meter[1]
    bar = 4 * score.meter[0] / score.meter[1]
    beat = 1.0 if score.meter[0] % 2 == 0 else 4 / score.meter[1]
    rate = max(map(len, score.voices)) / max(score.end, 1.0)  # notes a quarter
    if rate * beat > 2.6:
        return beat / 2
    if rate * beat < 0.65 and bar % (2 * beat) == 0:
        return beat * 2
    return beat


def _cut(voice: Voice, start: float, span: float, quarters_per_beat: float) -> Voice:
    return tuple(
        note._replace(
            start=(note.start - start) / quarters_per_beat, length=note.length / quarters_per_beat
        )
        for note in voice
        if start - 0.01 <= note.start < start + span
    )


def _silence(notes: Sequence[Note], beats: float) -> float:
    """Return the longest time in beats in which nothing begins."""
    starts = np.array([0.0, *sorted(note.start for note in notes), beats])
    return float(np.diff(starts).max())
