import math
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas import TextVector, TrackInfo, TrackVector, pack_vector, split_key, unpack_vector
from schemas.topics import TEXT_VECTORS, TRACK_VECTORS

halves = st.floats(-65_504, 65_504, width=16)


@given(st.lists(halves))
def test_half_precision_floats_come_back_exactly(values: list[float]) -> None:
    assert unpack_vector(pack_vector(values)) == tuple(values)


@given(st.lists(st.floats(-1, 1)))
def test_other_floats_come_back_within_half_precision(values: list[float]) -> None:
    back = unpack_vector(pack_vector(values))

    # 11 bits of mantissa; below 2^-14 the grid is 2^-24 wide.
    assert all(
        math.isclose(a, b, rel_tol=2**-11, abs_tol=2**-25)
        for a, b in zip(back, values, strict=True)
    )


def test_a_value_beyond_half_precision_cannot_be_packed() -> None:
    with pytest.raises(OverflowError):
        pack_vector([1e5])


@pytest.mark.parametrize(
    "packed",
    [
        "not base64!",
        "AAA",
        "AAAA",  # three bytes
        "äöüß",
        b64encode(b"\x00\x7c").decode(),  # infinity
        b64encode(b"\x00\x7e").decode(),  # not a number
    ],
)
def test_what_is_no_vector_is_refused(packed: str) -> None:
    with pytest.raises(ValueError):
        unpack_vector(packed)
    with pytest.raises(ValidationError, match="vector"):
        TextVector(text="calm", space="tiny", vector=packed)


def test_a_vector_on_the_wire_has_from_one_to_4096_dimensions() -> None:
    largest = TextVector(text="calm", space="tiny", vector=pack_vector([0.5] * 4096))

    assert len(unpack_vector(largest.vector)) == 4096
    for dimensions in (0, 4200):
        with pytest.raises(ValidationError, match="vector"):
            TextVector(text="calm", space="tiny", vector=pack_vector([0.5] * dimensions))


def track_vector(space: str = "tiny", track_id: str = "t1") -> TrackVector:
    return TrackVector(
        track_id=track_id,
        info=TrackInfo(title="Quartz Sail"),
        uri="/music/1.ogg",
        content="c1",
        space=space,
        vector=pack_vector([0.6, 0.8]),
    )


def test_a_track_has_a_key_in_each_space_so_that_compaction_keeps_both_vectors() -> None:
    keys = {TRACK_VECTORS.key_of(track_vector(space)) for space in ("old", "new")}

    assert keys == {b"old/t1", b"new/t1"}


def test_a_word_has_a_key_in_each_space() -> None:
    word = TextVector(text="drum & bass / jungle", space="new", vector=pack_vector([1.0]))

    assert TEXT_VECTORS.key_of(word) == b"new/drum & bass / jungle"


@pytest.mark.parametrize("track_id", ["t1", "AC/DC/1", "/"])
def test_a_key_can_be_taken_apart_whatever_the_track_is_called(track_id: str) -> None:
    assert split_key(track_vector("new", track_id).key) == ("new", track_id)


def test_the_name_of_a_space_has_no_slash_for_two_keys_could_be_one() -> None:
    with pytest.raises(ValidationError, match="space"):
        track_vector(space="a/b")
