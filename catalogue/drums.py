"""Grooves: what the drums play, written as a drummer would tap it.

One character is a sixteenth: `X` accent, `x` stroke, `o` soft stroke, `.` nothing. A bar has
four beats; bars of three beats use their own grooves, bars of two the first half.
"""

import numpy as np

from catalogue.figures import touch
from catalogue.piece import Meter, Note

PIECES = {
    "kick": 36, "snare": 38, "rim": 37, "clap": 39, "hat": 42, "open": 46, "pedal": 44,
    "ride": 51, "crash": 49, "tom": 45, "hightom": 50, "tambourine": 54, "cowbell": 56,
    "conga": 63, "lowconga": 64, "shaker": 70, "claves": 75, "agogo": 67, "surdo": 41,
}  # fmt: skip
"""General MIDI note numbers of the drums."""

GROOVES: dict[str, dict[str, str]] = {
    "rock": {
        "kick": "X.....x.x.......",
        "snare": "....X.......X...",
        "hat": "x.o.x.o.x.o.x.o.",
    },
    "straight": {
        "kick": "X...x...X...x...",
        "snare": "....X.......X...",
        "hat": "x.x.x.x.x.x.x.x.",
    },
    "pop": {
        "kick": "X.......x.x.....",
        "snare": "....X.......X...",
        "tambourine": "x...x...x...x...",
    },
    "metal": {
        "kick": "XxxxXxxxXxxxXxxx",
        "snare": "....X.......X...",
        "ride": "x...x...x...x...",
    },
    "disco": {
        "kick": "X...X...X...X...",
        "snare": "....X.......X...",
        "open": "..x...x...x...x.",
    },
    "house": {
        "kick": "X...X...X...X...",
        "clap": "....X.......X...",
        "open": "..X...X...X...X.",
        "hat": "o.o.o.o.o.o.o.o.",
    },
    "electro": {
        "kick": "X...X...X...X.x.",
        "snare": "....X.......X...",
        "hat": "xoxoxoxoxoxoxoxo",
    },
    "boom bap": {
        "kick": "X......x..x.....",
        "snare": "....X.......X...",
        "hat": "x.x.x.x.x.x.x.x.",
    },
    "swing": {
        "ride": "x...x.o.x...x.o.",
        "pedal": "....x.......x...",
        "kick": "o...o...o...o...",
        "snare": "......o.......o.",
    },
    "shuffle": {
        "kick": "X.......X.o.....",
        "snare": "....X.......X...",
        "ride": "x.x.x.x.x.x.x.x.",
    },
    "bossa": {
        "kick": "x.....x.x.....x.",
        "rim": "X.....X.....X...",
        "shaker": "x.x.x.x.x.x.x.x.",
    },
    "funk": {
        "kick": "X..x......x..x..",
        "snare": "....X..o.o..X..o",
        "hat": "x.xxx.xxx.xxx.xx",
    },
    "train": {
        "kick": "X.......X.......",
        "snare": "o.o.X.o.o.o.X.o.",
        "hat": "....x.......x...",
    },
    "one drop": {
        "kick": "........X.......",
        "rim": "....x...X...x...",
        "hat": "x.x.x.x.x.x.x.x.",
    },
    "steppers": {
        "kick": "X...X...X...X...",
        "rim": "........X.......",
        "hat": "x.x.x.x.x.x.x.x.",
    },
    "salsa": {
        "conga": "..x...x...x...xx",
        "lowconga": "......x.......x.",
        "cowbell": "X...x...X...x...",
        "claves": "x.....x...x.x...",
    },
    "samba": {
        "surdo": "o...X...o...X...",
        "shaker": "XoxoXoxoXoxoXoxo",
        "agogo": "x.x..x.x.x..x.x.",
    },
    "march": {
        "kick": "X.......X.......",
        "snare": "x...xoo.x...xoxo",
        "crash": "X...............",
    },
    "orchestral": {
        "kick": "X.......X.......",
        "crash": "X...............",
        "snare": "....x.....x.x.xx",
    },
    "hand drums": {
        "lowconga": "X.....x.X.......",
        "conga": "..x.x.x...x.x.x.",
        "shaker": "x.x.x.x.x.x.x.x.",
    },
    "light percussion": {
        "shaker": "x.o.x.o.x.o.x.o.",
        "tambourine": "....x.......x...",
        "lowconga": "x.......x.......",
    },
}
"""Grooves of four beats, by name."""

WALTZES: dict[str, dict[str, str]] = {
    "kit": {
        "kick": "X...........",
        "snare": "....x...x...",
        "hat": "x.o.x.o.x.o.",
    },
    "hands": {
        "lowconga": "X...........",
        "conga": "....x...x...",
        "shaker": "x.x.x.x.x.x.",
    },
}
"""Grooves of three beats: with sticks, with hands."""

JIGS: dict[str, dict[str, str]] = {
    "kit": {
        "kick": "X..x..",
        "snare": "...X..",
        "hat": "xoxxox",
    },
    "hands": {
        "lowconga": "X..x..",
        "conga": "..x..x",
        "tambourine": "x..x..",
    },
}
"""Grooves of two beats in three parts each."""

HAND_DRUMS = {"shaker", "conga", "lowconga"}
"""A groove with one of these is played by hand: no crash, no fills."""

STRENGTH = {"X": 12, "x": 0, "o": -22}
"""Velocity against the groove's own."""


def groove(
    name: str, *, bars: int, meter: Meter, velocity: float, rng: np.random.Generator
) -> list[Note]:
    """Play a groove for some bars: a crash to begin with, a fill in every fourth bar."""
    by_hand = bool(HAND_DRUMS & set(GROOVES[name]))
    pattern, step = _pattern(name, meter, "hands" if by_hand else "kit")
    notes = [
        Note(i * step, step, PIECES[drum], touch(velocity + STRENGTH[stroke], rng, 4))
        for drum, strokes in pattern.items()
        for i, stroke in enumerate(_repeated(strokes, bars, round(meter.beats / step)))
        if stroke in STRENGTH
    ]
    if by_hand:
        return notes
    crash = Note(0, 1, PIECES["crash"], touch(velocity - 6, rng))
    return [*notes, crash, *_fills(bars, meter, velocity, rng)]


def _pattern(name: str, meter: Meter, family: str) -> tuple[dict[str, str], float]:
    """Return the strokes that go with the meter, and how many beats a stroke takes."""
    if meter.compound:
        return JIGS[family], 1 / 3
    return (WALTZES[family] if meter.beats % 3 == 0 else GROOVES[name]), 1 / 4


def _repeated(strokes: str, bars: int, steps: int) -> str:
    bar = (strokes * (steps // len(strokes) + 1))[:steps]
    return bar * bars


def _fills(bars: int, meter: Meter, velocity: float, rng: np.random.Generator) -> list[Note]:
    toms = (PIECES["snare"], PIECES["hightom"], PIECES["tom"], PIECES["tom"])
    return [
        Note(meter.place((bar + 1) * meter.beats - 1 + i / 4), 0.25, tom, touch(velocity, rng))
        for bar in range(3, bars, 4)
        for i, tom in enumerate(toms[: 3 if meter.compound else 4])
    ]
