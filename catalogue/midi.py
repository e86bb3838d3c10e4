"""Pieces -> one MIDI file, one piece after another, so that one synthesiser run plays many."""

from collections.abc import Sequence
from pathlib import Path

import mido

from catalogue.instruments import INSTRUMENTS
from catalogue.piece import SECONDS, Part, Piece

SLOT_SECONDS = SECONDS + 2.0
"""A piece and the silence after it, in which the last notes die away."""

TICKS_PER_SECOND = 960
"""Two beats of 480 ticks: the file runs at 120 bpm whatever the pieces do."""

DRUM_CHANNEL = 9

DRUMS_DB, LEAD_DB, COMPANION_DB = -3.0, -4.0, -8.0
"""Levels of the drums, of the first part and of the others, below the loudest possible."""

PANS = (64, 40, 88, 52, 76, 64, 30, 98)
"""Where the players sit, 0 left to 127 right."""

Event = tuple[int, int, mido.Message]


def write_midi(pieces: Sequence[Piece], path: Path) -> None:
    """Write `pieces` into one file, each in a slot of `SLOT_SECONDS`."""
    events: list[Event] = []
    for i, piece in enumerate(pieces):
        events += _slot(piece, round(i * SLOT_SECONDS * TICKS_PER_SECOND))
    track = mido.MidiTrack()
    now = 0
    for tick, _, message in sorted(events, key=lambda event: event[:2]):
        track.append(message.copy(time=tick - now))
        now = tick
    end = round(len(pieces) * SLOT_SECONDS * TICKS_PER_SECOND)
    track.append(mido.MetaMessage("end_of_track", time=max(0, end - now)))
    file = mido.MidiFile(type=0, ticks_per_beat=TICKS_PER_SECOND // 2)
    file.tracks.append(track)
    file.save(path)


def _slot(piece: Piece, origin: int) -> list[Event]:
    events: list[Event] = []
    channels = [channel for channel in range(16) if channel != DRUM_CHANNEL]
    for channel in range(16):
        for control in (120, 121):  # all sound off, reset controllers
            events.append((origin, 0, _control(channel, control, 0)))
    for i, part in enumerate(piece.parts):
        channel = DRUM_CHANNEL if part.is_drums else channels[i]
        pan = 64 if part.is_drums else PANS[i % len(PANS)]
        events += [
            (origin, 1, mido.Message("program_change", channel=channel, program=part.program)),
            (origin, 1, _control(channel, 7, _volume(part, is_lead=i == 0))),
            (origin, 1, _control(channel, 10, pan)),
        ]
        events += _notes(part, channel, origin, TICKS_PER_SECOND * 60 / piece.bpm)
    return events


def _notes(part: Part, channel: int, origin: int, ticks_per_beat: float) -> list[Event]:
    events: list[Event] = []
    for note in part.notes:
        start = origin + round(note.start * ticks_per_beat)
        end = max(start + 20, origin + round((note.start + note.length) * ticks_per_beat))
        on = mido.Message("note_on", channel=channel, note=note.pitch, velocity=note.velocity)
        off = mido.Message("note_off", channel=channel, note=note.pitch)
        events += [(start, 3, on), (end, 2, off)]  # ends come before beginnings
    return events


def _volume(part: Part, *, is_lead: bool) -> int:
    """Return the MIDI volume; its square is the gain."""
    if part.is_drums:
        level_db = DRUMS_DB
    else:
        level_db = (LEAD_DB if is_lead else COMPANION_DB) + INSTRUMENTS[part.instrument].trim_db
    return min(127, round(127 * 10 ** (level_db / 40)))


def _control(channel: int, control: int, value: int) -> mido.Message:
    return mido.Message("control_change", channel=channel, control=control, value=value)
