"""Recording -> fingerprint: bits that outlive coding, level and cuts; and how alike two are.

The fingerprint of Haitsma and Kalker, "A Highly Robust Audio Fingerprinting System", ISMIR 2002:
one bit says whether the difference of two neighbouring bands' energies grows or falls from one
frame to the next. A joint space of audio and text hears what music is like; this hears whether it
is the same recording.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embedder.audio import Waveform, read_beginning

RATE = 8_000
"""Hz; enough for the bands."""

LISTENED = 60.0
"""Seconds at the start of a recording that a fingerprint stands for."""

FRAME, HOP = 3_072, 512
"""Samples: 0.384 s, long against what is cut off a start, every 0.064 s."""

BITS = 32
"""Of a frame; the differences of 33 bands."""

BAND_EDGES = np.round(np.geomspace(300, 2_000, BITS + 2) * FRAME / RATE).astype(int)
"""First bins of the bands between 300 and 2,000 Hz, which every encoder keeps, and of one more."""

UNHEARD = 1e-6
"""Frames below this share of the loudest one's energy (-60 dB) are silence, and say nothing."""

LEAST_OVERLAP = 3.0
"""Seconds that two recordings must share before their bits are counted."""


@dataclass(frozen=True, slots=True, eq=False)
class Fingerprint:
    """What a recording is recognised by, 5 kB a minute."""

    words: NDArray[np.uint32]
    """(n,) one word of 32 bits a frame."""
    heard: NDArray[np.bool_]
    """(n,) whether anything sounds in the frame."""


@dataclass(frozen=True, slots=True)
class Match:
    """The best that two fingerprints can be brought to agree."""

    agreement: float
    """Share of equal bits, 0 to 1; unrelated recordings reach .6 at most, copies .75 and more."""
    offset: float
    """Seconds by which the second begins later in the recording than the first."""


def listen(path: Path) -> Fingerprint | None:
    """Return the fingerprint of a file's first minute, None if it is too short to have one.

    Costs a tenth of a second, most of it for decoding.

    Raises
    ------
    UndecodableAudio
        The file holds no music that can be read.

    """
    return fingerprint_of(read_beginning(path, LISTENED, RATE))


def fingerprint_of(waveform: Waveform) -> Fingerprint | None:
    """Return the fingerprint of a waveform at `RATE`, None if less than `LEAST_OVERLAP` sounds."""
    if len(waveform) < FRAME + HOP:
        return None
    frames = np.lib.stride_tricks.sliding_window_view(waveform, FRAME)[::HOP]
    spectra = np.abs(np.fft.rfft(frames * np.hanning(FRAME).astype(np.float32), axis=1)) ** 2
    energies = np.add.reduceat(spectra, BAND_EDGES, axis=1)[:, : BITS + 1]
    slopes = energies[:, :-1] - energies[:, 1:]
    grows = slopes[1:] > slopes[:-1]  # eq. 1
    total = energies.sum(axis=1)[1:]
    heard = (total > UNHEARD * total.max()) & (total > 0)
    if heard.sum() * HOP < LEAST_OVERLAP * RATE:
        return None
    return Fingerprint(np.packbits(grows, axis=1).view(np.uint32)[:, 0], heard)


def match(first: Fingerprint, second: Fingerprint) -> Match | None:
    """Slide one recording along the other to where most bits agree; a millisecond.

    Returns
    -------
    match : or None where nowhere enough of both is heard at once: half of the shorter one

    """
    length = 1 << (len(first.words) + len(second.words) - 1).bit_length()
    agree = _correlation(_signs(first), _signs(second), length)
    compared = BITS * _correlation(_mask(first), _mask(second), length)
    half = min(first.heard.sum(), second.heard.sum()) / 2
    enough = compared > BITS * max(LEAST_OVERLAP * RATE / HOP - 0.5, half)
    if not enough.any():
        return None
    shares = np.where(enough, 0.5 + agree / (2 * np.maximum(compared, 1)), 0.0)
    best = int(shares.argmax())
    frames = best if best < length // 2 else best - length
    return Match(min(1.0, float(shares[best])), frames * HOP / RATE)


def _signs(fingerprint: Fingerprint) -> NDArray[np.float32]:
    """Return bits as 1 and -1, and 0 where nothing sounds, (n, BITS)."""
    bits = np.unpackbits(fingerprint.words[:, None].view(np.uint8), axis=1)
    signs: NDArray[np.float32] = (2 * bits.astype(np.float32) - 1) * _mask(fingerprint)
    return signs


def _mask(fingerprint: Fingerprint) -> NDArray[np.float32]:
    return fingerprint.heard[:, None].astype(np.float32)


def _correlation(
    first: NDArray[np.float32], second: NDArray[np.float32], length: int
) -> NDArray[np.float32]:
    """Return, for each shift modulo `length`, the sum of products, over all columns."""
    spectra = np.fft.rfft(first, length, axis=0) * np.fft.rfft(second, length, axis=0).conj()
    summed: NDArray[np.float32] = np.fft.irfft(spectra.sum(axis=1), length).astype(np.float32)
    return summed
