"""The port of the decoders: an open recording, read by stretches."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from embedder.audio.windows import Waveform
from embedder.errors import UndecodableAudio

RATES = range(1_000, 768_001)
"""Sampling rates (Hz) that music has; beyond them a header is broken."""

LONGEST_FRAMES = 2**40
"""A header that promises more samples than this (months of audio) is broken."""


class Recording(Protocol):
    """A file that a decoder has open."""

    @property
    def rate(self) -> int:
        """Samples a second (Hz)."""
        ...

    @property
    def frames(self) -> int:
        """Samples a channel, as the header promises; fewer may be there."""
        ...

    def read(self, start: int, count: int) -> Waveform:
        """Decode `count` samples from `start` on, the mean of the channels.

        Fewer where the file ends, or is damaged. Memory grows with `count`, not with the file.

        Raises
        ------
        UndecodableAudio
            Nothing of it can be decoded.

        """
        ...


Decoder = Callable[[Path], AbstractContextManager[Recording]]
"""Opens a file; raises `UndecodableAudio`."""


def check_header(path: Path, rate: int, frames: int) -> None:
    """Refuse what no recording has.

    Raises
    ------
    UndecodableAudio
        The sampling rate or the length is out of bounds.

    """
    if rate not in RATES:
        raise UndecodableAudio(path, f"its header gives a sampling rate of {rate} Hz")
    if not 0 < frames < LONGEST_FRAMES:
        raise UndecodableAudio(path, f"its header promises {frames} samples")
