"""Excerpt + brief -> piece: written music played by other players than it was written for."""

from dataclasses import replace
from math import ceil

import numpy as np

from catalogue.brief import Brief
from catalogue.compose import backing, drum_part, finish, part
from catalogue.figures import touch
from catalogue.instruments import BASSES, INSTRUMENTS, into_range
from catalogue.piece import Note, Piece
from catalogue.score import Excerpt, Score, Voice, excerpt_from
from catalogue.theory import harmonise

INNER, LOWEST = -10.0, -6.0
"""How much softer than the lead the other voices are played."""

CHORDAL_RATE = 1.3
"""A voice with so many notes at once on average is a keyboard part, not a line."""


def arranged(score: Score, brief: Brief, rng: np.random.Generator) -> Piece | None:
    """Arrange a random excerpt of `score`; nothing if the one drawn is of no use."""
    excerpt = excerpt_from(score, beats=brief.beats, rng=rng)
    return arrange(excerpt, brief, rng) if excerpt else None


def arrange(excerpt: Excerpt, brief: Brief, rng: np.random.Generator) -> Piece:
    """Let the players of `brief` play `excerpt`; the mode is the excerpt's own.

    A single line gets chords and a bass in the style of the brief. Several voices are shared out:
    the highest to the lead, the lowest to the bass if there is one, the others to the companion.
    """
    brief = replace(brief, mode=excerpt.key.mode)
    if len(excerpt.voices) == 1 and not _is_chordal(excerpt.voices[0]):
        return _with_backing(excerpt, brief, rng)
    return _shared_out(excerpt, brief, rng)


def _with_backing(excerpt: Excerpt, brief: Brief, rng: np.random.Generator) -> Piece:
    (line,) = excerpt.voices
    bars = ceil(brief.beats / excerpt.meter.beats)
    chords = harmonise(line, excerpt.key, bars=bars, meter=excerpt.meter)
    tune = part(brief.lead, _played(line, brief.lead, brief, rng), rng)
    return finish(brief, [tune, *backing(brief, chords, excerpt.meter, rng)], excerpt.origin)


def _shared_out(excerpt: Excerpt, brief: Brief, rng: np.random.Generator) -> Piece:
    voices = excerpt.voices
    companion = brief.companion or brief.lead
    bass = companion if brief.bass is None or _is_chordal(voices[-1]) else brief.bass
    inner = len(voices) - 2
    players = [brief.lead, *[companion] * inner, bass][: len(voices)]
    offsets = [0.0, *[INNER] * inner, LOWEST]
    lines: dict[str, list[Note]] = {player: [] for player in players}
    for voice, player, offset in zip(voices, players, offsets, strict=False):
        lines[player] += _played(voice, player, brief, rng, offset)
    parts = [part(player, _once(notes), rng) for player, notes in lines.items()]
    if brief.drums:
        parts.append(drum_part(brief, excerpt.meter, rng))
    return finish(brief, parts, excerpt.origin)


def _played(
    voice: Voice, instrument: str, brief: Brief, rng: np.random.Generator, offset: float = 0
) -> list[Note]:
    """Give a voice to a player: as a whole into range, so that lines keep their shape."""
    player = INSTRUMENTS[instrument]
    middle = float(np.median([note.pitch for note in voice]))
    shift = 0
    if instrument not in BASSES:
        while middle + shift < player.low + 3:
            shift += 12
        while middle + shift > player.high - 3:
            shift -= 12
    return [
        note._replace(
            pitch=into_range(note.pitch + shift, instrument),
            velocity=touch(brief.velocity + offset, rng),
        )
        for note in voice
    ]


def _once(notes: list[Note]) -> list[Note]:
    """Drop what two voices play together on one instrument, keeping the longer note."""
    longest: dict[tuple[float, int], Note] = {}
    for note in notes:
        spot = (round(note.start, 3), note.pitch)
        if spot not in longest or longest[spot].length < note.length:
            longest[spot] = note
    return list(longest.values())


def _is_chordal(voice: Voice) -> bool:
    return len(voice) > CHORDAL_RATE * len({round(note.start, 2) for note in voice})
