"""File -> windows: whatever decoder it takes, the same framing."""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from stat import S_ISREG

import numpy as np
import soxr

from embedder.audio.ffmpeg import open_ffmpeg
from embedder.audio.formats import beyond_libsndfile
from embedder.audio.libsndfile import open_libsndfile
from embedder.audio.recording import Recording
from embedder.audio.windows import (
    FRAMING,
    Framing,
    Waveform,
    Windows,
    audible,
    window_of,
    window_starts,
)
from embedder.errors import UndecodableAudio


def read_windows(path: Path | str, framing: Framing = FRAMING) -> Windows:
    """Read the windows of an audio file that stand for the whole of it.

    WAV, FLAC, OGG (Vorbis, Opus), MP3, AIFF and what else libsndfile decodes; with the extra
    `formats`, M4A, AAC, WMA, WebM and more; any channels, any sampling rate. Reads by seeking:
    memory does not grow with the length of the file. Of a damaged file, what can still be decoded
    counts.

    Returns
    -------
    windows : (n, framing.samples) float32, 1 <= n <= MAX_WINDOWS, silent windows left out

    Raises
    ------
    UndecodableAudio
        The file is missing, no audio, empty, silent, protected, changes while it is read, holds
        samples that are no numbers, or needs a decoder that is not installed.

    References
    ----------
    P26.

    """
    path = Path(path)
    with _unchanged(path), open_recording(path) as recording:
        stretches = _stretches(recording, path, framing)
    return audible([window_of(stretch, framing) for stretch in stretches], path)


def read_beginning(path: Path | str, seconds: float, sampling_rate: int) -> Waveform:
    """Read the first seconds of an audio file, mono, in one stretch.

    Returns
    -------
    waveform : (n,) float32 at `sampling_rate` Hz, at most `seconds` long, maybe silent

    Raises
    ------
    UndecodableAudio
        As `read_windows` does.

    """
    path = Path(path)
    with _unchanged(path), open_recording(path) as recording:
        samples = recording.read(0, round(seconds * recording.rate))
        return _resampled(samples, recording.rate, sampling_rate)


def open_recording(path: Path) -> AbstractContextManager[Recording]:
    """Open an audio file with the decoder that it takes.

    Raises
    ------
    UndecodableAudio
        No decoder takes it, or none that is installed.

    """
    with path.open("rb") as file:
        format = beyond_libsndfile(file)
    return open_ffmpeg(path, format) if format else open_libsndfile(path)


@contextmanager
def _unchanged(path: Path) -> Iterator[None]:
    """Refuse a file that cannot be read, or is not the same before and after."""
    before = _state(path)
    try:
        yield
    except OSError as error:
        raise UndecodableAudio(path, error.strerror or str(error)) from None
    if _state(path) != before:
        raise UndecodableAudio(path, "it changed while it was read")


def _state(path: Path) -> tuple[int, int, int]:
    try:
        status = os.stat(path)
    except FileNotFoundError:
        raise UndecodableAudio(path, "there is no such file") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise UndecodableAudio(path, getattr(error, "strerror", None) or str(error)) from None
    if not S_ISREG(status.st_mode):
        raise UndecodableAudio(path, "it is no regular file")
    return status.st_ino, status.st_size, status.st_mtime_ns


def _stretches(recording: Recording, path: Path, framing: Framing) -> list[Waveform]:
    window = recording.rate * framing.seconds
    stretches: list[Waveform] = []
    damage: UndecodableAudio | None = None
    for start in window_starts(recording.frames, window):
        try:
            samples = recording.read(start, window)
        except UndecodableAudio as error:
            damage = damage or error
            continue
        stretch = _resampled(samples, recording.rate, framing.sampling_rate)
        if len(stretch):
            stretches.append(stretch)
    if not stretches:
        raise damage or UndecodableAudio(path, "no sample could be decoded")
    return stretches


def _resampled(samples: Waveform, rate: int, to: int) -> Waveform:
    if not len(samples):
        return np.zeros(0, np.float32)
    resampled: Waveform = soxr.resample(samples, rate, to)
    return resampled
