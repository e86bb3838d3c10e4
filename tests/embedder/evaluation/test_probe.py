"""The linear probe finds what is there, and cannot learn works by heart."""

import numpy as np
import pytest

from embedder.encoders import Array
from embedder.evaluation.failures import worst_failures
from embedder.evaluation.labelled import Labelled, Query
from embedder.evaluation.metrics import roc_auc
from embedder.evaluation.probe import probe

N_CLIPS = 120


def labelled(matches: Array, works: list[str]) -> Labelled:
    return Labelled((), tuple(works), (Query("word", "word", matches),), {"kind": ("word",)})


def test_a_direction_in_the_vectors_is_found() -> None:
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(N_CLIPS, 8)).astype(np.float32)
    matches = vectors[:, 3] > 0

    scores, probed = probe(vectors, labelled(matches, [str(row) for row in range(N_CLIPS)]))

    assert roc_auc(scores[0], probed.queries[0].matches) > 0.97


def test_clips_of_a_work_do_not_help_one_another() -> None:
    rng = np.random.default_rng(0)
    works = np.repeat(np.arange(40), 3)
    vectors = np.repeat(rng.normal(size=(40, 64)), 3, axis=0).astype(np.float32)
    matches = np.repeat(rng.random(40) < 0.5, 3)

    scores, _ = probe(vectors, labelled(matches, [str(work) for work in works]))

    assert roc_auc(scores[0], matches) < 0.7


def test_a_word_of_too_few_works_is_not_probed() -> None:
    matches = np.zeros(N_CLIPS, bool)
    matches[:9] = True

    scores, probed = probe(
        np.ones((N_CLIPS, 4), np.float32), labelled(matches, [str(row) for row in range(N_CLIPS)])
    )

    assert scores.shape == (0, N_CLIPS)
    assert probed.queries == ()


def test_the_worst_mistakes_are_the_match_ranked_last_and_the_other_ranked_first() -> None:
    matches = np.arange(20) < 10
    scores = np.linspace(1, 0, 20, dtype=np.float32)
    scores[[4, 15]] = [-1, 2]

    missed, alarm = worst_failures(scores[None], labelled(matches, ["w"] * 20), {"word"})

    assert (missed.row, missed.rank, missed.matches, missed.misplaced) == (4, 20, True, 1.0)
    assert (alarm.row, alarm.rank, alarm.matches, alarm.misplaced) == (15, 1, False, 1.0)


def test_words_not_asked_for_and_words_of_few_clips_make_no_mistakes() -> None:
    few = np.arange(20) < 3
    scores = np.zeros((1, 20), np.float32)

    assert worst_failures(scores, labelled(few, ["w"] * 20), {"word"}) == ()
    assert worst_failures(scores, labelled(np.arange(20) < 9, ["w"] * 20), {"other"}) == ()


@pytest.mark.parametrize("most", [1, 2, 5])
def test_no_clip_is_shown_twice_and_not_more_than_asked(most: int) -> None:
    rng = np.random.default_rng(1)
    queries = tuple(Query(str(n), str(n), rng.random(30) < 0.5) for n in range(6))
    music = Labelled((), ("w",) * 30, queries, {})

    found = worst_failures(rng.random((6, 30), np.float32), music, {str(n) for n in range(6)}, most)

    assert len(found) == most
    assert len({one.row for one in found}) == most
