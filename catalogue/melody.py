"""Chords -> a tune: a short motif, repeated over the chords, answered, brought home."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from catalogue.chance import happens, pick
from catalogue.figures import touch
from catalogue.instruments import INSTRUMENTS, into_range
from catalogue.piece import Meter, Note
from catalogue.theory import Chord, Key, nearest

CELLS: dict[int, tuple[tuple[float, ...], ...]] = {
    1: ((1,),),
    2: ((0.5, 0.5), (0.5, 0.5), (0.75, 0.25)),
    3: ((0.5, 0.25, 0.25), (0.25, 0.25, 0.5), (0.25, 0.5, 0.25)),
    4: ((0.25, 0.25, 0.25, 0.25),),
}
"""Ways to divide a beat into so many notes."""

PHRASE = "aaba"
"""Which motif each bar of a phrase plays."""

Motif = tuple[tuple[float, float, int], ...]
"""Start and length in beats, and the step in scale degrees from the motif's first note."""


def write_tune(
    chords: Sequence[Chord], key: Key, instrument: str, *, meter: Meter,
    notes_per_beat: float, velocity: float, rng: np.random.Generator,
) -> list[Note]:  # fmt: skip
    """Write one melody over one chord a bar."""
    player = INSTRUMENTS[instrument]
    home = min(max((player.low + player.high) // 2 + 3, player.low + 7), 76)
    motifs = {name: _motif(meter.beats, notes_per_beat, rng) for name in "ab"}
    scale = tuple(key.pitch(degree) % 12 for degree in range(7))
    tune: list[Note] = []
    for bar, chord in enumerate(chords):
        anchor = nearest(home + int(rng.integers(-3, 4)), chord.tones)
        for start, length, step in motifs[PHRASE[bar % 4]]:
            pitch = nearest(anchor + round(step * 12 / 7), scale)
            if start % 1 == 0:  # on the beat the tune agrees with the chord
                pitch = nearest(pitch, chord.tones)
            accent = 6 if start == 0 else 0
            loud = touch(velocity + accent, rng)
            tune.append(
                Note(bar * meter.beats + start, length, into_range(pitch, instrument), loud)
            )
    return _brought_home(tune, key, instrument)


def _motif(beats_per_bar: int, notes_per_beat: float, rng: np.random.Generator) -> Motif:
    starts = _rhythm(beats_per_bar, notes_per_beat, rng)
    turn = int(rng.integers(1, max(2, len(starts))))
    up = 1 if happens(rng, 0.5) else -1
    step, steps = 0, []
    for i in range(len(starts)):
        steps.append(step)
        direction = up if i < turn else -up
        step = int(np.clip(step + direction * pick(rng, (0, 1, 1, 1, 2, 3)), -5, 6))
    ends = [*starts[1:], float(beats_per_bar)]
    return tuple(
        (start, end - start, step) for start, end, step in zip(starts, ends, steps, strict=True)
    )


def _rhythm(beats_per_bar: int, notes_per_beat: float, rng: np.random.Generator) -> list[float]:
    """Draw the starts in one bar; a beat without a note prolongs the one before."""
    starts: list[float] = []
    for beat in range(beats_per_bar):
        count = int(notes_per_beat) + happens(rng, notes_per_beat % 1)
        if count == 0 and beat == 0:
            count = 1
        if count:
            cell = pick(rng, CELLS[min(count, 4)])
            starts += [beat + sum(cell[:i]) for i in range(len(cell))]
    return starts


def _brought_home(tune: list[Note], key: Key, instrument: str) -> list[Note]:
    """Let the last note be the tonic, and let players breathe between notes."""
    legato = [
        note._replace(length=min(note.length, after.start - note.start) * 0.94)
        for note, after in pairwise(tune)
    ]
    last = tune[-1]._replace(
        pitch=into_range(nearest(tune[-1].pitch, (key.tonic % 12,)), instrument)
    )
    return [*legato, last]
