"""Tagging figures: perfect for an oracle, one half for chance, paired between subjects."""

import numpy as np
import pytest

from embedder.encoders import Array
from embedder.evaluation.excerpts import Excerpt
from embedder.evaluation.labelled import Labelled, Query
from embedder.evaluation.resampling import weights_of
from embedder.evaluation.tagging import across_seeds, difference, measure_tagging

N_CLIPS = 200


def labelled(n_words: int = 6, seed: int = 0) -> Labelled:
    rng = np.random.default_rng(seed)
    queries = tuple(
        Query(f"word {number}", f"word {number}", rng.random(N_CLIPS) < 0.3)
        for number in range(n_words)
    )
    words = tuple(query.word for query in queries)
    return Labelled(
        clips=(),
        works=tuple(str(number // 2) for number in range(N_CLIPS)),
        queries=queries,
        kinds={"first": words[:1], "all": words, "other": ("unmeasured",)},
    )


def truth(of: Labelled) -> Array:
    return np.stack([query.matches for query in of.queries]).astype(np.float32)


def weights(of: Labelled, resamples: int = 100) -> Array:
    return weights_of(of.works, resamples, np.random.default_rng(0))


def noisy(of: Labelled, seed: int, amount: float = 1.0) -> Array:
    noise = np.random.default_rng(seed).normal(size=(len(of.queries), N_CLIPS))
    return truth(of) + (amount * noise).astype(np.float32)


def test_an_oracle_is_perfect_with_certainty() -> None:
    music = labelled()

    found = measure_tagging(truth(music), music, weights(music))

    for areas in (found.auc, found.average_precision):
        assert [areas.kinds["all"].value, areas.kinds["all"].low] == [1.0, 1.0]


def test_random_vectors_find_by_chance() -> None:
    music = labelled(n_words=40)
    rng = np.random.default_rng(5)
    text, audio = rng.normal(size=(40, 128)), rng.normal(size=(N_CLIPS, 128))

    auc = measure_tagging((text @ audio.T).astype(np.float32), music, weights(music)).auc

    assert auc.kinds["all"].value == pytest.approx(0.5, abs=0.03)
    assert auc.kinds["all"].low < 0.5 < auc.kinds["all"].high


def test_a_kind_is_the_mean_of_its_words_and_one_without_any_is_left_out() -> None:
    music = labelled()

    auc = measure_tagging(noisy(music, 1), music, weights(music)).auc

    assert auc.kinds.keys() == {"first", "all"}
    assert auc.kinds["first"] == auc.words["word 0"]
    assert auc.kinds["all"].value == pytest.approx(
        np.mean([one.value for one in auc.words.values()])
    )


def test_a_subject_differs_from_itself_by_nothing() -> None:
    music = labelled()
    auc = measure_tagging(noisy(music, 1), music, weights(music)).auc

    same = difference(auc, auc)["all"]

    assert (same.value, same.low, same.high) == (0, 0, 0)


def test_pairing_sees_a_difference_that_intervals_apart_would_hide() -> None:
    music = labelled()
    scores = noisy(music, 1, amount=2)
    worse = scores + 0.5 * np.random.default_rng(9).normal(size=scores.shape).astype(np.float32)
    drawn = weights(music, 500)
    better_auc = measure_tagging(scores, music, drawn).auc
    worse_auc = measure_tagging(worse, music, drawn).auc

    apart = difference(better_auc, worse_auc)["all"]

    assert better_auc.kinds["all"].low < worse_auc.kinds["all"].high
    assert apart.high - apart.low < better_auc.kinds["all"].high - better_auc.kinds["all"].low


def test_several_trainings_widen_the_interval_by_their_luck() -> None:
    music = labelled()
    drawn = weights(music, 500)
    trainings = [
        measure_tagging(noisy(music, seed, amount), music, drawn).auc
        for seed, amount in ((1, 0.5), (2, 1.0), (3, 2.0))
    ]

    across = across_seeds(trainings, np.random.default_rng(0))["all"]

    assert across.mean.value == pytest.approx(np.mean(across.each))
    assert across.deviation == pytest.approx(np.std(across.each, ddof=1))
    assert across.mean.high - across.mean.low > max(
        one.kinds["all"].high - one.kinds["all"].low for one in trainings
    )


def test_fewer_clips_leave_out_the_queries_they_cannot_measure() -> None:
    music = Labelled(
        clips=tuple(Excerpt(path) for path in "abc"),
        works=("x", "y", "z"),
        queries=(
            Query("some", "some", np.array([True, False, True])),
            Query("none left", "none left", np.array([False, True, False])),
        ),
        kinds={"all": ("some", "none left")},
    )

    part = music.only([0, 2])

    assert part.works == ("x", "z")
    assert part.queries == ()
    assert [query.word for query in music.only([0, 1]).queries] == ["some", "none left"]
