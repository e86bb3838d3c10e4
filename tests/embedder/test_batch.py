from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from embedder.batch import Broken, Embedded, Known, Moved, Outcome, embed_track
from embedder.errors import UndecodableAudio, UnreachableAudio
from embedder.folder import content_hash
from schemas.vectors import Track, TrackInfo, TrackVector, unpack_vector
from tests.checks.music import noise, tone
from tests.checks.spaces import SpectralSpace


@pytest.fixture
def space() -> SpectralSpace:
    return SpectralSpace()


def track(path: Path | str, title: str = "Quartz Sail") -> Track:
    return Track(track_id="t1", info=TrackInfo(title=title), uri=str(path))


def record_of(outcome: Outcome) -> TrackVector:
    assert isinstance(outcome, Embedded | Moved), outcome
    return outcome.record


def test_the_record_is_ready_to_publish(tmp_path: Path, space: SpectralSpace) -> None:
    path = tone(tmp_path / "a.ogg")

    record = record_of(embed_track(track(path), space))

    assert TrackVector.model_validate_json(record.encode()) == record
    assert record.key == "spectral-1/t1"
    assert (record.uri, record.content) == (str(path), content_hash(path))
    assert record.info.title == "Quartz Sail"
    assert np.linalg.norm(unpack_vector(record.vector)) == pytest.approx(1, abs=1e-3)


def test_a_track_that_is_known_as_it_is_stays_unread(tmp_path: Path, space: SpectralSpace) -> None:
    said = track(tone(tmp_path / "a.ogg"))
    known = record_of(embed_track(said, space))

    assert embed_track(said, space, known) == Known(said)
    assert [path.name for path in space.encoded] == ["a.ogg"]


def test_a_moved_file_keeps_its_vector_and_is_not_embedded_again(
    tmp_path: Path, space: SpectralSpace
) -> None:
    path = tone(tmp_path / "a.ogg")
    known = record_of(embed_track(track(path), space))
    elsewhere = track(path.rename(tmp_path / "b.ogg"), title="Quartz Sail (live)")

    moved = embed_track(elsewhere, space, known)

    assert isinstance(moved, Moved)
    assert (moved.record.uri, moved.record.info) == (elsewhere.uri, elsewhere.info)
    assert (moved.record.vector, moved.record.content) == (known.vector, known.content)
    assert [path.name for path in space.encoded] == ["a.ogg"]


def test_other_audio_under_the_same_id_is_embedded_again(
    tmp_path: Path, space: SpectralSpace
) -> None:
    known = record_of(embed_track(track(tone(tmp_path / "a.ogg")), space))

    again = embed_track(track(noise(tmp_path / "b.ogg")), space, known)

    assert isinstance(again, Embedded)
    assert again.record.vector != known.vector


def test_a_file_that_is_no_music_is_broken_with_the_reason(
    tmp_path: Path, space: SpectralSpace
) -> None:
    (tmp_path / "a.ogg").write_text("a text with the name of a song")

    broken = embed_track(track(tmp_path / "a.ogg"), space)

    assert isinstance(broken, Broken)
    assert isinstance(broken.error, UndecodableAudio)
    assert "a.ogg" in str(broken.error)


@pytest.mark.parametrize(
    "uri, reason",
    [
        ("/no/such/file.ogg", "there is no such file on this machine"),
        ("music/a.ogg", "a relative path is another file on every machine"),
        ("https://example.org/a.ogg", "only files are read here"),
        ("s3://bucket/a.ogg", "only files are read here"),
        ("file://elsewhere/music/a.ogg", "only files are read here"),
        ("/", "it is no file"),
        ("", "a relative path"),
        ("/" + 300 * "a", "too long"),
        ("/a\0b", "no such file"),
    ],
)
def test_a_place_that_cannot_be_read_here_says_why(
    uri: str, reason: str, space: SpectralSpace
) -> None:
    broken = embed_track(track(uri), space)

    assert isinstance(broken, Broken)
    assert isinstance(broken.error, UnreachableAudio)
    assert reason in str(broken.error)


@pytest.mark.parametrize("host", ["", "localhost"])
def test_a_file_url_is_read_with_its_escapes(
    host: str, tmp_path: Path, space: SpectralSpace
) -> None:
    path = tone(tmp_path / "Blå & rød.ogg")
    url = path.as_uri().replace("file://", f"file://{host}")

    assert isinstance(embed_track(track(url), space), Embedded)


def test_threads_give_the_same_bytes_as_one_after_the_other(
    tmp_path: Path, space: SpectralSpace
) -> None:
    tracks = [track(tone(tmp_path / f"{hertz}.ogg", hertz)) for hertz in (200, 400, 800, 1600)]
    alone = [record_of(embed_track(each, space)).encode() for each in tracks]

    with ThreadPoolExecutor(4) as threads:
        together = threads.map(lambda each: record_of(embed_track(each, space)).encode(), tracks)

    assert list(together) == alone
