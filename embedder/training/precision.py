"""Towers in half precision under weights in single: `torch.autocast` and its scaler."""

from contextlib import AbstractContextManager, nullcontext
from typing import Any, Literal

import torch
from torch import Tensor

Kind = Literal["float32", "bfloat16", "float16"]

DTYPES = {"bfloat16": torch.bfloat16, "float16": torch.float16}


class Precision:
    """How wide the numbers are that the towers compute with.

    `float16` has a short range: the loss is scaled up before its gradient is taken, so that small
    gradients do not become 0, and a step whose gradients overflow is left out. `bfloat16` has the
    range of `float32` and needs neither.
    """

    def __init__(self, kind: Kind, device: torch.device) -> None:
        self._dtype = DTYPES.get(kind)
        self._device = device.type
        self._scaler = torch.amp.GradScaler(self._device, enabled=kind == "float16")

    def narrowed(self) -> AbstractContextManager[Any]:
        """Return a context in which layers compute in the narrow type where that is safe."""
        if self._dtype is None:
            return nullcontext()
        return torch.autocast(self._device, self._dtype)

    def backward(self, loss: Tensor) -> None:
        """Take the gradient of a loss, scaled where the type needs it."""
        self._scaler.scale(loss).backward()  # type: ignore[no-untyped-call]

    def step(self, optimiser: torch.optim.Optimizer) -> None:
        """Scale gradients back and move the weights, unless a gradient has overflowed."""
        self._scaler.step(optimiser)
        self._scaler.update()

    def state_dict(self) -> dict[str, Any]:
        """Return what a checkpoint keeps."""
        return self._scaler.state_dict()

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from what a checkpoint kept."""
        self._scaler.load_state_dict(state)
