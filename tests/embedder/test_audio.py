"""Whatever lies in a music folder becomes windows, or is refused by name."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from embedder.audio import (
    MAX_WINDOWS,
    SAMPLING_RATE,
    WINDOW_SAMPLES,
    read_windows,
    window_of,
    window_starts,
    windows_of,
)
from embedder.errors import UndecodableAudio
from tests.embedder.sounds import noise, tone, write


@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg", "mp3", "aiff"])
def test_every_usual_format_is_read(tmp_path: Path, suffix: str) -> None:
    path = write(tmp_path / f"song.{suffix}", tone(20, rate=44_100), 44_100)

    windows = read_windows(path)

    assert windows.shape == (2, WINDOW_SAMPLES)
    assert windows.dtype == np.float32
    assert np.abs(windows).max() == pytest.approx(0.3, abs=0.05)


@pytest.mark.parametrize(("rate", "channels"), [(8_000, 1), (16_000, 2), (48_000, 6), (96_000, 1)])
def test_any_rate_and_any_channels_become_mono_at_one_rate(
    tmp_path: Path, rate: int, channels: int
) -> None:
    samples = np.tile(tone(10, rate=rate)[:, None], channels)
    path = write(tmp_path / "song.wav", samples, rate)

    window = read_windows(path)[0]

    strongest = np.abs(np.fft.rfft(window)).argmax() * SAMPLING_RATE / WINDOW_SAMPLES
    assert strongest == pytest.approx(440, abs=1)


def test_a_sound_of_a_fifth_of_a_second_is_repeated(tmp_path: Path) -> None:
    path = write(tmp_path / "short.wav", noise(0.2))

    window = read_windows(path)[0]

    assert np.array_equal(window[:3200], window[3200:6400])


def test_a_long_recording_gives_a_bounded_number_of_windows(tmp_path: Path) -> None:
    path = write(tmp_path / "long.flac", noise(300))

    assert len(read_windows(path)) == MAX_WINDOWS


def test_a_file_and_its_waveform_give_the_same_windows(tmp_path: Path) -> None:
    samples = noise(25)
    soundfile.write(tmp_path / "song.wav", samples, SAMPLING_RATE, subtype="FLOAT")

    assert np.array_equal(read_windows(tmp_path / "song.wav"), windows_of(samples))


def test_silent_stretches_are_left_out(tmp_path: Path) -> None:
    path = write(tmp_path / "pause.wav", np.r_[tone(10), np.zeros_like(tone(10)), tone(10)])

    assert len(read_windows(path)) == 2


@pytest.mark.parametrize(
    ("samples", "reason"),
    [
        (np.zeros(SAMPLING_RATE, np.float32), "silent"),
        (np.zeros(0, np.float32), "0 samples"),
        (np.full(SAMPLING_RATE, np.nan, np.float32), "no numbers"),
        (np.full(SAMPLING_RATE, np.inf, np.float32), "no numbers"),
    ],
)
def test_samples_that_are_no_music_are_refused(
    tmp_path: Path, samples: np.ndarray, reason: str
) -> None:
    soundfile.write(tmp_path / "bad.wav", samples, SAMPLING_RATE, subtype="FLOAT")

    with pytest.raises(UndecodableAudio, match=reason):
        read_windows(tmp_path / "bad.wav")


@pytest.mark.parametrize("content", [b"", b"these are words\n" * 99, b"OggS\x00\x02" + bytes(99)])
def test_a_file_that_is_no_audio_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "words.ogg"
    path.write_bytes(content)

    with pytest.raises(UndecodableAudio, match=r"words\.ogg"):
        read_windows(path)


def test_a_truncated_file_gives_what_is_left_or_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "song.ogg", noise(30))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    windows = read_windows(path)

    assert 1 <= len(windows) <= 2
    assert np.isfinite(windows).all()


def test_a_folder_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nothing.ogg"):
        with pytest.raises(UndecodableAudio, match="no such file"):
            read_windows(path)


def test_a_stereo_array_is_no_waveform() -> None:
    with pytest.raises(UndecodableAudio, match="shape"):
        windows_of(np.zeros((2, 16_000), np.float32))


@given(st.integers(1, 10**9), st.integers(1, 10**6))
def test_windows_lie_side_by_side_inside_the_recording(n_samples: int, window: int) -> None:
    starts = window_starts(n_samples, window)

    assert starts[0] == 0
    assert len(starts) <= MAX_WINDOWS
    assert all(after - before >= window for before, after in zip(starts, starts[1:], strict=False))
    assert starts[-1] < n_samples


@given(st.integers(1, 3 * WINDOW_SAMPLES))
def test_a_window_always_has_the_same_length(n_samples: int) -> None:
    assert window_of(np.ones(n_samples, np.float32)).shape == (WINDOW_SAMPLES,)
