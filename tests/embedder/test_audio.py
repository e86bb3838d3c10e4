"""Whatever lies in a music folder becomes windows, or is refused by name."""

import sys
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
    read_beginning,
    read_windows,
    window_of,
    window_starts,
    windows_of,
)
from embedder.audio.quiet import quiet_c_libraries
from embedder.errors import UndecodableAudio
from tests.embedder.sounds import encode, melody, noise, tone, write


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


def test_a_refusal_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / "words.ogg"
    path.write_bytes(b"OggS\x00\x02" + bytes(99))

    with pytest.raises(UndecodableAudio, match=r"words\.ogg"):
        read_windows(path)


BEYOND_LIBSNDFILE = [
    ("song.m4a", "aac"),
    ("song.m4a", "alac"),
    ("song.aac", "aac"),
    ("song.wma", "wmav2"),
    ("song.webm", "libopus"),
    ("song.mka", "flac"),
    ("song.wv", "wavpack"),
    ("song.tta", "tta"),
]


@pytest.mark.parametrize(("name", "codec"), BEYOND_LIBSNDFILE)
def test_formats_beyond_libsndfile_give_the_windows_of_the_music(
    tmp_path: Path, name: str, codec: str
) -> None:
    rate = 48_000 if codec == "libopus" else 44_100
    music = melody(26, rate=rate)
    plain = read_windows(write(tmp_path / "plain.wav", music, rate))

    coded = read_windows(encode(tmp_path / name, music, rate, codec))

    assert coded.shape == plain.shape
    for one, other in zip(coded[:2], plain[:2], strict=True):
        likeness, shift = likest(one, other)
        assert likeness > 0.9
        assert abs(shift) < 0.05 * SAMPLING_RATE


def likest(one: np.ndarray, other: np.ndarray) -> tuple[float, int]:
    """The greatest correlation of two waveforms, and how many samples apart it is."""
    size = 2 * len(one)
    products = np.fft.irfft(np.fft.rfft(one, size) * np.fft.rfft(other, size).conj(), size)
    best = int(products.argmax())
    likeness = products[best] / np.linalg.norm(one) / np.linalg.norm(other)
    return float(likeness), best if best < len(one) else best - size


def test_a_suffix_that_lies_does_no_harm(tmp_path: Path) -> None:
    path = encode(tmp_path / "song.m4a", melody(5)).rename(tmp_path / "song.mp3")

    assert len(read_windows(path)) == 1


def test_an_aac_behind_a_tag_is_still_an_aac(tmp_path: Path) -> None:
    path = encode(tmp_path / "song.aac", melody(5))
    path.write_bytes(b"ID3\4\0\0\0\0\1\0" + bytes(128) + path.read_bytes())

    assert len(read_windows(path)) == 1


def test_without_pyav_the_extra_that_brings_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = encode(tmp_path / "song.m4a", melody(5))
    monkeypatch.setitem(sys.modules, "av", None)

    with pytest.raises(UndecodableAudio, match=r"MPEG-4; PyAV .* pip install 'upnext\[formats\]'"):
        read_windows(path)


def test_what_an_mp3_makes_its_decoder_print_is_not_printed(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path / "song.mp3", noise(20))
    path.write_bytes(path.read_bytes()[:30_000])
    soundfile.info(path)
    assert "Warning" in capfd.readouterr().err

    read_windows(path)
    assert capfd.readouterr().err == ""

    soundfile.info(path)
    assert "Warning" in capfd.readouterr().err


def test_python_still_prints_while_c_is_quiet(capfd: pytest.CaptureFixture[str]) -> None:
    with quiet_c_libraries(), quiet_c_libraries():
        sys.stderr.write("a line of ours\n")

    assert capfd.readouterr().err == "a line of ours\n"


def test_the_beginning_is_one_stretch_at_any_rate(tmp_path: Path) -> None:
    path = write(tmp_path / "song.flac", tone(30, rate=44_100), 44_100)

    assert len(read_beginning(path, 4.5, 8_000)) == 36_000
    assert len(read_beginning(path, 60, 8_000)) == 240_000


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
