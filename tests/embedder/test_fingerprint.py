"""The same recording is recognised whatever was done to it; other music never is."""

from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st

from embedder.fingerprint import RATE, Fingerprint, fingerprint_of, listen, match
from tests.embedder.sounds import Array, encode, melody, tone, write

FILE_RATE = 44_100
MUSIC = melody(20, rate=FILE_RATE)


def known(waveform: Array) -> Fingerprint:
    found = fingerprint_of(waveform)
    assert found is not None
    return found


def resampled(path: Path) -> Path:
    return write(path.with_suffix(".flac"), soxr.resample(MUSIC, FILE_RATE, 22_050), 22_050)


def after_silence(path: Path) -> Path:
    samples = np.concatenate([np.zeros(FILE_RATE * 3 // 2, np.float32), MUSIC])
    return write(path.with_suffix(".flac"), samples, FILE_RATE)


COPIES: dict[str, tuple[Callable[[Path], Path], float]] = {
    # how it is made; by how many seconds it begins later in the music
    "MP3": (lambda at: write(at.with_suffix(".mp3"), MUSIC, FILE_RATE), 0.0),
    "OGG": (lambda at: write(at.with_suffix(".ogg"), MUSIC, FILE_RATE), 0.0),
    "M4A": (lambda at: encode(at.with_suffix(".m4a"), MUSIC, FILE_RATE), 0.0),
    "12 dB lower": (lambda at: write(at.with_suffix(".flac"), MUSIC / 4, FILE_RATE), 0.0),
    "22 kHz": (resampled, 0.0),
    "2 s cut off": (lambda at: write(at.with_suffix(".flac"), MUSIC[88_200:], FILE_RATE), 2.0),
    "after silence": (after_silence, -1.5),
}


@pytest.mark.parametrize(("make", "later"), COPIES.values(), ids=COPIES)
def test_a_copy_is_recognised(make: Callable[[Path], Path], later: float, tmp_path: Path) -> None:
    original = listen(write(tmp_path / "original.wav", MUSIC, FILE_RATE))
    copy = listen(make(tmp_path / "copy"))
    assert original is not None
    assert copy is not None

    found = match(original, copy)

    assert found is not None
    assert found.agreement > 0.75
    assert found.offset == pytest.approx(later, abs=0.1)


def test_other_music_is_not_recognised() -> None:
    prints = [known(melody(12, seed, RATE)) for seed in range(8)]

    agreements = [match(one, other).agreement for one, other in combinations(prints, 2)]

    assert max(agreements) < 0.62


def test_what_is_too_short_or_silent_has_no_fingerprint() -> None:
    assert fingerprint_of(melody(3, rate=RATE)) is None
    assert fingerprint_of(np.zeros(20 * RATE, np.float32)) is None
    assert fingerprint_of(np.zeros(0, np.float32)) is None


def test_silence_in_common_is_nothing_in_common() -> None:
    silence = np.zeros(10 * RATE, np.float32)
    one, other = (known(np.r_[silence, melody(10, seed, RATE)]) for seed in (0, 1))

    found = match(one, other)

    assert found is not None
    assert found.agreement < 0.62


def test_a_shared_moment_is_not_enough() -> None:
    shared = melody(4, 2, RATE)
    one, other = (known(np.r_[melody(20, seed, RATE), shared]) for seed in (0, 1))

    found = match(one, other)

    assert found is not None
    assert found.agreement < 0.65


def test_a_steady_tone_is_compared_without_fault() -> None:
    steady = known(tone(20, rate=RATE))

    assert match(steady, known(melody(20, rate=RATE))) is not None


@given(st.integers(0, 5))
@settings(deadline=None, max_examples=6)
def test_a_recording_agrees_with_itself_and_both_ways_round(seed: int) -> None:
    one, other = known(melody(8, seed, RATE)), known(melody(6, seed + 1, RATE))

    itself, there, back = match(one, one), match(one, other), match(other, one)

    assert itself is not None and (itself.agreement, itself.offset) == (pytest.approx(1), 0)
    assert there is not None and back is not None
    assert there.agreement == pytest.approx(back.agreement, abs=1e-4)
