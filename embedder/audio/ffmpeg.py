"""M4A, AAC, WMA, WebM and other formats beyond libsndfile, by FFmpeg (PyAV, an extra)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from embedder.audio.formats import ADTS, Format
from embedder.audio.recording import check_header
from embedder.audio.windows import Waveform
from embedder.errors import MissingExtra, UndecodableAudio

if TYPE_CHECKING:  # an extra, of 100 MB
    import av
    from av.audio.frame import AudioFrame
    from av.audio.stream import AudioStream
    from av.container import InputContainer

PROTECTED = ("drms", "enca")
"""Sample entries of MPEG-4 tracks that are encrypted."""

RUN_UP = 0.2
"""Seconds decoded before a stretch and thrown away: a frame of AAC needs the ones before it."""

GAP = 0.05
"""Seconds that a frame may say to begin off where the one before it ended; more is a real gap.
Some formats stamp in milliseconds: following each stamp would tear the sound at every frame."""


@contextmanager
def open_ffmpeg(path: Path, format: Format) -> Iterator[FfmpegRecording]:
    """Open a file with FFmpeg's reader of one format.

    Raises
    ------
    UndecodableAudio
        PyAV is not installed, or the file is damaged, protected, or holds no audio.

    """
    try:
        import av
    except ImportError:
        missing = MissingExtra("PyAV", "formats")
        raise UndecodableAudio(path, f"it is {format.name}; {missing}") from None

    # An open file, not its name: FFmpeg takes some names for addresses.
    with path.open("rb") as file:
        try:
            container = av.open(file, "r", format=format.demuxer, metadata_errors="ignore")
        except av.FFmpegError as error:
            reason = f"its {format.name} cannot be read ({_text(error)})"
            raise UndecodableAudio(path, reason) from None
        with container:
            yield FfmpegRecording(container, _audio_of(container, path), path, format)


class FfmpegRecording:
    """A `Recording` that FFmpeg has open."""

    def __init__(
        self, container: InputContainer, stream: AudioStream, path: Path, format: Format
    ) -> None:
        self._container, self._stream, self._path = container, stream, path
        self.rate: int = stream.codec_context.sample_rate
        seconds = _seconds_told(container, stream) if format != ADTS else None
        self._moved = seconds is None
        self.frames = int((seconds or _seconds_counted(container, stream)) * self.rate)
        check_header(path, self.rate, self.frames)

    def read(self, start: int, count: int) -> Waveform:
        """Decode `count` samples from `start` on, mono; see `Recording`."""
        import av

        read: list[Waveform] = []
        wanted = start
        try:
            for position, samples in self._decoded_from(start / self.rate - RUN_UP):
                first = max(0, wanted - position)
                read.append(samples[first : max(0, start + count - position)])
                wanted = max(wanted, position + len(samples))
                if wanted >= start + count:
                    break
        except av.FFmpegError as error:
            reason = f"it is damaged at {start / self.rate:.0f} s ({_text(error)})"
            raise UndecodableAudio(self._path, reason) from None
        return np.concatenate(read) if read else np.zeros(0, np.float32)

    def _decoded_from(self, seconds: float) -> Iterator[tuple[int, Waveform]]:
        """Yield frame after frame: the sample it begins at, and its samples."""
        base = self._stream.time_base or Fraction(1, self.rate)
        origin = self._stream.start_time or 0
        begin = max(0.0, seconds)
        if begin or self._moved:  # some readers lose the first packet by seeking to it
            self._container.seek(origin + int(begin / base), stream=self._stream)
        self._moved = True
        position, tolerance = round(begin * self.rate), 0.0
        for frame in self._frames():
            if frame.sample_rate != self.rate:
                raise UndecodableAudio(self._path, "its sampling rate changes midway")
            if frame.pts is not None:
                stamp = round((frame.pts - origin) * base * self.rate)
                position = stamp if abs(stamp - position) > tolerance else position
            yield position, mono(frame)
            position += frame.samples
            tolerance = GAP * self.rate

    def _frames(self) -> Iterator[AudioFrame]:
        """Decode packet by packet; a damaged one is a gap, as it is to a player."""
        import av

        for packet in self._container.demux(self._stream):
            try:
                frames = packet.decode()
            except av.FFmpegError:
                continue
            yield from frames


def mono(frame: AudioFrame) -> Waveform:
    """Return the mean of a frame's channels, full scale at 1, (samples,) float32."""
    samples = frame.to_ndarray()
    if not frame.format.is_planar:
        samples = samples.reshape(-1, frame.layout.nb_channels).T
    if samples.dtype.kind == "u":
        samples = samples.astype(np.float32) / 128 - 1
    elif samples.dtype.kind == "i":
        samples = samples.astype(np.float32) / 2 ** (8 * samples.itemsize - 1)
    mean: Waveform = samples.mean(axis=0).astype(np.float32)
    return mean


def _audio_of(container: InputContainer, path: Path) -> AudioStream:
    if not container.streams.audio:
        raise UndecodableAudio(path, "it holds no audio")
    stream = container.streams.audio[0]
    if stream.codec_context is None or stream.codec_context.codec_tag in PROTECTED:
        raise UndecodableAudio(path, "it is protected against copying, or no decoder is known")
    return stream


def _seconds_told(container: InputContainer, stream: AudioStream) -> Fraction | None:
    """Return how long a stream lasts, as its header says, None if it does not say."""
    if stream.time_base and stream.duration:
        return stream.duration * stream.time_base
    return Fraction(container.duration, 1_000_000) if container.duration else None


def _seconds_counted(container: InputContainer, stream: AudioStream) -> Fraction:
    """Return how long the packets of a stream last together; decodes nothing.

    For bare streams: guessed from the bit rate, their length is a half or double what it is.
    Counting also leaves an index behind that makes seeking exact.
    """
    ticks = sum(packet.duration or 0 for packet in container.demux(stream))
    return ticks * (stream.time_base or Fraction(1))


def _text(error: av.FFmpegError) -> str:
    return str(error.strerror or error)
