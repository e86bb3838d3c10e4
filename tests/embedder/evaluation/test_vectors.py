"""Vectors that are kept: nothing is embedded twice, and nothing is lost when stopped."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pytest

from embedder.audio import Framing
from embedder.errors import UndecodableAudio
from embedder.evaluation.excerpts import Excerpt, Part, parts_of, read_excerpt
from embedder.evaluation.vectors import VectorStore, hear
from tests.embedder.evaluation.subjects import Listener
from tests.embedder.sounds import tone, write


def files(folder: Path, count: int = 3) -> list[Excerpt]:
    return [
        Excerpt(write(folder / f"{number}.wav", tone(hertz=200 + 100 * number)))
        for number in range(count)
    ]


def plainly(excerpts: Sequence[Excerpt], what: str) -> Iterable[Excerpt]:
    return excerpts


def test_what_was_heard_is_not_heard_again(tmp_path: Path) -> None:
    excerpts, subject = files(tmp_path), Listener()

    with VectorStore(tmp_path / "kept") as store:
        first = hear(subject, excerpts, Part.WHOLE, store, plainly)
    with VectorStore(tmp_path / "kept") as store:
        again = hear(subject, excerpts, Part.WHOLE, store, plainly)

    assert subject.heard == 3
    for row in range(3):
        np.testing.assert_array_equal(first.vectors[row], again.vectors[row])


def test_another_space_another_part_and_a_changed_file_are_heard(tmp_path: Path) -> None:
    excerpts, subject = files(tmp_path), Listener()
    with VectorStore() as store:
        hear(subject, excerpts, Part.WHOLE, store, plainly)

        hear(Listener(hash="listener-2"), excerpts, Part.WHOLE, store, plainly)
        hear(subject, excerpts, Part.HALVES, store, plainly)
        write(excerpts[0].path, tone(seconds=4, hertz=999))
        changed = hear(subject, excerpts, Part.WHOLE, store, plainly)

    assert subject.heard == 3 + 6 + 1
    assert changed.vectors[0][0, 1] > 0.1


def test_stopping_keeps_what_was_embedded(tmp_path: Path) -> None:
    excerpts, subject = files(tmp_path), Listener()

    def stopped(excerpts: Sequence[Excerpt], what: str) -> Iterable[Excerpt]:
        yield excerpts[0]
        yield excerpts[1]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), VectorStore(tmp_path / "kept") as store:
        hear(subject, excerpts, Part.WHOLE, store, stopped)
    with VectorStore(tmp_path / "kept") as store:
        found = hear(subject, excerpts, Part.WHOLE, store, plainly)

    assert subject.heard == 3
    assert len(found.vectors) == 3


def test_what_cannot_be_heard_is_named_and_passed_over(tmp_path: Path) -> None:
    excerpts = files(tmp_path)
    excerpts[1].path.write_text("no music")
    missing = Excerpt(tmp_path / "missing.wav")

    with VectorStore() as store:
        found = hear(Listener(), [*excerpts, missing], Part.WHOLE, store, plainly)

    assert sorted(found.vectors) == [0, 2]
    assert [one.path.name for one in found.passed_over] == ["1.wav", "missing.wav"]
    assert "no such file" in found.passed_over[1].reason


def test_a_stretch_is_cut_from_a_longer_file_and_a_clip_is_taken_as_it_is(tmp_path: Path) -> None:
    quiet, loud = 0.01 * tone(seconds=20), tone(seconds=10)
    video = write(tmp_path / "video.wav", np.concatenate([quiet, loud, quiet]))
    clip = write(tmp_path / "clip.wav", loud)

    cut = read_excerpt(Excerpt(video, 20, 30), Framing())
    whole = read_excerpt(Excerpt(clip, 20, 30), Framing())

    assert cut.shape == whole.shape == (1, Framing().samples)
    np.testing.assert_allclose(cut, whole, atol=1e-3)


def test_a_stretch_beyond_the_end_is_refused(tmp_path: Path) -> None:
    video = write(tmp_path / "video.wav", tone(seconds=25))

    with pytest.raises(UndecodableAudio, match="ends before 60 s"):
        read_excerpt(Excerpt(video, 60, 70), Framing())


def test_a_recording_is_halved_by_windows_and_a_single_window_in_its_middle() -> None:
    framing = Framing(sampling_rate=10, seconds=2)
    one = np.arange(20, dtype=np.float32)[None]

    first, second = parts_of(one, Part.HALVES, framing)

    assert first[0].tolist() == [*range(10), *range(10)]
    assert second[0].tolist() == [*range(10, 20), *range(10, 20)]
    assert [len(part) for part in parts_of(np.ones((3, 20)), Part.HALVES, framing)] == [1, 2]
    assert [len(part) for part in parts_of(np.ones((3, 20)), Part.WINDOWS, framing)] == [1, 1, 1]
