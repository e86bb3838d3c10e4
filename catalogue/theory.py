"""Scales, chords and keys: the little harmony that the composers need."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from catalogue.piece import Meter, Mode, Note

SCALES: dict[Mode, tuple[int, ...]] = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
}
"""Semitones above the tonic; minor is natural minor, its dominant chord is sharpened."""

PROGRESSIONS: dict[Mode, tuple[tuple[int, ...], ...]] = {
    "major": (
        (0, 3, 4, 0),
        (0, 5, 3, 4),
        (0, 4, 5, 3),
        (0, 3, 0, 4),
        (0, 1, 4, 0),
        (0, 4, 3, 4),
        (0, 2, 3, 4),
    ),
    "minor": (
        (0, 3, 4, 0),
        (0, 5, 3, 4),
        (0, 3, 5, 4),
        (0, 6, 5, 4),
        (0, 4, 0, 4),
        (0, 0, 3, 4),
        (0, 5, 1, 4),
    ),
}
"""Roots as scale degrees from 0. All begin at home and turn back to it, so the mode is plain."""

PROFILES: dict[Mode, tuple[float, ...]] = {
    "major": (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88),
    "minor": (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17),
}
"""How well each pitch class fits a key (Krumhansl and Kessler 1982)."""


class Key(NamedTuple):
    """A tonic (pitch class, C = 0) and a mode."""

    tonic: int
    mode: Mode

    def pitch(self, degree: int) -> int:
        """Return semitones above C of a scale degree; degree 7 is the octave."""
        scale = SCALES[self.mode]
        return self.tonic + scale[degree % 7] + 12 * (degree // 7)


@dataclass(frozen=True, slots=True)
class Chord:
    """Pitch classes that sound together, root first."""

    root: int
    tones: tuple[int, ...]


def triad(key: Key, degree: int, *, seventh: bool = False) -> Chord:
    """Stack thirds on a scale degree; a minor key's dominant is made major.

    >>> triad(Key(9, "minor"), 4).tones  # E major in A minor
    (4, 8, 11)
    """
    tones = [key.pitch(degree + third) % 12 for third in (0, 2, 4, 6)[: 4 if seventh else 3]]
    if key.mode == "minor" and degree % 7 == 4:
        tones[1] = (tones[1] + 1) % 12
    return Chord(tones[0], tuple(tones))


def voiced(chord: Chord, centre: int) -> list[int]:
    """Return the chord's pitches as near to `centre` as can be, lowest first."""
    return sorted(centre + (tone - centre + 6) % 12 - 6 for tone in chord.tones)


def nearest(pitch: int, classes: Sequence[int]) -> int:
    """Return the pitch nearest to `pitch` whose class is one of `classes`."""
    return min(
        (pitch + step for step in range(-6, 7) if (pitch + step) % 12 in classes),
        key=lambda candidate: abs(candidate - pitch),
    )


def key_of(notes: Sequence[Note]) -> tuple[Key, float]:
    """Return the likeliest key and by how much it beats the best key of the other mode.

    Durations by pitch class are correlated with the profile of every key.
    """
    durations = np.zeros(12)
    for note in notes:
        durations[note.pitch % 12] += note.length
    fits = {
        Key(tonic, mode): float(np.corrcoef(np.roll(profile, tonic), durations)[0, 1])
        for mode, profile in PROFILES.items()
        for tonic in range(12)
    }
    best = max(fits, key=lambda key: fits[key])
    rival = max(fit for key, fit in fits.items() if key.mode != best.mode)
    return best, fits[best] - rival


def harmonise(notes: Sequence[Note], key: Key, *, bars: int, meter: Meter) -> list[Chord]:
    """Choose for each bar the plain chord that holds most of its melody, home first and last."""
    chords = [triad(key, degree) for degree in (0, 3, 4, 5, 1)]
    home_first = np.array([0.5, 0.2, 0.3, 0.0, 0.0])
    chosen = []
    for bar in range(bars):
        inside = [note for note in notes if int(note.start // meter.beats) == bar]
        held = np.array(
            [
                sum(note.length for note in inside if note.pitch % 12 in chord.tones)
                for chord in chords
            ]
        )
        chosen.append(chords[int(np.argmax(held + home_first))])
    return chosen
