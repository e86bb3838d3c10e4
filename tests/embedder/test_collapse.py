"""How a tower that has lost its meaning is seen, and that a sound one is not accused."""

import numpy as np
import pytest

from embedder.collapse import UNLIKE_TEXTS, check_texts, check_tracks, spread_of
from embedder.errors import CollapsedTower

N = len(UNLIKE_TEXTS)


def about(direction: np.ndarray, noise: float, count: int = N, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    rows = direction / np.linalg.norm(direction) + noise * rng.normal(size=(count, len(direction)))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def test_the_spread_of_three_directions_is_known() -> None:
    rows = np.float32([[1, 0], [0.6, 0.8], [0, 1]])

    spread = spread_of(rows)

    assert spread.mean == pytest.approx((0.6 + 0.0 + 0.8) / 3)
    assert spread.width == pytest.approx(0.8)
    assert spread.margin == pytest.approx(0.2)  # of 0.4, 0.2 and 0.2


def test_a_tower_as_collapsed_as_one_that_was_published_is_refused() -> None:
    rows = about(np.ones(512), noise=0.0012)
    assert spread_of(rows).mean == pytest.approx(0.9993, abs=2e-4)

    with pytest.raises(CollapsedTower, match="the text tower has collapsed"):
        check_texts(rows)


def test_a_tower_that_only_tells_short_texts_from_long_ones_is_refused() -> None:
    short, long = np.eye(64)[0], np.eye(64)[1]
    rows = np.concatenate([about(short, 0.001, N // 2), about(long, 0.001, N - N // 2, seed=1)])
    assert spread_of(rows).width > 0.9

    with pytest.raises(CollapsedTower, match="nearest"):
        check_texts(rows)


def test_a_tower_with_a_single_outlier_is_refused() -> None:
    rows = np.concatenate([about(np.eye(64)[0], 0.001, N - 1), np.eye(64, dtype=np.float32)[1:2]])

    with pytest.raises(CollapsedTower):
        check_texts(rows)


@pytest.mark.parametrize("value", [float("nan"), 0.0])
def test_vectors_that_are_no_directions_are_refused(value: float) -> None:
    with pytest.raises(CollapsedTower):
        check_texts(np.full((N, 8), value, np.float32))


def test_a_narrow_cone_that_still_tells_texts_apart_is_accepted() -> None:
    rows = about(np.ones(32), noise=0.12)

    assert check_texts(rows).mean == pytest.approx(0.7, abs=0.1)


def test_an_audio_tower_that_hears_no_difference_is_refused() -> None:
    check_tracks(about(np.ones(64), noise=0.05, count=30))

    with pytest.raises(CollapsedTower, match="the audio tower has collapsed: cosines of 30 tracks"):
        check_tracks(about(np.ones(64), noise=1e-4, count=30))
