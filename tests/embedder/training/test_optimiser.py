"""How far weights move at each step, against values computed by hand (P39, P40)."""

import pytest
import torch
from torch import nn

from embedder.training.config import OneCycle, Optimiser, StepDecay
from embedder.training.gradients import Learner
from embedder.training.loss import Temperature
from embedder.training.optimiser import Mover, mover_for
from embedder.training.precision import Precision


def learner() -> Learner:
    towers = nn.Linear(1, 1, bias=False)
    nn.init.ones_(towers.weight)
    return Learner(towers, Temperature(), Precision("float32", torch.device("cpu")))


def still(one: Learner) -> None:
    """Gradients of 0: what moves is the decay alone."""
    for weight in (*one.towers.parameters(), *one.temperature.parameters()):
        weight.grad = torch.zeros_like(weight)


def rates(mover: Mover, one: Learner, steps: int) -> list[float]:
    seen = []
    for _ in range(steps):
        still(one)
        seen.append(mover.learning_rate)
        mover.step()
    return seen


def test_the_patents_schedule_takes_a_tenth_off_every_so_many_steps() -> None:
    one = learner()
    config = Optimiser(learning_rate=5e-5, schedule=StepDecay(every_steps=2))

    seen = rates(mover_for(one, config, steps=6), one, steps=6)

    assert seen == pytest.approx([5e-5, 5e-5, 4.5e-5, 4.5e-5, 4.05e-5, 4.05e-5])


def test_one_cycle_goes_up_and_down_once() -> None:
    one = learner()
    config = Optimiser(learning_rate=1e-3, schedule=OneCycle(kind="one-cycle", warm_up=0.3))

    seen = rates(mover_for(one, config, steps=20), one, steps=20)

    assert max(seen) == seen[5] == pytest.approx(1e-3)  # a step before 0.3 of 20, as torch counts
    assert seen[0] == pytest.approx(1e-3 / 25)
    assert seen[:6] == sorted(seen[:6])
    assert seen[5:] == sorted(seen[5:], reverse=True)


def test_weights_decay_and_the_temperature_does_not() -> None:
    one = learner()
    config = Optimiser(learning_rate=0.1, weight_decay=0.5)
    before = one.temperature().item()

    rates(mover_for(one, config, steps=2), one, steps=2)

    assert one.towers.weight.item() == pytest.approx((1 - 0.1 * 0.5) ** 2)
    assert one.temperature().item() == before


def test_the_temperature_may_have_a_pace_of_its_own() -> None:
    one = learner()
    config = Optimiser(learning_rate=1e-3, temperature_learning_rate=0.1)
    mover = mover_for(one, config, steps=1)
    logit = one.temperature.logit.item()

    for weight in (*one.towers.parameters(), *one.temperature.parameters()):
        weight.grad = torch.ones_like(weight)
    mover.step()

    assert logit - one.temperature.logit.item() == pytest.approx(0.1, rel=1e-4)  # Adam's first step
    assert 1 - one.towers.weight.item() == pytest.approx(1e-3 + 1e-3 * 0.01, rel=1e-2)


def test_gradients_are_forgotten_after_a_step() -> None:
    one = learner()
    still(one)

    mover_for(one, Optimiser(), steps=1).step()

    assert one.towers.weight.grad is None
