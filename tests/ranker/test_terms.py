"""Scores fall in the order that is given, and what is equal stays as it was."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ranker.terms import best_first

few_values = st.lists(st.sampled_from([-1.0, 0.0, 0.5, 2.0]), max_size=40)
any_values = st.lists(st.floats(-9, 9), unique=True, max_size=40)


@given(few_values | any_values)
def test_the_best_come_first_and_equals_keep_their_order(scores: list[float]) -> None:
    order = best_first(np.array(scores))

    assert order == sorted(range(len(scores)), key=lambda index: -scores[index])
