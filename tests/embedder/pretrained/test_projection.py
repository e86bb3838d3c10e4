"""The projection's laws: orthonormal, optimal where it can be known, honest about its cost."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedder.collapse import spread_of
from embedder.pretrained.projection import distortion, principal_axes, project, unit

FULL = 24


def centred(rows: np.ndarray) -> np.ndarray:
    return unit(rows - rows.mean(axis=0))


def cone(n: int, seed: int, rank: int = FULL, full: int = FULL) -> np.ndarray:
    """Unit rows about a mean, that vary in some directions only, the first ones most."""
    rng = np.random.default_rng(seed)
    mean = rng.normal(size=full)
    turn = np.linalg.qr(np.random.default_rng(99).normal(size=(full, full)))[0]
    sizes = 1 / np.arange(1, rank + 1)
    return unit(mean / np.linalg.norm(mean) + (rng.normal(size=(n, rank)) * sizes) @ turn[:rank])


@given(
    dimension=st.integers(2, FULL),
    n_audio=st.integers(2, 40),
    n_texts=st.integers(2, 40),
    seed=st.integers(0, 1000),
)
def test_the_map_is_orthonormal_whatever_it_is_fitted_on(
    dimension: int, n_audio: int, n_texts: int, seed: int
) -> None:
    axes = principal_axes(cone(n_audio, seed), cone(n_texts, seed + 1), dimension)

    assert axes.shape == (FULL, dimension)
    assert axes.T @ axes == pytest.approx(np.eye(dimension), abs=1e-5)


def test_what_varies_in_few_directions_keeps_its_cosines() -> None:
    audio, texts = cone(60, seed=0, rank=6), cone(80, seed=1, rank=6)

    axes = principal_axes(audio, texts, dimension=2 + 6)

    before = centred(texts) @ centred(audio).T
    small_audio, small_texts = project(audio, axes), project(texts, axes)
    after = centred(small_texts) @ centred(small_audio).T
    assert after == pytest.approx(before, abs=1e-4)
    assert small_texts @ small_audio.T == pytest.approx(texts @ audio.T, abs=1e-4)


def test_no_random_map_distorts_less() -> None:
    audio, texts = cone(200, seed=0), cone(200, seed=1)
    rows = np.concatenate([centred(audio), centred(texts)])
    exact = rows @ rows.T

    def error(axes: np.ndarray) -> float:
        small = rows @ axes
        return float(np.linalg.norm(small @ small.T - exact))

    ours = error(principal_axes(audio, texts, 8))
    rng = np.random.default_rng(0)
    random = [error(np.linalg.qr(rng.normal(size=(FULL, 8)))[0]) for _ in range(20)]

    assert ours < 0.6 * min(random)


def test_the_distortion_shrinks_with_each_doubling_and_is_nothing_when_all_is_kept() -> None:
    audio, texts = cone(200, seed=0), cone(200, seed=1)

    costs = [distortion(audio, texts, dimension) for dimension in (3, 6, 12, FULL)]

    assert [c.rms for c in costs] == sorted((c.rms for c in costs), reverse=True)
    assert [c.correlation for c in costs] == sorted(c.correlation for c in costs)
    assert costs[-1].rms == pytest.approx(0, abs=1e-5)
    assert costs[-1].rms_audio == pytest.approx(0, abs=1e-5)
    assert costs[-1].correlation == pytest.approx(1, abs=1e-5)


def test_a_collapsed_tower_still_shows_after_the_projection() -> None:
    rng = np.random.default_rng(0)
    texts = unit(rng.normal(size=FULL) + 1e-3 * rng.normal(size=(50, FULL)))

    small = project(texts, principal_axes(cone(50, seed=1), texts, 8))

    assert spread_of(small).width < 1e-3
    assert spread_of(centred(small)).width > 0.5  # why it is looked at before centring


def test_the_same_rows_give_the_same_map() -> None:
    audio, texts = cone(30, seed=0), cone(30, seed=1)

    first, second = (principal_axes(audio, texts, 8) for _ in range(2))

    assert first.tobytes() == second.tobytes()
