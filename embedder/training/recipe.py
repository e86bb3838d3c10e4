"""What differs from one kind of space to another; `embedder.training.loop` knows the rest."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

from torch import Tensor, nn

from embedder.space import Space

Figures = Mapping[str, float]
"""What a look at the validation data found, by name."""


class Batch(Protocol):
    """One process's share of a mini-batch: drawn and read, not yet embedded."""

    @property
    def n_clips(self) -> int:
        """Windows of audio in this share."""
        ...

    @property
    def n_texts(self) -> int:
        """Texts in this share."""
        ...

    def audio(self, rows: slice) -> Tensor:
        """Embed some windows, (n, dim), augmented by torch's generator: its seed decides."""
        ...

    def text(self, rows: slice) -> Tensor:
        """Embed some texts, (n, dim)."""
        ...

    def loss(self, audio: Tensor, text: Tensor, temperature: Tensor) -> Tensor:
        """Return the loss of the whole mini-batch, the rows of all processes in order."""
        ...


class Recipe(Protocol):
    """One kind of space: what its towers are, what they are shown, what they are judged by."""

    @property
    def towers(self) -> nn.Module:
        """The networks that are trained."""
        ...

    @property
    def steps_per_epoch(self) -> int:
        """Mini-batches in one pass over the training data."""
        ...

    @property
    def fingerprint(self) -> str:
        """What tells this training data from other: a run is only resumed on the same."""
        ...

    @property
    def judged_by(self) -> str:
        """The figure that tells which towers are best; more is better."""
        ...

    def batches(self, first: int, last: int) -> Iterator[Batch]:
        """Yield the mini-batches of steps `first` to `last`, the last one not included.

        Each follows from the seed and its own step alone, so that a run can start anywhere.
        """
        ...

    def validate(self) -> Figures:
        """Measure the towers as they are on the validation data."""
        ...

    def publish(self, folder: Path, name: str, training: Mapping[str, Any]) -> Space:
        """Write the towers as they are as a space that others can load."""
        ...
