"""Piece -> facts: what a listener with good ears would say of it.

All thresholds that turn numbers into words are here and nowhere else.
"""

from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from catalogue.instruments import INSTRUMENTS
from catalogue.piece import SECONDS, Mode, Note, Part, Piece

Tempo = Literal["slow", "medium", "fast"]
Energy = Literal["low", "medium", "high"]
Loudness = Literal["quiet", "medium", "loud"]
Mood = Literal["happy", "sad", "tense", "tender", "neutral"]
Density = Literal["sparse", "medium", "busy"]

SLOW_BPM, FAST_BPM = 84.0, 126.0
"""At most this is slow, at least this is fast: beats a minute as a listener taps them."""

SPARSE_RATE, BUSY_RATE = 2.2, 5.0
"""Pitched onsets a second: at most this is sparse, at least this is busy."""

QUIET, LOUD = -0.7, 0.8
"""Bounds of `loudness_score`: at most this is quiet, at least this is loud."""

CALM, ENERGETIC = -0.8, 0.9
"""Bounds of `energy_score`: at most this is low, at least this is high."""

LIVELY_BPM = 100.0
"""Happy music is at least this fast, sad music slower."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is true of a piece."""

    instruments: tuple[str, ...]
    families: tuple[str, ...]
    bpm: float
    tempo: Tempo
    energy: Energy
    loudness: Loudness
    mood: Mood
    mode: Mode
    density: Density
    drums: bool
    style: str
    vocals: bool = False
    """Never: a synthesiser sings no words; a choir is an instrument."""

    def as_record(self) -> dict[str, Any]:
        """Return them as plain JSON values."""
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in asdict(self).items()
        }


def facts_of(piece: Piece) -> Facts:
    """Return the facts that follow from the notes of `piece`."""
    names = _names(piece)
    loudness, energy = loudness_score(piece), energy_score(piece)
    tempo: Tempo = (
        "slow" if piece.bpm <= SLOW_BPM else "fast" if piece.bpm >= FAST_BPM else "medium"
    )
    level: Energy = "low" if energy <= CALM else "high" if energy >= ENERGETIC else "medium"
    rate = onset_rate(piece)
    return Facts(
        instruments=names,
        families=tuple(sorted({INSTRUMENTS[name].family for name in names})),
        bpm=round(piece.bpm, 1),
        tempo=tempo,
        energy=level,
        loudness="quiet" if loudness <= QUIET else "loud" if loudness >= LOUD else "medium",
        mood=_mood(piece, level),
        mode=piece.mode,
        density="sparse" if rate <= SPARSE_RATE else "busy" if rate >= BUSY_RATE else "medium",
        drums=has_drums(piece),
        style=piece.style,
    )


def has_drums(piece: Piece) -> bool:
    """Whether anything is played on the drum channel."""
    return any(part.is_drums and part.notes for part in piece.parts)


def onset_rate(piece: Piece) -> float:
    """Return pitched onsets a second; what starts within 50 ms is one onset."""
    starts = np.array(sorted(note.start for note in _pitched_notes(piece))) * 60 / piece.bpm
    if not starts.size:
        return 0.0
    return float(1 + np.sum(np.diff(starts) > 0.05)) / SECONDS


def velocity_of(piece: Piece) -> float:
    """Return how hard the pitched notes are played on average, 1 to 127."""
    velocities = [note.velocity for note in _pitched_notes(piece)]
    return float(np.mean(velocities)) if velocities else 0.0


def loudness_score(piece: Piece) -> float:
    """Return how loud the players sound, whatever the volume knob: touch, timbre, drums."""
    touch = (velocity_of(piece) - 80) / 25
    return touch + 0.7 * _force(piece) + (0.3 if has_drums(piece) else -0.1)


def energy_score(piece: Piece) -> float:
    """Return how much the piece drives: tempo and touch first, then density, drums, distortion."""
    drive = (piece.bpm - 105) / 42 + (velocity_of(piece) - 80) / 30
    bustle = 0.5 * float(np.clip((onset_rate(piece) - 4) / 3, -1, 1))
    distorted = any(part.instrument == "distorted guitar" for part in piece.parts)
    return drive + bustle + (0.4 if has_drums(piece) else -0.3) + (1.0 if distorted else 0.0)


def _mood(piece: Piece, energy: Energy) -> Mood:
    lively = piece.bpm >= LIVELY_BPM
    if piece.mode == "major":
        return "happy" if lively and energy != "low" else "tender" if energy == "low" else "neutral"
    return "tense" if energy == "high" else "neutral" if lively else "sad"


def _force(piece: Piece) -> float:
    """Timbre of the loudest half: what stands out decides."""
    forces = sorted((INSTRUMENTS[part.instrument].force for part in _pitched(piece)), reverse=True)
    return float(np.mean(forces[: (len(forces) + 1) // 2])) if forces else 0.0


def _names(piece: Piece) -> tuple[str, ...]:
    played = {part.instrument for part in _pitched(piece)}
    wider = {INSTRUMENTS[name].is_a for name in played} - {None}
    return tuple(sorted(played | {name for name in wider if name}))


def _pitched(piece: Piece) -> list[Part]:
    return [part for part in piece.parts if not part.is_drums and part.notes]


def _pitched_notes(piece: Piece) -> list[Note]:
    return [note for part in _pitched(piece) for note in part.notes]
