"""Mini-batch -> gradient, with no more activations in memory than a chunk of it needs.

A contrastive loss looks at all pairs of a mini-batch, so gradients of parts of it do not add up to
the gradient of the whole, and plain accumulation would train with fewer negatives. Gradient caching
(Gao et al., 2021, "Scaling deep contrastive learning batch size under memory limited setup") is
exact: embed all chunks without a graph; take the loss and its gradient with respect to the
embeddings; then embed each chunk again, with a graph, and send its part of that gradient back. Each
chunk is seeded by its place, so that dropout and augmentation are the same both times.

Batch normalisation alone tells the two ways apart: its statistics are those of a chunk (and of a
process), as they are of a small batch elsewhere. The running statistics move once a chunk, in the
second pass.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from embedder.training.chance import Purpose, seed_torch
from embedder.training.loss import Temperature, gathered
from embedder.training.precision import Precision
from embedder.training.recipe import Batch

BATCH_NORMS = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d, nn.SyncBatchNorm)

Embed = Callable[[], Tensor]
"""Embed one chunk; the same vectors each time."""


@dataclass(frozen=True, slots=True)
class Learner:
    """What learns, and in which precision."""

    towers: nn.Module
    temperature: Temperature
    precision: Precision


def add_gradients(
    learner: Learner, batch: Batch, place: tuple[int, ...], chunk: int | None = None
) -> float:
    """Add the gradient of a mini-batch's loss to towers and temperature; return the loss.

    Parameters
    ----------
    place : seed, step and process: where dropout and augmentation are drawn
    chunk : rows embedded at once, or None for all in one pass

    References
    ----------
    P21-P23, P41.

    """
    audio = _chunks(learner, batch.audio, batch.n_clips, chunk, (Purpose.AUDIO, *place))
    text = _chunks(learner, batch.text, batch.n_texts, chunk, (Purpose.TEXT, *place))
    if len(audio) == len(text) == 1:
        loss = _loss(learner, batch, audio[0](), text[0]())
        learner.precision.backward(loss)
        return loss.item()
    sides = (audio, text)
    with torch.no_grad(), _statistics_held(learner.towers):
        vectors = [torch.cat([embed() for embed in side]).requires_grad_() for side in sides]
    loss = _loss(learner, batch, *vectors)
    learner.precision.backward(loss)
    for side, whole in zip(sides, vectors, strict=True):
        _send_back(side, whole)
    return loss.item()


def _loss(learner: Learner, batch: Batch, audio: Tensor, text: Tensor) -> Tensor:
    return batch.loss(gathered(audio), gathered(text), learner.temperature())


def _send_back(side: list[Embed], whole: Tensor) -> None:
    assert whole.grad is not None  # the loss rests on every row
    start = 0
    for embed in side:
        vectors = embed()
        vectors.backward(whole.grad[start : start + len(vectors)])  # type: ignore[no-untyped-call]
        start += len(vectors)


def _chunks(
    learner: Learner,
    embed: Callable[[slice], Tensor],
    count: int,
    chunk: int | None,
    place: tuple[int, ...],
) -> list[Embed]:
    size = chunk or count
    return [
        partial(_embed, learner, embed, slice(start, min(start + size, count)), (*place, start))
        for start in range(0, count, size)
    ]


def _embed(
    learner: Learner, embed: Callable[[slice], Tensor], rows: slice, place: tuple[int, ...]
) -> Tensor:
    purpose, seed, *rest = place
    seed_torch(seed, Purpose(purpose), *rest)
    with learner.precision.narrowed():
        return embed(rows).float()


@contextmanager
def _statistics_held(towers: nn.Module) -> Iterator[None]:
    """Let batch normalisation use the statistics of a chunk without remembering them."""
    norms = [
        module
        for module in towers.modules()
        if isinstance(module, BATCH_NORMS) and module.track_running_stats
    ]
    for norm in norms:
        norm.track_running_stats = False
    try:
        yield
    finally:
        for norm in norms:
            norm.track_running_stats = True
