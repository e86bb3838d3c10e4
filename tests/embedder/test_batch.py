import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from embedder.batch import Broken, Embedded, Outcome, Skipped, embed_folder
from embedder.errors import UndecodableAudio
from embedder.folder import MusicFile, read_folder
from schemas.vectors import TrackVector, unpack_vector
from tests.checks.music import noise, tone


class SpectralSpace:
    """The loudness of 128 bands: a real space in six lines."""

    hash = "spectral-1"

    def __init__(self) -> None:
        self.encoded: list[str] = []

    def encode_audio(self, sources: Iterable[Path]) -> NDArray[np.float32]:
        return np.stack([self._spectrum(path) for path in sources])

    def centred_audio(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        centred = vectors - vectors.mean(axis=1, keepdims=True)
        return centred / np.linalg.norm(centred, axis=1, keepdims=True)

    def _spectrum(self, path: Path) -> NDArray[np.float32]:
        self.encoded.append(path.name)
        try:
            samples, _ = soundfile.read(path, dtype="float32")
        except soundfile.LibsndfileError as error:
            raise UndecodableAudio(path, str(error)) from None
        bands = np.array_split(np.abs(np.fft.rfft(samples)), 128)
        return np.array([np.log1p(band.sum()) for band in bands], np.float32)


@pytest.fixture
def files(tmp_path: Path) -> tuple[MusicFile, ...]:
    for number, hertz in enumerate((200, 400, 800, 1600, 3200)):
        tone(tmp_path / f"{number}.ogg", hertz)
    noise(tmp_path / "5.flac")
    (tmp_path / "3b.ogg").write_text("a text with the name of a song")
    return read_folder(tmp_path).files


def names(outcomes: Iterable[Outcome]) -> list[tuple[str, str]]:
    return [
        (type(done).__name__, done.path.name if isinstance(done, Broken) else done.file.path.name)
        for done in outcomes
    ]


def test_a_broken_file_is_reported_and_the_rest_goes_on(files: tuple[MusicFile, ...]) -> None:
    outcomes = list(embed_folder(files, SpectralSpace()))

    assert names(outcomes) == [
        ("Embedded", "0.ogg"),
        ("Embedded", "1.ogg"),
        ("Embedded", "2.ogg"),
        ("Embedded", "3.ogg"),
        ("Broken", "3b.ogg"),
        ("Embedded", "4.ogg"),
        ("Embedded", "5.flac"),
    ]
    (broken,) = [outcome for outcome in outcomes if isinstance(outcome, Broken)]
    assert "3b.ogg" in broken.reason


def test_the_record_is_ready_to_publish(files: tuple[MusicFile, ...]) -> None:
    (embedded,) = embed_folder(files[:1], SpectralSpace())

    assert isinstance(embedded, Embedded)
    record = TrackVector.model_validate_json(embedded.record.encode())
    assert (record.track_id, record.content) == (files[0].track_id, files[0].content)
    assert (record.space, record.uri) == ("spectral-1", str(files[0].path))
    assert record.info == files[0].info
    assert np.linalg.norm(unpack_vector(record.vector)) == pytest.approx(1, abs=1e-3)


def test_a_track_with_a_vector_of_this_space_is_skipped_unread(
    files: tuple[MusicFile, ...],
) -> None:
    space = SpectralSpace()
    known = {(files[0].track_id, "spectral-1"), (files[1].track_id, "another space")}

    outcomes = list(embed_folder(files[:2], space, known))

    assert outcomes[0] == Skipped(files[0])
    assert isinstance(outcomes[1], Embedded)
    assert space.encoded == ["1.ogg"]


@pytest.mark.parametrize("jobs", [2, 5])
def test_more_jobs_yield_the_same_in_the_same_order(
    jobs: int, files: tuple[MusicFile, ...]
) -> None:
    alone = list(embed_folder(files, SpectralSpace()))

    together = list(embed_folder(files, SpectralSpace(), jobs=jobs))

    assert together == alone


def test_jobs_run_at_the_same_time(files: tuple[MusicFile, ...]) -> None:
    class Meeting(SpectralSpace):
        """Encodes two files together or none."""

        both = threading.Barrier(2, timeout=10)

        def encode_audio(self, sources: Iterable[Path]) -> NDArray[np.float32]:
            self.both.wait()
            return super().encode_audio(sources)

    assert len(list(embed_folder(files[:2], Meeting(), jobs=2))) == 2


def test_stopping_loses_nothing_that_was_yielded_and_a_second_run_goes_on(
    files: tuple[MusicFile, ...],
) -> None:
    published: list[TrackVector] = []
    with pytest.raises(KeyboardInterrupt):
        for outcome in embed_folder(files, SpectralSpace(), jobs=2):
            assert isinstance(outcome, Embedded)
            published.append(outcome.record)
            if len(published) == 3:
                raise KeyboardInterrupt

    known = {(record.track_id, record.space) for record in published}
    again = names(embed_folder(files, SpectralSpace(), known))

    assert [name for kind, name in again if kind == "Skipped"] == ["0.ogg", "1.ogg", "2.ogg"]
    assert len([name for kind, name in again if kind == "Embedded"]) == 3


def test_few_files_are_taken_before_they_are_asked_for(files: tuple[MusicFile, ...]) -> None:
    taken: list[MusicFile] = []

    def taking() -> Iterator[MusicFile]:
        for file in files:
            taken.append(file)
            yield file

    outcomes = embed_folder(taking(), SpectralSpace(), jobs=1)
    next(outcomes)
    outcomes.close()  # type: ignore[attr-defined]

    assert len(taken) == 2


def test_no_files_are_no_outcomes() -> None:
    assert list(embed_folder([], SpectralSpace())) == []


def test_jobs_must_be_at_least_one(files: tuple[MusicFile, ...]) -> None:
    with pytest.raises(ValueError, match="jobs is 0"):
        list(embed_folder(files, SpectralSpace(), jobs=0))
