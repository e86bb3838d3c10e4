"""The space that ships is worth what its card says, on pieces it has never heard.

The whole shipped catalogue is embedded; margins leave room for another machine's arithmetic.
"""

from pathlib import Path

import numpy as np
import pytest

from embedder.evaluation.metrics import roc_auc
from embedder.evaluation.zero_shot import auc_by_kind, auc_by_word
from embedder.manifest import SPACES
from embedder.space import Array, Space
from embedder.truth.captions import truth_matrix
from embedder.truth.clips import Clip, read_clips
from embedder.truth.unseen import UNSEEN

CATALOGUE = Path(__file__).parents[3] / "catalogue"


@pytest.fixture(scope="module")
def space() -> Space:
    return Space.load("small")


@pytest.fixture(scope="module")
def clips() -> tuple[Clip, ...]:
    return read_clips(CATALOGUE)


@pytest.fixture(scope="module")
def audio(space: Space, clips: tuple[Clip, ...]) -> Array:
    return space.encode_audio([clip.path for clip in clips])


@pytest.fixture(scope="module")
def kinds(space: Space, clips: tuple[Clip, ...], audio: Array) -> dict[str, float]:
    return auc_by_kind(auc_by_word(space, audio, [clip.facts for clip in clips]))


@pytest.mark.parametrize(
    ("kind", "least"),
    [
        ("drums", 0.98),
        ("tempo", 0.92),
        ("energy", 0.91),
        ("loudness", 0.83),
        ("instrument", 0.89),
        ("style", 0.87),
        ("mood", 0.86),
    ],
)
def test_plain_words_find_what_they_name(kinds: dict[str, float], kind: str, least: float) -> None:
    assert kinds[kind] >= least


def test_the_tracks_least_like_drums_have_none(
    space: Space, clips: tuple[Clip, ...], audio: Array
) -> None:
    least_like_drums = np.argsort(space.similarity(["drums"], audio)[0])[:10]

    assert not any(clips[row].facts.drums for row in least_like_drums)


def test_a_probability_of_one_half_parts_drums_from_none(
    space: Space, clips: tuple[Clip, ...], audio: Array
) -> None:
    chances = space.probability("drums", audio)

    truth = np.array([clip.facts.drums for clip in clips])
    assert chances is not None
    assert np.mean((chances > 0.5) == truth) > 0.9


def test_words_never_trained_on_find_what_they_mean(
    space: Space, clips: tuple[Clip, ...], audio: Array
) -> None:
    cosines = space.similarity(UNSEEN, audio)
    facts = [clip.facts for clip in clips]

    areas = [
        roc_auc(scores, (truth_matrix(facts, needed) > 0).all(axis=1))
        for scores, needed in zip(cosines, UNSEEN.values(), strict=True)
    ]

    assert np.nanmean(areas) >= 0.72


@pytest.mark.parametrize("words", ["fast and loud", "loud, fast music"])
def test_two_words_at_once_find_tracks_that_have_both(
    space: Space, clips: tuple[Clip, ...], audio: Array, words: str
) -> None:
    cosines = space.similarity([words], audio)[0]

    truth = truth_matrix([clip.facts for clip in clips], ("fast", "loud")) > 0
    best = np.argsort(-cosines)[:10]
    assert truth[best].all(axis=1).sum() >= 8


def test_the_shipped_space_is_a_few_megabytes_and_states_its_licence(space: Space) -> None:
    size = sum(path.stat().st_size for path in (SPACES / "small").iterdir())

    assert size < 4e6
    assert space.manifest.training["licence"]
    assert space.manifest.training["data"]
