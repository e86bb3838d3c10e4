"""Configuration -> what moves the weights, and how far at each step."""

import warnings
from dataclasses import dataclass
from typing import Any

import torch
from torch.optim import AdamW
from torch.optim.lr_scheduler import LRScheduler, OneCycleLR, StepLR

from embedder.training.config import OneCycle, Optimiser, StepDecay
from embedder.training.gradients import Learner
from embedder.training.precision import Precision


@dataclass(frozen=True, slots=True)
class Mover:
    """Gradients -> weights: Adam, its schedule and the scaling of half precision (P39, P40)."""

    optimiser: AdamW
    schedule: LRScheduler
    precision: Precision

    @property
    def learning_rate(self) -> float:
        """Of the towers, at the next step."""
        return float(self.optimiser.param_groups[0]["lr"])

    def step(self) -> None:
        """Move the weights along their gradients, forget those, and follow the schedule."""
        self.precision.step(self.optimiser)
        self.optimiser.zero_grad()
        with warnings.catch_warnings():
            # It misses the step that overflowed in half precision; the schedule counts it.
            warnings.filterwarnings("ignore", "Detected call of `lr_scheduler.step")
            self.schedule.step()

    def state_dict(self) -> dict[str, Any]:
        """Return what a checkpoint keeps."""
        return {name: part.state_dict() for name, part in self._parts().items()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from what a checkpoint kept."""
        for name, part in self._parts().items():
            part.load_state_dict(state[name])

    def _parts(self) -> dict[str, Any]:
        return {
            "optimiser": self.optimiser,
            "schedule": self.schedule,
            "precision": self.precision,
        }


def mover_for(learner: Learner, config: Optimiser, steps: int) -> Mover:
    """Return the optimiser of a run of so many steps."""
    rates = [config.learning_rate, config.temperature_learning_rate or config.learning_rate]
    optimiser = AdamW(
        [
            {
                "params": list(learner.towers.parameters()),
                "lr": rates[0],
                "weight_decay": config.weight_decay,
            },
            {"params": list(learner.temperature.parameters()), "lr": rates[1], "weight_decay": 0.0},
        ]
    )
    return Mover(optimiser, _schedule(optimiser, config.schedule, rates, steps), learner.precision)


def _schedule(
    optimiser: torch.optim.Optimizer,
    config: OneCycle | StepDecay,
    rates: list[float],
    steps: int,
) -> LRScheduler:
    match config:
        case OneCycle():
            return OneCycleLR(optimiser, rates, total_steps=steps, pct_start=config.warm_up)
        case StepDecay():
            return StepLR(optimiser, config.every_steps, config.factor)
