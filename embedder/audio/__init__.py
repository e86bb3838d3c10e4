"""Files and waveforms -> windows, the ten-second mono stretches that encoders hear."""

from embedder.audio.files import read_beginning, read_windows
from embedder.audio.windows import (
    FRAMING,
    MAX_WINDOWS,
    SAMPLING_RATE,
    SILENCE,
    WINDOW_SAMPLES,
    Framing,
    Waveform,
    Windows,
    window_of,
    window_starts,
    windows_of,
)

__all__ = [
    "FRAMING",
    "MAX_WINDOWS",
    "SAMPLING_RATE",
    "SILENCE",
    "WINDOW_SAMPLES",
    "Framing",
    "Waveform",
    "Windows",
    "read_beginning",
    "read_windows",
    "window_of",
    "window_starts",
    "windows_of",
]
