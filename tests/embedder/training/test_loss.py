"""The loss against values computed by hand."""

import math

import pytest
import torch

from embedder.training.loss import INITIAL_TEMPERATURE, Temperature, contrastive_loss

ONE = torch.tensor(1.0)


def unit(*rows: tuple[float, ...]) -> torch.Tensor:
    return torch.nn.functional.normalize(torch.tensor(rows), dim=1)


def test_one_match_a_row_is_the_usual_cross_entropy() -> None:
    vectors = unit((1.0, 0.0), (0.0, 1.0))

    loss = contrastive_loss(vectors, vectors, torch.eye(2), ONE)

    each_way = -math.log(math.e / (math.e + 1))
    assert loss.item() == pytest.approx(2 * each_way)


def test_a_lower_temperature_sharpens() -> None:
    vectors = unit((1.0, 0.0), (0.0, 1.0))

    loss = contrastive_loss(vectors, vectors, torch.eye(2), torch.tensor(0.1))

    assert loss.item() == pytest.approx(2 * math.log(1 + math.exp(-10)), rel=1e-3)


def test_several_matches_share_the_target() -> None:
    audio, text = unit((1.0, 0.0), (1.0, 0.0)), unit((1.0, 0.0))

    loss = contrastive_loss(audio, text, torch.ones(1, 2), ONE)

    from_text = math.log(2)  # half each, and half is what the logits say
    from_audio = 0.0  # there is only one text
    assert loss.item() == pytest.approx(from_text + from_audio)


def test_pushing_a_true_match_away_costs() -> None:
    text = unit((1.0, 0.0))
    near, far = unit((1.0, 0.0), (1.0, 0.0)), unit((1.0, 0.0), (0.0, 1.0))

    both_match = torch.ones(1, 2)

    assert contrastive_loss(near, text, both_match, ONE) < contrastive_loss(
        far, text, both_match, ONE
    )


def test_a_text_without_a_match_teaches_nothing() -> None:
    audio = unit((1.0, 0.0), (0.0, 1.0)).requires_grad_()

    loss = contrastive_loss(audio, unit((1.0, 0.0)), torch.zeros(1, 2), ONE)
    loss.backward()

    assert loss.item() == 0
    assert torch.equal(audio.grad, torch.zeros(2, 2))


def test_the_temperature_starts_at_a_tenth_and_stays_above_0_and_at_most_1() -> None:
    temperature = Temperature()
    assert temperature().item() == pytest.approx(INITIAL_TEMPERATURE)

    for logit in (-50.0, 50.0):
        temperature.logit.data.fill_(logit)
        assert 0 < temperature().item() <= 1
