"""A network of transformers and its batches -> the network, fine-tuned."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.optim import AdamW
from torch.optim.lr_scheduler import OneCycleLR
from transformers import PreTrainedModel

WARM_UP = 0.1
"""Share of the steps in which the learning rate rises; after that it falls to nothing."""


@dataclass(frozen=True, slots=True)
class FineTuning:
    """How a pretrained network is fitted; the usual values for a BERT of base size."""

    epochs: int = 3
    batch: int = 16
    learning_rate: float = 2e-5
    weight_decay: float = 0.01
    max_tokens: int = 64
    """Word pieces read of a text; the rest is cut."""

    seed: int = 0
    """Of the order of the texts, of drop-out, and of weights that the checkpoint lacks."""

    def __post_init__(self) -> None:
        for name in ("epochs", "batch", "max_tokens"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}, at least 1 is needed")


def fine_tune(
    network: PreTrainedModel,
    batch_of: Callable[[Sequence[int]], Mapping[str, Tensor]],
    n_examples: int,
    config: FineTuning,
) -> None:
    """Fit a network in place, by the loss that it gives itself when it is handed `labels`.

    Parameters
    ----------
    network : one of transformers
    batch_of : rows of examples -> what the network is called with, `labels` among it
    n_examples : how many there are, at least 1
    config : see there

    """
    steps = config.epochs * -(-n_examples // config.batch)
    optimiser = AdamW(
        network.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay
    )
    schedule = OneCycleLR(
        optimiser,
        config.learning_rate,
        total_steps=steps + 1,
        pct_start=WARM_UP,
        anneal_strategy="linear",
        cycle_momentum=False,
    )
    rng = np.random.default_rng(config.seed)
    network.train()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        for _ in range(config.epochs):
            order = rng.permutation(n_examples).tolist()
            for start in range(0, n_examples, config.batch):
                loss = network(**batch_of(order[start : start + config.batch])).loss
                loss.backward()
                torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
                optimiser.step()
                optimiser.zero_grad()
                schedule.step()
    network.train(False)
