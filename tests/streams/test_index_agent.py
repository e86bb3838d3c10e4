"""What the index agent writes to Qdrant."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from embedder.errors import UnusableVector
from embedder.index.edge import EdgeIndex
from schemas import TextVector, TrackInfo, TrackVector, pack_vector
from streams.agents.points import text_point, track_point
from streams.agents.qdrant_view import TRACKS, QdrantView
from streams.errors import WrongKey

UNIT = pack_vector([0.6, 0.8])


@pytest.fixture
def index(tmp_path: Path) -> Iterator[EdgeIndex]:
    index = EdgeIndex(tmp_path / "qdrant")
    yield index
    index.close()


@pytest.fixture
def view(index: EdgeIndex) -> QdrantView:
    return QdrantView(index)


def track(space: str = "ours", vector: str = UNIT) -> tuple[bytes, bytes]:
    info = TrackInfo(title="Quartz Sail", artist="Marisol Duarte", year=1999)
    record = TrackVector(
        track_id="t1", info=info, uri="a.ogg", content="c1", space=space, vector=vector
    )
    return record.key.encode(), record.encode()


def test_a_track_is_stored_under_its_id_with_what_searches_filter_on() -> None:
    space, point = track_point(*track())

    assert (space, point.id) == ("ours", "t1")
    assert point.payload["artist"] == "Marisol Duarte"
    assert point.payload["year"] == 1999
    np.testing.assert_allclose(point.vector, [0.6, 0.8], atol=1e-3)


def test_a_word_is_stored_under_itself() -> None:
    word = TextVector(text="drums", space="ours", vector=UNIT)

    space, point = text_point(b"ours/drums", word.encode())

    assert (space, point.id) == ("ours", "drums")


def test_a_vector_under_another_key_is_refused_for_it_would_outlive_its_removal() -> None:
    _, value = track()

    with pytest.raises(WrongKey, match="b't1' where b'ours/t1' is expected"):
        track_point(b"t1", value)


def test_vectors_of_every_space_are_written_and_removed_each_in_its_own(view: QdrantView) -> None:
    for space, vector in (("ours", UNIT), ("theirs", pack_vector([1, 0, 0]))):
        theirs, point = track_point(*track(space, vector))
        view.write(TRACKS, theirs, point)

    view.remove(TRACKS, "ours", "t1")

    assert view.collection(TRACKS, "ours", 2).count() == 0
    assert view.collection(TRACKS, "theirs", 3).count() == 1


def test_a_removal_reaches_a_space_that_this_worker_has_not_met_yet(index: EdgeIndex) -> None:
    theirs, point = track_point(*track("theirs"))
    QdrantView(index).write(TRACKS, theirs, point)

    QdrantView(index).remove(TRACKS, "theirs", "t1")
    QdrantView(index).remove(TRACKS, "nowhere", "t1")

    assert QdrantView(index).collection(TRACKS, "theirs", 2).count() == 0


def test_a_vector_of_another_length_than_its_space_is_refused(view: QdrantView) -> None:
    view.write(TRACKS, *track_point(*track()))
    longer = track_point(*track(vector=pack_vector([1, 0, 0])))

    with pytest.raises(UnusableVector, match="3 dimensions in the space 'ours'"):
        view.write(TRACKS, *longer)
