"""Windows of pairs: which stretch of the file, and what happens when it cannot be read."""

from pathlib import Path

import numpy as np
import pytest
import torch

from embedder.audio import SAMPLING_RATE, WINDOW_SAMPLES
from embedder.corpus.records import Recording, Texts
from embedder.corpus.sources import Source
from embedder.errors import UndecodableAudio, UnusableCorpus
from embedder.training.excerpts import Excerpts, Place, load, read_excerpt
from embedder.training.pairs import Pair, PairSampler
from tests.embedder.sounds import noise, tone, write


def ramp(seconds: float) -> np.ndarray:
    """Samples that tell where they are: second k lies at k hundredths."""
    return (np.arange(int(seconds * SAMPLING_RATE)) / SAMPLING_RATE / 100).astype(np.float32)


def recordings_in(folder: Path, count: int, broken: tuple[int, ...] = ()) -> list[Recording]:
    for row in range(count):
        path = folder / f"{row}.wav"
        if row in broken:
            path.write_text("no music")
        else:
            write(path, noise(0.5, seed=row))
    return [Recording(folder / f"{row}.wav", Texts(sf=(f"title {row}",))) for row in range(count)]


def sampler_for(recordings: list[Recording]) -> PairSampler:
    return PairSampler(recordings, 2, dict.fromkeys(Source, 1.0))


def place(row: int, step: int = 0) -> Place:
    return Place(Pair(row, Source.SF, f"title {row}", at=0.5), 0, step, row)


@pytest.mark.parametrize(("at", "start"), [(0.0, 0.0), (0.5, 10.0), (1.0, 20.0)])
def test_a_window_begins_where_it_is_told_to(tmp_path: Path, at: float, start: float) -> None:
    path = write(tmp_path / "ramp.wav", ramp(30))

    window = read_excerpt(path, at)

    assert window.shape == (WINDOW_SAMPLES,)
    assert window[0] * 100 == pytest.approx(start, abs=0.01)
    assert window[-1] * 100 == pytest.approx(start + 10, abs=0.01)


def test_another_sampling_rate_and_stereo_give_the_same_window(tmp_path: Path) -> None:
    stereo = np.stack([tone(12, rate=48_000)] * 2, axis=1)
    path = write(tmp_path / "stereo.wav", stereo, rate=48_000)

    window = read_excerpt(path, 0.0)

    middle = slice(1_000, -1_000)  # the resampler's edges ring
    assert np.allclose(window[middle], tone(10)[middle], atol=1e-3)


def test_a_short_file_is_repeated(tmp_path: Path) -> None:
    path = write(tmp_path / "short.wav", noise(2.5))

    window = read_excerpt(path, 0.7)

    assert np.array_equal(window[: WINDOW_SAMPLES // 4], window[-WINDOW_SAMPLES // 4 :])


@pytest.mark.parametrize("content", [None, b"", b"no music"])
def test_what_cannot_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "broken.ogg"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(UndecodableAudio, match="broken.ogg"):
        read_excerpt(path, 0.0)


def test_samples_that_are_no_numbers_are_refused(tmp_path: Path) -> None:
    import soundfile

    path = tmp_path / "nan.wav"
    soundfile.write(path, np.full(SAMPLING_RATE, np.nan, np.float32), SAMPLING_RATE, "FLOAT")

    with pytest.raises(UndecodableAudio, match="no numbers"):
        read_excerpt(path, 0.0)


def test_another_pair_stands_in_for_a_broken_file_always_the_same(tmp_path: Path) -> None:
    recordings = recordings_in(tmp_path, 20, broken=(0,))
    excerpts = Excerpts(recordings, sampler_for(recordings))

    (window, pair), (again, same) = excerpts[place(0)], excerpts[place(0)]

    assert pair == same
    assert pair.recording != 0
    assert pair.text == f"title {pair.recording}"
    assert np.array_equal(window, again)


def test_a_corpus_of_broken_files_is_at_fault(tmp_path: Path) -> None:
    recordings = recordings_in(tmp_path, 3, broken=(0, 1, 2))

    with pytest.raises(UnusableCorpus, match="8 recordings in a row"):
        Excerpts(recordings, sampler_for(recordings))[place(0)]


def test_other_processes_decode_the_same_batches_in_the_same_order(tmp_path: Path) -> None:
    recordings = recordings_in(tmp_path, 6, broken=(3,))
    excerpts = Excerpts(recordings, sampler_for(recordings))
    batches = [[place(0), place(1)], [place(2), place(3)], [place(4), place(5)]]

    alone, helped = (list(load(excerpts, batches, workers)) for workers in (0, 2))

    assert [one.pairs for one in alone] == [one.pairs for one in helped]
    assert all(torch.equal(a.windows, b.windows) for a, b in zip(alone, helped, strict=True))
