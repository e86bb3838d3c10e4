"""Which recording, which text, which ten seconds: the patent's pairs (P24, P25, P35)."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedder.corpus.records import Recording, Texts
from embedder.corpus.sources import Source
from embedder.errors import UnusableCorpus
from embedder.training.pairs import Pair, PairSampler, shares
from embedder.training.recipes.mulan import matches_of

PATENT = {Source.SF: 2.0, Source.LF: 2.0, Source.PL: 1.0, Source.ASET: 1.0}


def recording(name: str, **texts: tuple[str, ...]) -> Recording:
    return Recording(Path(name), Texts(**texts))


def full_recordings(count: int) -> list[Recording]:
    return [
        recording(
            f"{row}.ogg",
            sf=(f"title {row}", f"tag {row}"),
            lf=(f"sentence {row}",),
            pl=(f"playlist {row}",),
            labels=(f"label {row}",),
        )
        for row in range(count)
    ]


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_a_batch_is_mixed_two_two_one_one() -> None:
    sampler = PairSampler(full_recordings(100), 60, PATENT)

    drawn = Counter(pair.source for pair in sampler.draw(rng()))

    assert drawn == {Source.SF: 20, Source.LF: 20, Source.PL: 10, Source.ASET: 10}


def test_the_patents_batch_is_shared_without_a_remainder() -> None:
    assert list(shares(6_144, PATENT).values()) == [2_048, 2_048, 1_024, 1_024]


def test_a_source_that_no_recording_has_leaves_its_share_to_the_others() -> None:
    without = [recording(f"{row}.ogg", sf=("a",), labels=("b",)) for row in range(50)]

    drawn = Counter(pair.source for pair in PairSampler(without, 30, PATENT).draw(rng()))

    assert drawn == {Source.SF: 20, Source.ASET: 10}


@given(
    st.integers(1, 10_000),
    st.dictionaries(st.sampled_from(Source), st.floats(0.01, 100), min_size=1),
)
def test_shares_add_up_and_none_is_a_whole_one_off(
    count: int, weights: dict[Source, float]
) -> None:
    given_out = shares(count, weights)

    total = sum(weights.values())
    assert sum(given_out.values()) == count
    assert all(abs(given_out[one] - count * weights[one] / total) < 1 for one in weights)


def test_a_recording_comes_once_in_a_batch() -> None:
    sampler = PairSampler(full_recordings(60), 60, PATENT)

    drawn = [pair.recording for pair in sampler.draw(rng())]

    assert len(set(drawn)) == 60


def test_a_source_with_too_few_recordings_repeats_its_own() -> None:
    scarce = [*(recording(f"{row}.ogg", sf=("a",)) for row in range(50)), recording("x", pl=("p",))]

    drawn = PairSampler(scarce, 9, PATENT).draw(rng())

    assert [pair.recording for pair in drawn if pair.source == Source.PL] == [50, 50, 50]


def test_every_text_is_one_of_the_recordings_own() -> None:
    recordings = full_recordings(40)

    for pair in PairSampler(recordings, 30, PATENT).draw(rng()):
        assert pair.text in recordings[pair.recording].texts.of(pair.source)
        assert 0 <= pair.at < 1


def test_over_time_every_recording_and_every_text_has_its_turn() -> None:
    sampler = PairSampler(full_recordings(20), 12, PATENT)

    drawn = {pair.text for step in range(200) for pair in sampler.draw(rng(step))}

    assert len(drawn) == 20 * 5


def test_texts_of_a_source_can_be_joined() -> None:
    many = [recording(f"{row}.ogg", sf=("one", "two", "three")) for row in range(30)]

    drawn = {pair.text for pair in PairSampler(many, 30, PATENT, concatenated=2).draw(rng())}

    assert drawn <= {
        *("one", "two", "three"),
        *("one. two", "one. three", "two. one", "two. three", "three. one", "three. two"),
    }
    assert {text.count(". ") for text in drawn} == {0, 1}


def test_the_same_place_gives_the_same_batch_and_another_place_another() -> None:
    sampler = PairSampler(full_recordings(40), 12, PATENT)

    assert sampler.draw(rng(1)) == sampler.draw(rng(1)) != sampler.draw(rng(2))


def test_sources_are_shuffled_so_that_processes_get_some_of_each() -> None:
    drawn = PairSampler(full_recordings(100), 60, PATENT).draw(rng())

    assert len({pair.source for pair in drawn[:30]}) == 4


def test_recordings_without_a_usable_text_are_refused() -> None:
    with pytest.raises(UnusableCorpus, match="no recording has a text"):
        PairSampler([recording("a.ogg", pl=("p",))], 4, PATENT | {Source.PL: 0.0})


def test_a_text_matches_every_recording_of_the_batch_that_has_it() -> None:
    recordings = [
        recording("a.ogg", sf=("calm", "piano")),
        recording("b.ogg", labels=("calm",)),
        recording("c.ogg", lf=("loud drums",)),
    ]
    batch = [
        Pair(0, Source.SF, "calm", at=0.0),
        Pair(2, Source.LF, "loud drums", at=0.0),
        Pair(1, Source.ASET, "calm", at=0.0),
    ]

    matches = matches_of(batch, recordings)

    assert matches.tolist() == [[1, 0, 1], [0, 1, 0], [1, 0, 1]]
