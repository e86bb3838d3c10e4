"""The losses against values computed by hand, their limits, and the laws they obey."""

import math
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn.functional import normalize

from embedder.errors import UnusableBatch
from embedder.training.loss import (
    INITIAL_TEMPERATURE,
    LEAST_TEMPERATURE,
    PairLoss,
    Temperature,
    decoupled,
    gathered,
    info_nce,
    multi_positive,
)
from tests.embedder.training.processes import LOSSES, Pair, batch, learn, learn_a_part

ONE = torch.tensor(1.0)
PAIR_LOSSES = list(LOSSES.values())
seeds = st.integers(0, 2**32)
sizes = st.integers(2, 9)
temperatures = st.floats(0.01, 1).map(torch.tensor)


def unit(*rows: tuple[float, ...]) -> torch.Tensor:
    return normalize(torch.tensor(rows), dim=1)


def pairs(count: int, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    audio, text = torch.randn(2, count, 4, generator=generator, dtype=torch.float64)
    return normalize(audio, dim=1), normalize(text, dim=1)


def test_the_pair_is_not_in_its_own_denominator() -> None:
    vectors = unit((1.0, 0.0), (0.0, 1.0))

    loss = decoupled(vectors, vectors, ONE)

    assert loss.item() == pytest.approx(-math.log(math.e / (1 + 1)))


def test_the_denominator_adds_the_negatives_of_both_sides() -> None:
    audio = unit((1.0, 0.0), (0.0, 1.0))
    text = unit((1.0, 0.0), (0.6, 0.8))

    loss = decoupled(audio, text, ONE)

    # Cosines: pairs 1 and .8; the first clip with the second text .6, the other way round 0.
    others = math.exp(0.6) + math.exp(0)
    assert loss.item() == pytest.approx((math.log(others) - 1 + math.log(others) - 0.8) / 2)


@given(seeds, sizes, temperatures)
def test_the_decoupled_loss_is_equation_1(seed: int, count: int, temperature: torch.Tensor) -> None:
    audio, text = pairs(count, seed)

    loss = decoupled(audio, text, temperature)

    h = torch.exp(audio @ text.T / temperature).tolist()
    expected = 0.0
    for i in range(count):
        others = sum(h[i][j] + h[j][i] for j in range(count) if j != i)
        expected -= math.log(h[i][i] / others)
    assert loss.item() == pytest.approx(expected / count)


def test_info_nce_keeps_the_pair_in_its_denominator() -> None:
    vectors = unit((1.0, 0.0), (0.0, 1.0))

    loss = info_nce(vectors, vectors, ONE)

    assert loss.item() == pytest.approx(-math.log(math.e / (math.e + 1)))


def test_info_nce_looks_both_ways() -> None:
    audio = unit((1.0, 0.0), (0.0, 1.0))
    text = unit((1.0, 0.0), (0.6, 0.8))

    loss = info_nce(audio, text, ONE)

    first_clip = math.log(math.exp(1) + math.exp(0.6)) - 1
    second_clip = math.log(math.exp(0) + math.exp(0.8)) - 0.8
    first_text = math.log(math.exp(1) + math.exp(0)) - 1
    second_text = math.log(math.exp(0.6) + math.exp(0.8)) - 0.8
    expected = (first_clip + second_clip + first_text + second_text) / 4
    assert loss.item() == pytest.approx(expected)


@pytest.mark.parametrize(("loss", "at_chance"), [(decoupled, math.log(8)), (info_nce, math.log(5))])
def test_towers_that_tell_nothing_apart_are_at_chance(loss: PairLoss, at_chance: float) -> None:
    same = torch.ones(5, 1)

    assert loss(same, same, ONE).item() == pytest.approx(at_chance)


def test_a_learned_pair_goes_on_pulling_only_when_decoupled() -> None:
    temperature = torch.tensor(0.01)
    pulls = []
    for loss in (decoupled, info_nce):
        audio = torch.eye(2).requires_grad_()
        loss(audio, torch.eye(2), temperature).backward()
        pulls.append(audio.grad[0, 0].item())

    assert pulls[0] == pytest.approx(-1 / (2 * 0.01))
    assert pulls[1] == pytest.approx(0, abs=1e-6)


def test_a_single_pair_costs_nothing_or_cannot_be_judged() -> None:
    vectors = unit((1.0, 0.0))

    assert info_nce(vectors, vectors, ONE).item() == pytest.approx(0)
    with pytest.raises(UnusableBatch, match="two or more"):
        decoupled(vectors, vectors, ONE)


@pytest.mark.parametrize("loss", PAIR_LOSSES)
def test_sides_that_are_no_pairs_are_refused(loss: PairLoss) -> None:
    with pytest.raises(UnusableBatch, match=r"\(3, 2\) audio and \(2, 2\) text"):
        loss(torch.ones(3, 2), torch.ones(2, 2), ONE)
    with pytest.raises(UnusableBatch, match=r"\(0, 2\)"):
        loss(torch.ones(0, 2), torch.ones(0, 2), ONE)


@pytest.mark.parametrize("loss", PAIR_LOSSES)
@given(seed=seeds, count=sizes, temperature=temperatures)
def test_neither_the_order_of_pairs_nor_the_side_matters(
    loss: PairLoss, seed: int, count: int, temperature: torch.Tensor
) -> None:
    audio, text = pairs(count, seed)
    order = torch.randperm(count, generator=torch.Generator().manual_seed(seed))

    value = loss(audio, text, temperature).item()

    assert loss(audio[order], text[order], temperature).item() == pytest.approx(value)
    assert loss(text, audio, temperature).item() == pytest.approx(value)


@given(seeds, sizes, temperatures)
def test_with_one_match_a_row_the_multi_positive_loss_is_info_nce_twice(
    seed: int, count: int, temperature: torch.Tensor
) -> None:
    audio, text = pairs(count, seed)

    both_ways = multi_positive(audio, text, torch.eye(count), temperature)

    assert both_ways.item() == pytest.approx(2 * info_nce(audio, text, temperature).item())


@pytest.mark.parametrize("loss", PAIR_LOSSES)
def test_gradients_are_those_of_finite_differences(loss: PairLoss) -> None:
    audio, text = (side.requires_grad_() for side in pairs(4))
    temperature = torch.tensor(0.3, dtype=torch.float64, requires_grad=True)

    assert torch.autograd.gradcheck(loss, (audio, text, temperature))


@pytest.mark.parametrize("loss", PAIR_LOSSES)
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_the_coldest_temperature_overflows_nothing(loss: PairLoss, sign: float) -> None:
    audio = torch.eye(3).requires_grad_()

    value = loss(audio, sign * torch.eye(3), torch.tensor(LEAST_TEMPERATURE))
    value.backward()

    assert value.isfinite()
    assert audio.grad.isfinite().all()


@pytest.mark.parametrize("loss", PAIR_LOSSES)
def test_mixed_precision_does_not_coarsen_the_cosines(loss: PairLoss) -> None:
    audio, text = (side.float() for side in pairs(6))

    with torch.autocast("cpu", torch.bfloat16):
        mixed = loss(audio, text, torch.tensor(0.05))

    assert torch.equal(mixed, loss(audio, text, torch.tensor(0.05)))


def test_one_match_a_row_is_the_usual_cross_entropy() -> None:
    vectors = unit((1.0, 0.0), (0.0, 1.0))

    loss = multi_positive(vectors, vectors, torch.eye(2), ONE)

    each_way = -math.log(math.e / (math.e + 1))
    assert loss.item() == pytest.approx(2 * each_way)


def test_a_lower_temperature_sharpens() -> None:
    vectors = unit((1.0, 0.0), (0.0, 1.0))

    loss = multi_positive(vectors, vectors, torch.eye(2), torch.tensor(0.1))

    assert loss.item() == pytest.approx(2 * math.log(1 + math.exp(-10)), rel=1e-3)


def test_several_matches_share_the_target() -> None:
    audio, text = unit((1.0, 0.0), (1.0, 0.0)), unit((1.0, 0.0))

    loss = multi_positive(audio, text, torch.ones(1, 2), ONE)

    from_text = math.log(2)  # half each, and half is what the logits say
    from_audio = 0.0  # there is only one text
    assert loss.item() == pytest.approx(from_text + from_audio)


def test_pushing_a_true_match_away_costs() -> None:
    text = unit((1.0, 0.0))
    near, far = unit((1.0, 0.0), (1.0, 0.0)), unit((1.0, 0.0), (0.0, 1.0))

    both_match = torch.ones(1, 2)

    assert multi_positive(near, text, both_match, ONE) < multi_positive(far, text, both_match, ONE)


def test_a_text_without_a_match_teaches_nothing() -> None:
    audio = unit((1.0, 0.0), (0.0, 1.0)).requires_grad_()

    loss = multi_positive(audio, unit((1.0, 0.0)), torch.zeros(1, 2), ONE)
    loss.backward()

    assert loss.item() == 0
    assert torch.equal(audio.grad, torch.zeros(2, 2))


def test_matches_that_do_not_fit_the_batch_are_refused() -> None:
    with pytest.raises(UnusableBatch, match=r"matches are \(3, 2\).* 2 texts and 3 clips"):
        multi_positive(torch.ones(3, 1), torch.ones(2, 1), torch.ones(3, 2), ONE)


def test_the_temperature_starts_at_a_tenth_and_is_trained() -> None:
    temperature = Temperature()

    temperature().backward()

    assert temperature().item() == pytest.approx(INITIAL_TEMPERATURE)
    assert temperature.logit.grad.item() == pytest.approx(0.1 * 0.9)


@given(st.floats(-1e30, 1e30))
def test_the_temperature_stays_above_0_and_at_most_1(logit: float) -> None:
    temperature = Temperature()
    temperature.logit.data.fill_(logit)

    assert 0 < temperature().item() <= 1


def test_alone_there_is_nothing_to_gather() -> None:
    vectors = unit((1.0, 0.0))

    assert gathered(vectors) is vectors


def test_two_processes_learn_from_half_a_batch_each_what_one_learns_from_the_whole(
    tmp_path: Path,
) -> None:
    torch.multiprocessing.spawn(learn_a_part, (2, tmp_path), nprocs=2)

    for name in LOSSES:
        whole = Pair()
        value = learn(whole, *batch(), name)
        expected = [weight.grad for weight in whole.parameters()]
        for rank in range(2):
            part_value, gradients = torch.load(tmp_path / f"{name}-{rank}.pt")
            assert part_value == pytest.approx(value)
            for gradient, right in zip(gradients, expected, strict=True):
                assert torch.allclose(gradient, right, atol=1e-6)
