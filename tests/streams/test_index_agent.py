"""What the index agent writes to Qdrant."""

import numpy as np
import pytest

from schemas import TextVector, TrackInfo, TrackVector, pack_vector
from streams.agents.index import text_point, track_point
from streams.errors import OtherSpace

UNIT = pack_vector([0.6, 0.8])


def track(space: str = "ours") -> bytes:
    info = TrackInfo(title="Quartz Sail", artist="Marisol Duarte", year=1999)
    return TrackVector(
        track_id="t1", info=info, uri="a.ogg", content="c1", space=space, vector=UNIT
    ).encode()


def test_a_track_is_stored_under_its_id_with_what_searches_filter_on() -> None:
    point = track_point(track(), "ours")

    assert point.id == "t1"
    assert point.payload["artist"] == "Marisol Duarte"
    assert point.payload["year"] == 1999
    np.testing.assert_allclose(point.vector, [0.6, 0.8], atol=1e-3)


def test_a_word_is_stored_under_itself() -> None:
    point = text_point(TextVector(text="drums", space="ours", vector=UNIT).encode(), "ours")

    assert point.id == "drums"


def test_a_vector_of_another_space_is_refused_with_both_names() -> None:
    with pytest.raises(OtherSpace, match=r"theirs.*ours"):
        track_point(track("theirs"), "ours")
