"""Brief -> piece: composed by rule.

chords -> tune, accompaniment, bass, drums
"""

from dataclasses import replace
from math import ceil

import numpy as np

from catalogue.brief import Brief
from catalogue.chance import happens, pick
from catalogue.drums import groove
from catalogue.facts import FAST_BPM
from catalogue.figures import CALMER, LIVELIER, accompany, bass_line
from catalogue.instruments import DRUMS, INSTRUMENTS
from catalogue.melody import write_tune
from catalogue.piece import BY_RULE, Meter, Note, Origin, Part, Piece, within
from catalogue.styles import STYLES
from catalogue.theory import PROGRESSIONS, Chord, Key, triad

WALTZING = ("classical", "folk", "lullaby", "orchestral", "country")
"""Styles in which three beats to the bar would surprise nobody."""

DRUM_BOOST = 10.0
"""Drums are played this much harder than the rest, so that they are plainly heard."""


def compose(brief: Brief, rng: np.random.Generator) -> Piece:
    """Compose a piece that keeps `brief`."""
    meter = Meter(3 if brief.style in WALTZING and happens(rng, 0.25) else 4)
    bars = ceil(brief.beats / meter.beats)
    key = Key(int(rng.integers(12)), brief.mode)
    degrees = pick(rng, PROGRESSIONS[brief.mode])
    sevenths = STYLES[brief.style].sevenths
    chords = [triad(key, degrees[bar % len(degrees)], seventh=sevenths) for bar in range(bars)]
    tune = write_tune(
        chords, key, brief.lead, meter=meter, notes_per_beat=brief.notes_per_beat,
        velocity=brief.velocity, rng=rng,
    )  # fmt: skip
    parts = [part(brief.lead, tune, rng), *backing(brief, chords, meter, rng)]
    return finish(brief, parts, BY_RULE)


def backing(
    brief: Brief, chords: list[Chord], meter: Meter, rng: np.random.Generator
) -> list[Part]:
    """Play companion, bass and drums under one chord a bar."""
    style = STYLES[brief.style]
    velocity = brief.velocity
    parts = []
    if brief.companion:
        figure = _figure(pick(rng, style.figures), brief)
        notes = accompany(chords, figure, brief.companion, meter=meter, velocity=velocity, rng=rng)
        parts.append(part(brief.companion, notes, rng))
    if brief.bass:
        line = pick(rng, style.walks)
        notes = bass_line(chords, line, brief.bass, meter=meter, velocity=velocity, rng=rng)
        parts.append(part(brief.bass, notes, rng))
    if brief.drums:
        parts.append(drum_part(brief, meter, rng))
    return parts


def drum_part(brief: Brief, meter: Meter, rng: np.random.Generator) -> Part:
    """Play one of the style's grooves."""
    style = STYLES[brief.style]
    bars = ceil(brief.beats / meter.beats)
    loud = brief.velocity + DRUM_BOOST
    notes = groove(pick(rng, style.grooves), bars=bars, meter=meter, velocity=loud, rng=rng)
    return Part(DRUMS, style.kit, tuple(notes))


def part(instrument: str, notes: list[Note], rng: np.random.Generator) -> Part:
    """Hand notes to a player."""
    return Part(instrument, pick(rng, INSTRUMENTS[instrument].programs), tuple(notes))


def finish(brief: Brief, parts: list[Part], origin: Origin) -> Piece:
    """Swing the parts as the style does and cut them to length."""
    swing = STYLES[brief.style].swing
    cut = [
        replace(one, notes=within((_swung(note, swing) for note in one.notes), brief.beats))
        for one in parts
    ]
    heard = tuple(one for one in cut if one.notes)
    return Piece(brief.style, brief.bpm, brief.mode, heard, origin)


def _figure(name: str, brief: Brief) -> str:
    swap = {"busy": LIVELIER, "sparse": CALMER}.get(brief.density, {})
    figure = swap.get(name, name)
    if brief.bpm >= FAST_BPM and not brief.drums and figure in ("held", "block"):
        return "beats"  # else nothing would tell how fast the piece is
    return figure


def _swung(note: Note, swing: float) -> Note:
    return note._replace(start=note.start + swing) if abs(note.start % 1 - 0.5) < 0.01 else note
