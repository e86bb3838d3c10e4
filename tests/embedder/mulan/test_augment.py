"""SpecAugment: gaps within bounds, the same for the same generator."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from embedder.mulan import SpecAugment, spec_augment

ONES = torch.ones(4, 64, 1_000)


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@given(
    st.integers(0, 2**32),
    st.integers(0, 3),
    st.floats(0, 1),
    st.floats(0, 1),
    st.integers(1, 40),
    st.integers(1, 60),
)
def test_whole_bands_and_whole_stretches_are_hidden_and_no_more_than_allowed(
    seed: int, masks: int, band: float, stretch: float, n_mels: int, frames: int
) -> None:
    policy = SpecAugment(masks, band, stretch)

    seen = spec_augment(torch.ones(1, n_mels, frames), generator(seed), policy)[0]

    bands, stretches = (seen == 0).all(dim=1), (seen == 0).all(dim=0)
    assert torch.equal(seen == 0, bands[:, None] | stretches[None])
    if not bands.all() and not stretches.all():
        assert bands.sum() <= masks * int(band * n_mels)
        assert stretches.sum() <= masks * int(stretch * frames)


def test_the_published_policy_hides_at_most_21_bands_and_100_frames_at_once() -> None:
    once = SpecAugment(masks=1)
    widest_band = widest_stretch = 0

    for seed in range(200):
        seen = spec_augment(ONES[:1], generator(seed), once)[0] == 0
        widest_band = max(widest_band, int(seen.all(dim=1).sum()))
        widest_stretch = max(widest_stretch, int(seen.all(dim=0).sum()))

    assert widest_band == 21
    assert 95 <= widest_stretch <= 100


def test_the_same_generator_gives_the_same_gaps_and_leaves_its_input() -> None:
    once, again = (spec_augment(ONES, generator(3)) for _ in range(2))

    assert torch.equal(once, again)
    assert not torch.equal(once, spec_augment(ONES, generator(4)))
    assert ONES.all()


def test_each_spectrogram_has_gaps_of_its_own() -> None:
    seen = spec_augment(ONES, generator())

    assert not torch.equal(seen[0], seen[1])


def test_nothing_allowed_hides_nothing() -> None:
    assert torch.equal(spec_augment(ONES, generator(), SpecAugment(2, 0, 0)), ONES)
