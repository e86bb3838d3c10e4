"""One of several processes that train on parts of one batch; it imports no more than it must."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.functional import normalize
from torch.nn.parallel import DistributedDataParallel

from embedder.training.loss import Temperature, decoupled, gathered, info_nce

LOSSES: dict[str, Callable[[Tensor, Tensor, Tensor], Tensor]] = {
    "decoupled": decoupled,
    "info_nce": info_nce,
}
BATCH = 6


class Pair(nn.Module):
    """Two towers of one layer, and a temperature."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.audio, self.text = nn.Linear(5, 3), nn.Linear(4, 3)
        self.temperature = Temperature()

    def forward(self, heard: Tensor, read: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        sides = (self.audio(heard), self.text(read))
        audio, text = (normalize(side, dim=1) for side in sides)
        return audio, text, self.temperature()


def batch() -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(1)
    return torch.randn(BATCH, 5, generator=generator), torch.randn(BATCH, 4, generator=generator)


def learn(model: nn.Module, heard: Tensor, read: Tensor, loss: str) -> Tensor:
    """One loss and its gradients, over the batch of all processes."""
    audio, text, temperature = model(heard, read)
    value = LOSSES[loss](gathered(audio), gathered(text), temperature)
    value.backward()
    return value.detach()


def learn_a_part(rank: int, count: int, folder: Path) -> None:
    """Process `rank` of `count`: leave loss and gradients in the folder, one file a loss."""
    torch.set_num_threads(1)
    dist.init_process_group("gloo", f"file://{folder}/meeting", rank=rank, world_size=count)
    part = slice(rank * BATCH // count, (rank + 1) * BATCH // count)
    for name in LOSSES:
        model = Pair()
        value = learn(DistributedDataParallel(model), *(side[part] for side in batch()), name)
        gradients = [weight.grad for weight in model.parameters()]
        torch.save((value, gradients), folder / f"{name}-{rank}.pt")
    dist.destroy_process_group()
    leave()


def leave() -> None:
    """End this process, its work done: Gloo's threads abort, at times, an interpreter that goes."""
    sys.stdout.flush()
    os._exit(0)
