"""One process or many: who we are among them, and what we have to agree on."""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import torch
from torch import Tensor, distributed, nn

from embedder.errors import UnevenBatch

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class World:
    """A process among those that train together; alone, every method is a formality."""

    rank: int = 0
    size: int = 1

    @property
    def leads(self) -> bool:
        """Whether this is the process that validates and writes."""
        return self.rank == 0

    def share(self, count: int, what: str) -> slice:
        """Return which of `count` rows of a mini-batch are ours.

        Raises
        ------
        UnevenBatch
            The rows cannot be shared out evenly.

        """
        if count % self.size:
            raise UnevenBatch(what, count, self.size)
        ours = count // self.size
        return slice(self.rank * ours, (self.rank + 1) * ours)

    def average_gradients(self, parameters: Iterable[nn.Parameter]) -> None:
        """Replace each gradient by its mean over the processes.

        `DistributedDataParallel` would do so during every backward pass; with a batch in chunks
        there are many of those, and only the last one has the whole gradient.
        """
        if self.size == 1:
            return
        gradients = [weight.grad for weight in parameters if weight.grad is not None]
        flat = torch.cat([gradient.flatten() for gradient in gradients])
        distributed.all_reduce(flat)
        flat /= self.size
        parts = torch.split(flat, [gradient.numel() for gradient in gradients])
        for gradient, part in zip(gradients, parts, strict=True):
            gradient.copy_(part.view_as(gradient))

    def gathered(self, rows: Sequence[Row]) -> list[Row]:
        """Return the rows of all processes in the order of their ranks."""
        if self.size == 1:
            return list(rows)
        parts: list[Any] = [None] * self.size
        distributed.all_gather_object(parts, list(rows))
        return [row for part in parts for row in part]

    def any(self, wish: bool, device: torch.device) -> bool:
        """Return whether any process wishes so: all must stop at the same step."""
        if self.size == 1:
            return wish
        wishes = torch.tensor(float(wish), device=device)
        distributed.all_reduce(wishes)
        return bool(wishes > 0)

    def wait(self) -> None:
        """Return when every process is here."""
        if self.size > 1:
            distributed.barrier()


@contextmanager
def join_world(device: torch.device) -> Iterator[World]:
    """Join the processes that torchrun started, or be alone.

    References
    ----------
    https://docs.pytorch.org/docs/stable/elastic/run.html: RANK and WORLD_SIZE.

    """
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        yield World()
        return
    distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
    try:
        yield World(distributed.get_rank(), distributed.get_world_size())
    finally:
        distributed.destroy_process_group()


def own_device(wish: str) -> torch.device:
    """Return where this process computes: `cpu`, its own GPU, or what `auto` finds."""
    if wish == "cpu" or (wish == "auto" and not torch.cuda.is_available()):
        return torch.device("cpu")
    device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))
    torch.cuda.set_device(device)
    return device


def same_everywhere(tensors: Iterable[Tensor]) -> None:
    """Give every process the tensors of the first."""
    if distributed.is_initialized():
        for tensor in tensors:
            distributed.broadcast(tensor.data, src=0)
