"""Before both classes are known: whose neighbours speak, and how the classifier takes over."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import kendalltau

from ranker import preference
from ranker.config import RankerConfig
from ranker.examples import Example
from ranker.listener import Background
from ranker.models import nearest
from schemas import SessionEvent
from tests.factories import follow, playback, queue, random_library, skip, start, understood

CONFIG = RankerConfig()
TRACKS = random_library(count=200, dimension=16)
NOBODY = Background.none(16)

Vector = NDArray[np.float64]


def spoken(similarity: list[float], neighbours: int = 3) -> list[float]:
    """Return what examples of weight 1, all wanted, say of one track."""
    column = np.array(similarity)[:, None]
    ones = np.ones(len(similarity))
    told = nearest.contributions(column, ones, ones, neighbours=neighbours, scale=1.0)
    return [float(value) for value in told[:, 0]]


def test_only_the_nearest_speak() -> None:
    assert spoken([0.9, 0.1, 0.8, 0.7, 0.2]) == [0.9, 0, 0.8, 0.7, 0]


def test_ties_for_the_last_place_all_speak() -> None:
    assert spoken([0.9, 0.5, 0.8, 0.5, 0.5]) == [0.9, 0.5, 0.8, 0.5, 0.5]


def test_the_opposite_side_is_silent() -> None:
    assert spoken([0.9, -0.8, -0.1]) == [0.9, 0, 0]


def test_the_refused_speak_for_the_opposite_side_while_nothing_is_wanted() -> None:
    refused, across = -np.ones(2), np.array([[0.5, -0.5], [0.2, -0.4]])

    told = nearest.contributions(across, refused, np.ones(2), neighbours=1, scale=1.0)

    assert told.tolist() == [[-0.5, 0.5], [-0.2, 0.4]]


@pytest.mark.parametrize("wanted, left", [(0.25, 0.75), (1.0, 0.0), (2.0, 0.0)])
def test_what_is_wanted_silences_them_by_its_weight(wanted: float, left: float) -> None:
    told = nearest.contributions(
        np.array([[0.0], [-0.5]]),
        np.array([1.0, -1.0]),
        np.array([wanted, 1.0]),
        neighbours=3,
        scale=1.0,
    )

    assert told[1, 0] == pytest.approx(0.5 * left)


def test_few_examples_all_speak() -> None:
    assert spoken([0.9, 0.1]) == [0.9, 0.1]


def test_without_examples_nobody_speaks() -> None:
    nothing = np.zeros(0)

    told = nearest.contributions(np.zeros((0, 4)), nothing, nothing, neighbours=3, scale=1.0)

    assert told.shape == (0, 4)


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=9), st.randoms())
def test_who_speaks_does_not_depend_on_the_order_of_the_examples(
    similarity: list[float], random: object
) -> None:
    shuffled = similarity.copy()
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    assert sorted(spoken(shuffled)) == sorted(spoken(similarity))


def test_a_faded_example_does_not_silence_a_strong_one() -> None:
    similarity = np.array([[0.9], [0.8]])

    told = nearest.contributions(
        similarity, np.ones(2), np.array([0.01, 1.0]), neighbours=1, scale=1.0
    )

    assert told[:, 0].tolist() == [0, 0.8]


def test_sign_weight_and_scale_multiply() -> None:
    told = nearest.contributions(
        np.array([[0.5], [0.5]]),
        np.array([1.0, -1.0]),
        np.array([2.0, 0.5]),
        neighbours=3,
        scale=2.0,
    )

    assert told[:, 0].tolist() == [2.0, -0.5]


# The session's model, by what is known


@pytest.mark.parametrize(
    "events, model",
    [
        ([start("calm-1")], "order"),
        ([playback("calm-1", "started")], "order"),
        ([understood()], "nearest"),
        ([skip("calm-1")], "nearest"),
        ([skip("calm-1"), skip("calm-2", 1), understood(at=2)], "nearest"),
        ([skip("calm-1"), playback("loud-1", "completed", 1)], "blend"),
        ([playback("calm-1", "liked", 0), playback("loud-1", "disliked", 1)], "blend"),
        (
            [playback(f"calm-{i}", "liked", i) for i in (1, 2)]
            + [playback(f"loud-{i}", "disliked", i + 2) for i in (1, 2)],
            "logistic",
        ),
    ],
)
def test_the_model_follows_the_evidence(events: list[SessionEvent], model: str) -> None:
    _, update = follow(*events)

    assert update.model == model


def test_with_one_class_only_the_queue_still_follows() -> None:
    assert queue(playback("calm-1", "liked"))[0].startswith("calm")
    assert queue(skip("calm-1"))[0].startswith("loud")


# The hand-over


def scores(wanted: float, unwanted: float) -> Vector:
    """Return the score of every track, given four wanted and four unwanted ones of these weights.

    The weights are sums over each class.
    """
    rows = [
        Example(f"e{i}", f"t{i}", i < 4, (wanted if i < 4 else unwanted) / 4, "") for i in range(8)
    ]
    present = [row for row in rows if row.weight]
    model = preference.fit(present, (), NOBODY, TRACKS, CONFIG)
    return np.asarray(model.parts(TRACKS, np.arange(len(TRACKS))).sum(axis=0))


@pytest.mark.parametrize("unwanted", [0.5, 1.0, CONFIG.handover_weight, 3.0])
def test_scores_change_little_when_evidence_does(unwanted: float) -> None:
    change = scores(4.0, unwanted + 1e-6) - scores(4.0, unwanted - 1e-6)

    assert np.abs(change).max() < 1e-5


def test_the_first_trace_of_the_other_class_changes_little() -> None:
    change = scores(4.0, 1e-6) - scores(4.0, 0.0)

    assert np.abs(change).max() < 1e-5


def test_the_order_does_not_jump_during_the_hand_over() -> None:
    path = [scores(4.0, unwanted) for unwanted in np.linspace(0, 3, 121)]

    agreement = [kendalltau(a, b).statistic for a, b in zip(path, path[1:], strict=False)]

    assert min(agreement) > 0.95


@pytest.mark.parametrize("unwanted, share", [(0.0, 0.0), (0.5, 0.25), (2.0, 1.0), (9.0, 1.0)])
def test_the_classifiers_share_is_the_rarer_classs_weight(unwanted: float, share: float) -> None:
    rows = [Example("e0", "t0", True, 9.0, "")]
    rows += [Example("e1", "t1", False, unwanted, "")] if unwanted else []

    assert preference.fit(rows, (), NOBODY, TRACKS, CONFIG).shares.classifier == share


def test_mining_asks_for_the_neighbours_while_they_rank() -> None:
    model = preference.fit([Example("e0", "t0", True, 2.0, "")], (), NOBODY, TRACKS, CONFIG)

    np.testing.assert_allclose(model.weights, 2.0 * TRACKS.vectors[TRACKS.row("t0")], atol=1e-6)


def test_mining_asks_for_what_the_whole_model_likes() -> None:
    config = replace(CONFIG, handover_weight=1.0)
    rows = [Example(f"e{i}", f"t{i}", i < 4, 1.0, "") for i in range(8)]
    model = preference.fit(rows, (), NOBODY, TRACKS, config)

    mined = TRACKS.vectors @ model.weights

    np.testing.assert_allclose(
        mined, model.parts(TRACKS, np.arange(len(TRACKS))).sum(axis=0), atol=1e-5, rtol=1e-5
    )
