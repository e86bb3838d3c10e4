"""Waveforms made on the spot, and files that hold them."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from embedder.audio import SAMPLING_RATE

Array = NDArray[np.float32]


def tone(seconds: float = 10.0, hertz: float = 440.0, rate: int = SAMPLING_RATE) -> Array:
    time = np.arange(int(seconds * rate)) / rate
    return (0.3 * np.sin(2 * np.pi * hertz * time)).astype(np.float32)


def noise(seconds: float = 10.0, seed: int = 0) -> Array:
    rng = np.random.default_rng(seed)
    return (0.1 * rng.normal(size=int(seconds * SAMPLING_RATE))).astype(np.float32)


def clicks(bpm: float, seconds: float = 10.0, seed: int = 0) -> Array:
    """Bursts of noise over a hum, one a beat."""
    wave = 0.05 * tone(seconds, 220.0)
    burst = noise(0.05, seed) * 5 * np.linspace(1, 0, int(0.05 * SAMPLING_RATE))
    for beat in np.arange(0, seconds - 0.1, 60 / bpm):
        start = int(beat * SAMPLING_RATE)
        wave[start : start + len(burst)] += burst
    return wave.astype(np.float32)


def chord(*semitones: int, seconds: float = 10.0) -> Array:
    return sum(tone(seconds, 220 * 2 ** (step / 12)) for step in semitones) / len(semitones)


def write(path: Path, samples: Array, rate: int = SAMPLING_RATE) -> Path:
    soundfile.write(path, samples, rate)
    return path


def facts(**known: object) -> dict[str, object]:
    return {
        "instruments": ["piano"],
        "families": ["keys"],
        "tempo": "medium",
        "energy": "medium",
        "loudness": "medium",
        "mood": "neutral",
        "mode": "major",
        "density": "medium",
        "drums": False,
        "style": "pop",
    } | known


def clip_folder(folder: Path, count: int, seed: int = 0) -> Path:
    """Fast clips with drums beside slow clips of a plain tone, half and half."""
    folder.mkdir(parents=True)
    rng = np.random.default_rng(seed)
    lines = []
    for number in range(count):
        fast = number % 2 == 0
        wave = (
            clicks(rng.uniform(130, 170), seed=number)
            if fast
            else tone(hertz=rng.uniform(200, 400))
        )
        write(folder / f"{number}.wav", wave + 0.001 * noise(seed=number))
        known = facts(
            drums=fast, tempo="fast" if fast else "slow", style="rock" if fast else "ambient"
        )
        lines.append(json.dumps({"path": f"{number}.wav", "facts": known}))
    (folder / "tracks.jsonl").write_text("\n".join(lines))
    return folder


def melody(seconds: float = 20.0, seed: int = 0, rate: int = SAMPLING_RATE) -> Array:
    """A tune that no other seed has: three voices of random notes, with overtones."""
    rng = np.random.default_rng(seed)
    wave = np.zeros(int(seconds * rate), np.float32)
    for start in np.arange(0, seconds, 0.25):
        time = np.arange(min(int(0.5 * rate), len(wave) - int(start * rate))) / rate
        for _ in range(3):
            hertz = 220 * 2 ** (rng.integers(0, 36) / 12)
            note = sum(np.sin(2 * np.pi * hertz * k * time) / k for k in (1, 2, 3))
            wave[int(start * rate) :][: len(time)] += 0.1 * note * np.exp(-6 * time)
    return wave


def encode(path: Path, samples: Array, rate: int = SAMPLING_RATE, codec: str = "aac") -> Path:
    """Write a mono waveform in a format that libsndfile does not write."""
    av = pytest.importorskip("av", reason="needs the extra `formats`")
    with av.open(str(path), "w", format={".aac": "adts", ".m4a": "mp4"}.get(path.suffix)) as file:
        stream = file.add_stream(codec, rate=rate, layout="mono")
        stream.bit_rate = 96_000
        converted = av.AudioResampler(stream.format.name, "mono", rate)
        for start in range(0, len(samples), rate):
            frame = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(samples[None, start : start + rate]), "fltp", "mono"
            )
            frame.sample_rate, frame.pts = rate, start
            for part in converted.resample(frame):
                file.mux(stream.encode(part))
        file.mux(stream.encode(None))
    return path
