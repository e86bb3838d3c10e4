"""Small real audio files."""

from pathlib import Path

import mutagen
import numpy as np
import soundfile

RATE = 16_000


def tone(path: Path, hertz: float = 440.0, seconds: float = 0.5) -> Path:
    """Write a sine; the suffix decides the format."""
    path.parent.mkdir(parents=True, exist_ok=True)
    time = np.arange(int(seconds * RATE)) / RATE
    soundfile.write(path, 0.5 * np.sin(2 * np.pi * hertz * time).astype(np.float32), RATE)
    return path


def noise(path: Path, seed: int = 0, seconds: float = 0.5) -> Path:
    """Write white noise; the suffix decides the format."""
    path.parent.mkdir(parents=True, exist_ok=True)
    samples = np.random.default_rng(seed).uniform(-0.5, 0.5, int(seconds * RATE))
    soundfile.write(path, samples.astype(np.float32), RATE)
    return path


def tagged(path: Path, **tags: str) -> Path:
    """Write tags into a file that has none, under mutagen's easy names."""
    file = mutagen.File(path, easy=True)
    if file.tags is None:
        file.add_tags()
    for name, value in tags.items():
        file[name] = value
    file.save()
    return path
