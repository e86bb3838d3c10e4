"""A cosine becomes a probability that can be believed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedder.calibration import MAX_SLOPE, Calibration, calibrate


def separated(seed: int = 0, share: float = 0.5) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    matches = rng.random(2000) < share
    return rng.normal(np.where(matches, 0.4, 0.0), 0.1).astype(np.float32), matches


@pytest.mark.parametrize("share", [0.5, 0.05])
def test_the_cut_lies_between_the_classes_however_rare_one_is(share: float) -> None:
    fitted = calibrate(*separated(share=share), quality=0.99)

    assert fitted is not None
    assert fitted.threshold == pytest.approx(0.2, abs=0.03)
    assert fitted.probability(np.float32([0.4]))[0] > 0.95
    assert fitted.probability(np.float32([0.0]))[0] < 0.05


def test_classes_that_never_touch_give_a_bounded_slope() -> None:
    fitted = calibrate(np.float32([0, 0, 1, 1]), np.array([False, False, True, True]), 1.0)

    assert fitted is not None
    assert fitted.slope <= MAX_SLOPE
    assert fitted.threshold == pytest.approx(0.5, abs=0.01)


def test_a_word_that_points_the_wrong_way_gets_no_probability() -> None:
    cosines, matches = separated()

    assert calibrate(-cosines, matches, 0.0) is None


def test_one_class_alone_gets_no_probability() -> None:
    assert calibrate(np.float32([0.1, 0.2]), np.array([True, True]), 1.0) is None


@given(st.floats(-1, 1), st.floats(-1, 1))
def test_a_higher_cosine_is_never_less_likely(one: float, other: float) -> None:
    low, high = sorted((one, other))
    chances = Calibration(0.1, 20, 0.9).probability(np.array([low, high], np.float32))

    assert 0 <= chances[0] <= chances[1] <= 1
