"""WAV, FLAC, OGG (Vorbis, Opus), MP3, AIFF and what else libsndfile decodes."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import numpy as np
import soundfile

from embedder.audio.formats import looks_like_mpeg
from embedder.audio.quiet import quiet_c_libraries
from embedder.audio.recording import check_header
from embedder.audio.windows import Waveform
from embedder.errors import UndecodableAudio

MOST_AT_ONCE = 1 << 24
"""Samples decoded at a time, all channels together (64 MB): ten seconds of all usual music are
one read. A second read of an MP3 would begin with a seek, and differ in its last bits."""

DAMAGE = (soundfile.SoundFileError, ValueError)
"""What a failed read raises; the next read, at a position of -1, wants an array of that length."""


@contextmanager
def open_libsndfile(path: Path) -> Iterator["LibsndfileRecording"]:
    """Open a file with libsndfile.

    Raises
    ------
    UndecodableAudio
        It is no format that libsndfile knows, or its header is broken.

    """
    with path.open("rb") as file:
        mpeg = looks_like_mpeg(file, path.suffix)
    with quiet_c_libraries() if mpeg else nullcontext():
        try:
            recording = LibsndfileRecording(path)
        except soundfile.LibsndfileError as error:
            reason = "no MPEG frame found" if mpeg else error.error_string.rstrip(".")
            raise UndecodableAudio(path, reason) from None
        try:
            check_header(path, recording.rate, recording.frames)
            yield recording
        finally:
            recording.close()


class LibsndfileRecording:
    """A `Recording` that libsndfile has open."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = self._opened()
        self.rate: int = self._file.samplerate
        self.frames: int = self._file.frames

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def read(self, start: int, count: int) -> Waveform:
        """Decode `count` samples from `start` on, mono; see `Recording`."""
        try:
            return self._read(start, count)
        except DAMAGE:
            self._reopen()
        return self._read_until_damage(start, count)

    def _read(self, start: int, count: int) -> Waveform:
        block = max(1, MOST_AT_ONCE // self._file.channels)
        read: list[Waveform] = []
        self._file.seek(start)
        for done in range(0, count, block):
            samples = self._file.read(min(block, count - done), dtype="float32", always_2d=True)
            read.append(samples.mean(axis=1))
        return np.concatenate(read)

    def _read_until_damage(self, start: int, count: int) -> Waveform:
        """Decode second by second, as far as it goes."""
        read: list[Waveform] = []
        try:
            for begin in range(start, start + count, self.rate):
                read.append(self._read(begin, min(self.rate, start + count - begin)))
        except DAMAGE as error:
            self._reopen()
            if not read:
                reason = f"it is damaged at {start / self.rate:.0f} s"
                raise UndecodableAudio(self._path, reason) from error
        return np.concatenate(read)

    def _opened(self) -> soundfile.SoundFile:
        return soundfile.SoundFile(os.fsencode(self._path))  # bytes: names need not be UTF-8

    def _reopen(self) -> None:
        """Begin anew: after an error a decoder finds no place of the file any more."""
        self._file.close()
        try:
            self._file = self._opened()
        except soundfile.LibsndfileError:
            raise UndecodableAudio(self._path, "it changed while it was read") from None
