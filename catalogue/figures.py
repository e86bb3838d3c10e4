"""Chords -> accompaniment: how a companion breaks them and how a bass walks through them.

A figure is one bar of (start, length, what): `what` is the whole chord, or the index of one
of its notes counted from the lowest. Bars of three beats take the first three beats.
"""

from collections.abc import Sequence

import numpy as np

from catalogue.instruments import INSTRUMENTS, into_range
from catalogue.piece import Meter, Note
from catalogue.theory import Chord, voiced

Stroke = tuple[float, float, int]
CHORD = -1
"""The `what` of a stroke that plays all notes of the chord."""


def _every(step: float, length: float, pattern: Sequence[int] = (CHORD,)) -> tuple[Stroke, ...]:
    count = round(4 / step)
    return tuple((i * step, length, pattern[i % len(pattern)]) for i in range(count))


def _at(*starts: float, length: float) -> tuple[Stroke, ...]:
    return tuple((start, length, CHORD) for start in starts)


FIGURES: dict[str, tuple[Stroke, ...]] = {
    "held": _at(0, length=4),
    "block": _at(0, 2, length=1.9),
    "beats": _at(0, 1, 2, 3, length=0.8),
    "pulse": _every(0.5, 0.42),
    "broken": _every(0.5, 0.9, (0, 1, 2, 1)),
    "alberti": _every(0.5, 0.5, (0, 2, 1, 2)),
    "ripple": _every(0.25, 0.5, (0, 1, 2, 3, 2, 1, 2, 1)),
    "stride": ((0, 0.6, 0), (1, 0.4, CHORD), (2, 0.6, 1), (3, 0.4, CHORD)),
    "offbeats": _at(0.5, 1.5, 2.5, 3.5, length=0.25),
    "syncopated": ((0, 0.6, CHORD), (0.75, 0.4, CHORD), (1.5, 0.4, CHORD), (2.5, 0.8, CHORD)),
    "stabs": _at(0, 1.5, 2, 3.5, length=0.25),
    "comping": _at(0, 1.5, 2.5, length=0.4),
    "bossa": _at(0, 1, 1.5, 2.5, 3.5, length=0.45),
    "montuno": (
        *_at(0, length=0.4),
        (0.5, 0.4, 0), (1, 0.4, 2), (1.5, 0.4, CHORD), (2, 0.4, 0), (2.5, 0.4, CHORD),
        (3, 0.4, 0), (3.5, 0.4, CHORD),
    ),
}  # fmt: skip
"""How chords are broken, by name."""

LIVELIER = {"held": "block", "block": "beats", "stride": "broken", "broken": "ripple"}
"""What a figure becomes in a busy piece."""

CALMER = {"pulse": "beats", "ripple": "broken", "broken": "beats", "alberti": "beats"}
"""What a figure becomes in a sparse piece."""

THIRD, FIFTH, OCTAVE, APPROACH = 4, 7, 12, 100
"""Bass steps above the root in semitones; THIRD is the chord's own, major or minor, and APPROACH
leads to the root of the next chord."""

BASS_LINES: dict[str, tuple[Stroke, ...]] = {
    "roots": ((0, 1.9, 0), (2, 1.9, 0)),
    "fifths": ((0, 0.9, 0), (2, 0.9, FIFTH)),
    "eighths": _every(0.5, 0.45, (0,)),
    "octaves": _every(0.5, 0.4, (0, OCTAVE)),
    "offbeats": tuple((start + 0.5, 0.4, 0) for start in (0, 1, 2, 3)),
    "syncopated": ((0, 0.7, 0), (0.75, 0.4, 0), (2, 0.4, 0), (2.5, 0.4, FIFTH), (3.5, 0.4, 0)),
    "tumbao": ((0, 0.4, 0), (1.5, 0.9, FIFTH), (3, 0.9, OCTAVE)),
    "walking": ((0, 0.9, 0), (1, 0.9, THIRD), (2, 0.9, FIFTH), (3, 0.9, APPROACH)),
}
"""How a bass moves, by name."""


def accompany(
    chords: Sequence[Chord], figure: str, instrument: str, *, meter: Meter, velocity: float,
    rng: np.random.Generator,
) -> list[Note]:  # fmt: skip
    """Play one chord a bar in a figure, close to the middle of the instrument's range."""
    player = INSTRUMENTS[instrument]
    centre = min((player.low + player.high) // 2, 62)
    notes = []
    for bar, chord in enumerate(chords):
        pitches = _voices(chord, centre, instrument)
        for start, length, what in FIGURES[figure]:
            if start >= meter.beats:
                continue
            begin = meter.place(bar * meter.beats + start)
            length = min(length, meter.beats - start)
            struck = pitches if what == CHORD else [pitches[what % len(pitches)]]
            accent = 5 if start == 0 else 0
            loud = touch(velocity - 8 + accent, rng)
            notes += [Note(begin, length, pitch, loud) for pitch in struck]
    return notes


def _voices(chord: Chord, centre: int, instrument: str) -> list[int]:
    if instrument == "distorted guitar":  # thirds turn to mud under distortion
        root = into_range(36 + chord.root, instrument)
        return [root, root + FIFTH, root + OCTAVE]
    return sorted({into_range(pitch, instrument) for pitch in voiced(chord, centre)})


def bass_line(
    chords: Sequence[Chord], line: str, instrument: str, *, meter: Meter, velocity: float,
    rng: np.random.Generator,
) -> list[Note]:  # fmt: skip
    """Play the roots of one chord a bar in a bass line."""
    notes = []
    for bar, chord in enumerate(chords):
        root = into_range(24 + chord.root, instrument)
        goal = into_range(24 + chords[(bar + 1) % len(chords)].root, instrument)
        for start, length, step in BASS_LINES[line]:
            if start >= meter.beats:
                continue
            if step == APPROACH:
                pitch = goal + (1 if goal <= root else -1)
            elif step == THIRD:
                pitch = root + (chord.tones[1] - chord.root) % 12
            else:
                pitch = root + step
            begin = meter.place(bar * meter.beats + start)
            length = min(length, meter.beats - start)
            notes.append(Note(begin, length, pitch, touch(velocity, rng)))
    return notes


def touch(velocity: float, rng: np.random.Generator, spread: float = 5.0) -> int:
    """Return a velocity as a hand would play it, 1 to 127."""
    return int(np.clip(round(velocity + rng.normal() * spread), 1, 127))
