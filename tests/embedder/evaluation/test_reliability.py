"""Probabilities against what is true."""

import numpy as np
import pytest

from embedder.encoders import Array
from embedder.evaluation.labelled import Labelled, Query
from embedder.evaluation.reliability import measure_reliability


class Teller:
    """Says of each clip the probability it was told, for the one word it knows."""

    def __init__(self, chances: Array) -> None:
        self._chances = chances

    def probability(self, word: str, audio: Array) -> Array | None:
        return self._chances if word == "known" else None


def music(matches: Array, word: str = "known") -> Labelled:
    return Labelled((), ("w",) * len(matches), (Query(word, word, matches),), {})


def test_one_who_is_right_as_often_as_said_has_no_error() -> None:
    chances = np.repeat(np.float32([0.25, 0.75]), 40)
    matches = np.r_[np.arange(40) < 10, np.arange(40) < 30]

    found = measure_reliability(Teller(chances), np.zeros((80, 2)), music(matches))

    assert found.error == pytest.approx(0)
    assert [(round(one.said, 2), round(one.true, 2)) for one in found.bins] == [
        (0.25, 0.25),
        (0.75, 0.75),
    ]


def test_one_who_is_sure_and_wrong_has_the_largest() -> None:
    matches = np.arange(10) < 5

    found = measure_reliability(Teller(1 - np.float32(matches)), np.zeros((10, 2)), music(matches))

    assert found.error == pytest.approx(1)


def test_rare_words_weigh_both_classes_the_same() -> None:
    matches = np.arange(100) < 10
    chances = np.full(100, 0.5, np.float32)

    found = measure_reliability(Teller(chances), np.zeros((100, 2)), music(matches))

    assert found.bins[0].true == pytest.approx(0.5)
    assert found.error == pytest.approx(0)


def test_a_space_that_gives_no_probability_has_no_reliability() -> None:
    told = music(np.arange(4) < 2, word="other")

    assert measure_reliability(Teller(np.zeros(4)), np.zeros((4, 2)), told) is None
