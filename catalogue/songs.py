"""A folder of MIDI songs -> scores: for clips only, songs are never shipped.

Written for POP909 (tracks MELODY, BRIDGE and PIANO), and content with any file that has a
pitched track.
"""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import mido
import numpy as np

from catalogue.errors import NoSongs
from catalogue.piece import Note, Origin
from catalogue.score import Score, Voice

LICENCE = "not to be published: the song has its own rights"


def songs(folder: Path) -> list[Path]:
    """List the MIDI files in `folder`.

    Raises
    ------
    NoSongs
        There is none.

    """
    found = sorted(folder.glob("*.mid"))
    if not found:
        raise NoSongs(folder)
    return found


def read_song(path: Path) -> Score | None:
    """Return a song's tracks as voices in quarter notes; nothing if no track has notes."""
    song = mido.MidiFile(path)
    voices = [_voice(track, song.ticks_per_beat) for track in song.tracks]
    voices = [voice for voice in voices if len(voice) > 8]
    if not voices:
        return None
    shift = _grid([note for voice in voices for note in voice])
    voices = [tuple(n._replace(start=n.start - shift) for n in voice) for voice in voices]
    voices.sort(key=lambda voice: -float(np.mean([note.pitch for note in voice])))
    origin = Origin(f"song {path.stem}", LICENCE, f"song/{path.name}")
    return Score(origin, tuple(voices), (4, 4), _downbeat(voices))


def _voice(track: mido.MidiTrack, ticks: int) -> Voice:
    now, held, notes = 0, dict[int, tuple[int, int]](), []
    for message in track:
        now += message.time
        if message.type not in ("note_on", "note_off") or message.channel == 9:
            continue
        if message.note in held:
            start, velocity = held.pop(message.note)
            notes.append(Note(start / ticks, (now - start) / ticks, message.note, velocity))
        if message.type == "note_on" and message.velocity:
            held[message.note] = (now, message.velocity)
    return tuple(sorted(note for note in notes if note.length > 0))


def _grid(notes: Sequence[Note]) -> float:
    """Return how far the beats lie from whole quarters: recordings rarely start on the grid."""
    phases = np.array([note.start for note in notes]) % 1
    shifts = np.arange(0, 1, 1 / 48)
    distances = np.abs((phases[None] - shifts[:, None] + 0.5) % 1 - 0.5)
    return float(shifts[np.argmax((distances < 0.03).sum(1))])


def _downbeat(voices: Sequence[Voice]) -> float:
    """Return the quarter in 0..3 on which bars begin: where the bass changes most."""
    low = sorted(note for note in voices[-1] if note.pitch < 55)
    votes = np.zeros(4)
    for before, note in pairwise(low):
        if before.pitch % 12 != note.pitch % 12 and abs(note.start - round(note.start)) < 0.1:
            votes[round(note.start) % 4] += note.length
    return float(np.argmax(votes))
