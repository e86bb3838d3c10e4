"""Windows -> a handful of textbook descriptors, each of which has a name in plain words."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from embedder.audio import FRAMING, Windows
from embedder.encoders import Array

FFT_SAMPLES = 2048
"""Samples of one spectrum: 128 ms, and neighbouring notes are 8 Hz apart."""

HOP_SAMPLES = 512
"""Samples from one spectrum to the next: 32 ms."""

BASS_HZ = 150.0
"""Where the bass ends."""

BPM = (50.0, 200.0)
"""Range in which a beat is looked for."""

USUAL_BPM, OCTAVES = 120.0, 0.9
"""Where people hear the beat when several fit, and how far they stray (Ellis, 2007)."""

NOTE_HZ = (55.0, 2100.0)
"""Range in which a partial is taken for a note."""

MAJOR_PROFILE = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
"""Fit of the twelve notes to a major key (Krumhansl and Kessler, 1982)."""

MINOR_PROFILE = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)
"""Fit of the twelve notes to a minor key (Krumhansl and Kessler, 1982)."""

DESCRIPTORS = ("level", "centroid", "bass", "flatness", "onsets", "punch", "tempo", "major")
"""The order of the numbers."""


def descriptors_of(windows: Windows) -> Array:
    """Return the descriptors of each window, (n, len(DESCRIPTORS)) float32; some 10 ms a window."""
    return np.stack([_descriptors(window) for window in windows])


def _descriptors(window: NDArray[np.float32]) -> Array:
    frames = np.lib.stride_tricks.sliding_window_view(window, FFT_SAMPLES)[::HOP_SAMPLES]
    spectrum = np.abs(np.fft.rfft(frames * np.hanning(FFT_SAMPLES), axis=1)) + 1e-6
    mean = spectrum.mean(axis=0)
    share = mean / mean.sum()
    rise = np.maximum(np.diff(np.log(spectrum), axis=0), 0).mean(axis=1)
    strength = (rise - rise.mean()) / (rise.std() + 1e-6)
    numbers = {
        "level": np.log10(np.sqrt(np.mean(window**2)) + 1e-6),
        "centroid": np.log2((share * _hertz()).sum() + 1),
        "bass": share[_hertz() < BASS_HZ].sum(),
        "flatness": np.log(mean).mean() - np.log(mean.mean()),
        "onsets": np.mean((strength[1:-1] > 1) & (strength[1:-1] >= strength[2:])),
        "punch": np.mean(strength**3),
        "tempo": _tempo(strength),
        "major": _major(mean),
    }
    return np.array([numbers[name] for name in DESCRIPTORS], np.float32)


def _tempo(strength: NDArray[np.float64]) -> float:
    """Return log2 of the tempo whose period the onsets repeat at most clearly."""
    correlation = np.correlate(strength, strength, "full")[len(strength) - 1 :]
    seconds = np.arange(1, len(correlation)) * HOP_SAMPLES / FRAMING.sampling_rate
    bpm = 60 / seconds
    inside = (bpm >= BPM[0]) & (bpm <= BPM[1])
    usual = np.exp(-0.5 * (np.log2(bpm[inside] / USUAL_BPM) / OCTAVES) ** 2)
    return float(np.log2(bpm[inside][np.argmax(correlation[1:][inside] * usual)]))


def _major(mean: NDArray[np.float64]) -> float:
    """Return how much better the notes fit the best major key than the best minor key."""
    chroma = np.log1p(_notes() @ mean)
    fits = [
        max(float(np.corrcoef(chroma, np.roll(profile, key))[0, 1]) for key in range(12))
        for profile in (MAJOR_PROFILE, MINOR_PROFILE)
    ]
    return fits[0] - fits[1] if np.isfinite(fits).all() else 0.0


@cache
def _hertz() -> NDArray[np.float64]:
    bins = np.arange(FFT_SAMPLES // 2 + 1, dtype=np.float64)
    return bins * FRAMING.sampling_rate / FFT_SAMPLES


@cache
def _notes() -> NDArray[np.float64]:
    hertz = _hertz()
    pitch = np.round(69 + 12 * np.log2(np.maximum(hertz, 1) / 440)) % 12
    heard = (hertz >= NOTE_HZ[0]) & (hertz <= NOTE_HZ[1])
    notes: NDArray[np.float64] = (np.arange(12)[:, None] == pitch) * heard.astype(np.float64)
    return notes
