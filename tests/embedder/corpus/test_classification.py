import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedder.corpus.classification import best_threshold, figures


def flags(bits: str) -> np.ndarray:
    return np.array([bit == "1" for bit in bits])


@pytest.mark.parametrize(
    ("labels", "chosen", "precision", "recall", "f1"),
    [
        ("1100", "1010", 1 / 2, 1 / 2, 1 / 2),
        ("1110", "1000", 1.0, 1 / 3, 1 / 2),
        ("1000", "1111", 1 / 4, 1.0, 2 / 5),
        ("1100", "0000", 0.0, 0.0, 0.0),
    ],
)
def test_figures_are_those_counted_by_hand(
    labels: str, chosen: str, precision: float, recall: float, f1: float
) -> None:
    found = figures(flags(labels), flags(chosen), range(4), np.random.default_rng(0))

    assert found.precision.value == pytest.approx(precision)
    assert found.recall.value == pytest.approx(recall)
    assert found.f1.value == pytest.approx(f1)
    assert (found.n, found.positives) == (4, labels.count("1"))


def test_an_interval_holds_its_value_and_shrinks_with_more_sentences() -> None:
    def width(times: int) -> float:
        labels, chosen = flags("1101" * times), flags("1001" * times)
        found = figures(labels, chosen, range(4 * times), np.random.default_rng(0)).recall
        assert found.low <= found.value <= found.high
        return found.high - found.low

    assert width(100) < width(10) / 2


def test_near_duplicates_count_as_one_so_the_interval_is_wider() -> None:
    labels, chosen = flags("1" * 40), flags("10" * 20)
    same = [row // 20 * 2 + row % 2 for row in range(40)]

    alone = figures(labels, chosen, range(40), np.random.default_rng(0)).recall
    grouped = figures(labels, chosen, same, np.random.default_rng(0)).recall

    assert grouped.high - grouped.low > alone.high - alone.low


def test_the_threshold_lies_between_what_it_parts() -> None:
    threshold = best_threshold(flags("0011"), np.array([0.1, 0.4, 0.8, 0.9]))

    assert threshold == pytest.approx(0.6)


def test_neighbouring_floats_are_parted_too() -> None:
    smallest = np.nextafter(0.0, 1.0)

    assert best_threshold(flags("01"), np.array([0.0, smallest])) == smallest


def test_with_no_better_cut_everything_is_chosen() -> None:
    assert best_threshold(flags("1111"), np.array([0.2, 0.3, 0.5, 0.9])) == 0.0


@given(
    pairs=st.lists(st.tuples(st.booleans(), st.floats(0, 1)), min_size=1).filter(
        lambda pairs: any(label for label, _ in pairs)
    )
)
def test_no_other_threshold_has_a_better_f1(pairs: list[tuple[bool, float]]) -> None:
    labels = np.array([label for label, _ in pairs])
    probability = np.array([p for _, p in pairs])

    def f1(threshold: float) -> float:
        chosen = probability >= threshold
        return float(2 * (labels & chosen).sum() / (labels.sum() + chosen.sum()))

    best = f1(best_threshold(labels, probability))

    assert best == pytest.approx(max(f1(cut) for cut in [*probability, 0.0, 1.1]))
