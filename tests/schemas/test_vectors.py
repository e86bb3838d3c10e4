import math
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas import TextVector, pack_vector, unpack_vector

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
