"""File, or a stretch of it -> the windows that are embedded."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
import soxr

from embedder.audio import Framing, Waveform, Windows, read_windows, window_of, windows_of
from embedder.audio.files import open_recording
from embedder.audio.recording import Recording
from embedder.errors import UndecodableAudio

WHOLE_CLIP = 1.5
"""A file longer than this many times its stretch is the recording that the stretch is cut from."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A recording, or the stretch of it that labels are about."""

    path: Path
    start_seconds: float = 0.0
    end_seconds: float | None = None
    """None: to the end."""


class Part(StrEnum):
    """Which vectors an excerpt is given."""

    WHOLE = "whole"
    """One: the mean over its windows (P26)."""
    HALVES = "halves"
    """Two: one for each half."""
    WINDOWS = "windows"
    """One a window of ten seconds."""


def read_excerpt(excerpt: Excerpt, framing: Framing) -> Windows:
    """Read the windows of an excerpt.

    A file that is hardly longer than the stretch asked for is taken for that stretch, already cut.

    Raises
    ------
    UndecodableAudio
        The file is missing, no audio, or silent.

    """
    if excerpt.end_seconds is None:
        return read_windows(excerpt.path, framing)
    seconds = excerpt.end_seconds - excerpt.start_seconds
    try:
        with open_recording(excerpt.path) as recording:
            if recording.frames > WHOLE_CLIP * seconds * recording.rate:
                return windows_of(_stretch(recording, excerpt, seconds, framing), framing)
    except OSError as error:
        raise UndecodableAudio(excerpt.path, error.strerror or str(error)) from None
    return read_windows(excerpt.path, framing)


def parts_of(windows: Windows, part: Part, framing: Framing) -> list[Windows]:
    """Divide the windows of a recording into what gets a vector each.

    >>> [len(part) for part in parts_of(np.ones((5, 160_000)), Part.HALVES, Framing())]
    [2, 3]
    """
    match part:
        case Part.WHOLE:
            return [windows]
        case Part.WINDOWS:
            return [windows[row : row + 1] for row in range(len(windows))]
        case Part.HALVES if len(windows) > 1:
            middle = len(windows) // 2
            return [windows[:middle], windows[middle:]]
        case Part.HALVES:
            middle = framing.samples // 2
            halves = (windows[0, :middle], windows[0, middle:])
            return [window_of(half, framing)[np.newaxis] for half in halves]


def _stretch(recording: Recording, excerpt: Excerpt, seconds: float, framing: Framing) -> Waveform:
    start = round(excerpt.start_seconds * recording.rate)
    if start >= recording.frames:
        raise UndecodableAudio(excerpt.path, f"it ends before {excerpt.start_seconds:g} s")
    samples = recording.read(start, round(seconds * recording.rate))
    waveform: Waveform = soxr.resample(samples, recording.rate, framing.sampling_rate)
    return waveform
