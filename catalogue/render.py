"""Pieces -> audio: fluidsynth plays, a little room and one level for all.

Level is no fact: every piece ends at the same loudness. What is left of loud and quiet is what
players change besides the level, so a soft touch is rendered duller and a hard one brighter and
denser.
"""

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import soundfile
from numpy.typing import NDArray
from scipy.signal import fftconvolve, lfilter

from catalogue.errors import SoundfontMissing, SynthesiserFailed, SynthesiserMissing
from catalogue.facts import velocity_of
from catalogue.midi import SLOT_SECONDS, write_midi
from catalogue.piece import SECONDS, Piece

Audio = NDArray[np.float32]
"""(n_frames, n_channels), -1 to 1."""

LEVEL_DB = -21.0
"""Level of every piece: root mean square of its louder half, against full scale."""

CEILING = 0.7
"""No sample is larger; leaves room for what lossy coding adds."""

KNEE = 0.5
"""Peaks above this are rounded off."""


@dataclass(frozen=True, slots=True)
class Sound:
    """How a rendering is finished."""

    room_seconds: float = 0.7
    """Time in which the room dies away by 60 dB."""
    room: float = 0.18
    """Energy of the room against that of the instruments."""
    tilt_db: float = 0.0
    """Treble against bass; recordings differ."""
    noise_db: float | None = None
    """Hiss against full scale."""
    level_db: float = LEVEL_DB


def synthesise(pieces: Sequence[Piece], soundfont: Path, *, sampling_rate: int) -> Iterator[Audio]:
    """Yield the raw stereo sound of each piece, all from one run of fluidsynth.

    Costs about 0.5 to 4 s to load the soundfont and 0.05 s a piece.

    Raises
    ------
    SoundfontMissing, SynthesiserMissing, SynthesiserFailed

    """
    if not soundfont.exists():
        raise SoundfontMissing(soundfont)
    with TemporaryDirectory() as folder:
        midi, wave = Path(folder, "pieces.mid"), Path(folder, "pieces.wav")
        write_midi(pieces, midi)
        _fluidsynth(midi, wave, soundfont, sampling_rate)
        length = round(SECONDS * sampling_rate)
        with soundfile.SoundFile(wave) as file:
            for i in range(len(pieces)):
                file.seek(min(round(i * SLOT_SECONDS * sampling_rate), len(file)))
                yield file.read(length, dtype="float32", always_2d=True, fill_value=0.0)


def finish(
    raw: Audio, piece: Piece, sound: Sound, *, sampling_rate: int, rng: np.random.Generator
) -> Audio:
    """Put a piece into its room and bring it to level; stereo stays stereo.

    Returns
    -------
    audio : same shape as `raw`, within -CEILING to CEILING

    """
    hardness = (velocity_of(piece) - 80) / 40
    audio = raw + np.float32(np.sqrt(sound.room)) * _room(raw, sound, sampling_rate, rng)
    audio = _shelf(audio, 5 * hardness + sound.tilt_db, sampling_rate)
    if sound.noise_db is not None:
        audio = to_level(audio, sound.level_db)
        audio += rng.normal(size=audio.shape) * 10 ** (sound.noise_db / 20)
    audio = to_level(audio, sound.level_db + 4 * max(hardness, 0))
    audio = to_level(_rounded(audio), sound.level_db)
    return (_rounded(audio) * _fades(len(audio), sampling_rate)).astype(np.float32)


def level_of(audio: Audio) -> float:
    """Return the level in dB of full scale: RMS of the louder half of its 0.4 s blocks."""
    mono = audio.mean(1) if audio.ndim > 1 else audio
    blocks = np.array_split(mono, 30)
    power = np.sort([float(np.mean(block**2)) for block in blocks])[len(blocks) // 2 :]
    return float(10 * np.log10(power.mean() + 1e-12))


def to_level(audio: Audio, level_db: float) -> Audio:
    """Scale to `level_db`."""
    return audio * np.float32(10 ** ((level_db - level_of(audio)) / 20))


def _fluidsynth(midi: Path, wave: Path, soundfont: Path, sampling_rate: int) -> None:
    command = shutil.which("fluidsynth")
    if command is None:
        raise SynthesiserMissing
    settings = {
        "synth.dynamic-sample-loading": 1,
        "synth.reverb.active": 0,
        "synth.chorus.active": 0,
        "synth.cpu-cores": 1,
    }
    options = [f"-o{name}={value}" for name, value in settings.items()]
    options += ["-g", "0.4", "-r", str(sampling_rate), "-O", "float", "-T", "wav", "-F", str(wave)]
    done = subprocess.run(
        [command, "-niq", *options, str(soundfont), str(midi)], capture_output=True, text=True
    )
    if done.returncode or not wave.exists():
        raise SynthesiserFailed(soundfont, done.stderr or done.stdout)


def _room(raw: Audio, sound: Sound, sampling_rate: int, rng: np.random.Generator) -> Audio:
    n = round(sound.room_seconds * sampling_rate)
    decay = np.exp(-6.9 * np.arange(n) / n)[:, None]
    impulse = rng.normal(size=(n, raw.shape[1])) * decay
    impulse = lfilter([0.5, 0.5], [1], impulse, axis=0)  # walls swallow treble
    impulse /= np.sqrt((impulse**2).sum(0))
    wet: Audio = fftconvolve(raw, impulse, axes=0)[: len(raw)].astype(np.float32)
    return wet


def _shelf(audio: Audio, gain_db: float, sampling_rate: int) -> Audio:
    """Raise or lower what lies above 2 kHz, with a first-order slope."""
    pole = np.exp(-2 * np.pi * 2000 / sampling_rate)
    low = lfilter([1 - pole], [1, -pole], audio, axis=0)
    shelved: Audio = (low + (audio - low) * 10 ** (gain_db / 20)).astype(np.float32)
    return shelved


def _rounded(audio: Audio) -> Audio:
    """Bend peaks above KNEE so that none passes CEILING."""
    span = CEILING - KNEE
    over = np.abs(audio) - KNEE
    bent = np.sign(audio) * (KNEE + span * np.tanh(over / span))
    rounded: Audio = np.where(over > 0, bent, audio).astype(np.float32)
    return rounded


def _fades(length: int, sampling_rate: int) -> Audio:
    """Begin at once and end within half a second."""
    envelope = np.ones(length, np.float32)
    out = sampling_rate // 2
    envelope[-out:] = np.cos(np.linspace(0, np.pi / 2, out)) ** 2
    return envelope[:, None]
