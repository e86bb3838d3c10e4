"""The contrastive losses that pull matching words and music together (P20-P23).

`decoupled` is the patent's, `info_nce` its best-known relative, `multi_positive` the one for short
captions, which fit many clips of a batch: the other two would push those apart. All take what they
compare to from the batch; `gathered` makes one batch of what several processes hold. None looks at
one tower alone (P20).
"""

from collections.abc import Callable
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn

from embedder.errors import UnusableBatch

INITIAL_TEMPERATURE = 0.1
"""Where the trainable temperature starts, for all models (P23)."""

LEAST_TEMPERATURE = 1e-4
"""Keeps cosine / temperature finite, in half precision too."""

LEAST_MATCH = 0.5
"""A text (or clip) whose matches in the batch sum to less teaches nothing in that direction."""

PairLoss = Callable[[Tensor, Tensor, Tensor], Tensor]
"""Audio and text of matching pairs, and the temperature -> how badly they are told apart."""


class Temperature(nn.Module):
    """A trainable temperature that cannot leave (0, 1] (P22, P23).

    Give it no weight decay: that would pull it towards 1/2.
    """

    def __init__(self, initial: float = INITIAL_TEMPERATURE) -> None:
        super().__init__()
        self.logit = nn.Parameter(torch.logit(torch.tensor(initial)))

    def forward(self) -> Tensor:
        """Return the temperature, a scalar."""
        return torch.sigmoid(self.logit).clamp(min=LEAST_TEMPERATURE)


def decoupled(audio: Tensor, text: Tensor, temperature: Tensor) -> Tensor:
    """Return the patent's loss: each pair against all that its two halves do not belong to.

    ::

        mean over i of  -log( h(a_i, t_i) / sum over j != i of (h(a_i, t_j) + h(a_j, t_i)) )

    with the critic h(a, t) = exp(a.t / temperature). The pair is not in its own denominator, so the
    loss has no floor at 0 and a pair that is learned goes on pulling ("decoupled"). The equation is
    lost from the patent's text and reconstructed from what surrounds it. It sums over the batch;
    here it is the mean, so that one learning rate serves batches of every size.

    Parameters
    ----------
    audio, text : (n_pairs, dim), n_pairs >= 2, unit rows; rows of one number belong together
    temperature : scalar in (0, 1]

    Returns
    -------
    loss : scalar, nats; log(2 n_pairs - 2) when every cosine is the same

    Raises
    ------
    UnusableBatch
        The sides differ in shape, or a single pair leaves nothing to compare it to.

    References
    ----------
    P21, P22, equation 1.

    """
    logits = _pair_logits(audio, text, temperature)
    if len(logits) < 2:
        raise UnusableBatch("a single pair has nothing to be told from; use two or more")
    own = torch.eye(len(logits), dtype=torch.bool, device=logits.device)
    others = logits.masked_fill(own, -torch.inf)
    denominator = torch.logaddexp(others.logsumexp(dim=1), others.logsumexp(dim=0))
    return (denominator - logits.diagonal()).mean()


def info_nce(audio: Tensor, text: Tensor, temperature: Tensor) -> Tensor:
    """Return symmetric InfoNCE (NT-Xent): which text is this clip's, and which clip this text's.

    ::

        mean over i of  -1/2 ( log( h(a_i, t_i) / sum over j of h(a_i, t_j) )
                             + log( h(a_i, t_i) / sum over j of h(a_j, t_i) ) )

    Here the pair is in its own denominators: the loss is at least 0, and 0 for a single pair.

    Parameters
    ----------
    audio, text : (n_pairs, dim), unit rows; rows of one number belong together
    temperature : scalar in (0, 1]

    Returns
    -------
    loss : scalar, nats; log(n_pairs) when every cosine is the same

    Raises
    ------
    UnusableBatch
        The sides differ in shape, or are empty.

    References
    ----------
    P21.

    """
    logits = _pair_logits(audio, text, temperature)
    denominators = (logits.logsumexp(dim=1) + logits.logsumexp(dim=0)) / 2
    return (denominators - logits.diagonal()).mean()


def multi_positive(audio: Tensor, text: Tensor, matches: Tensor, temperature: Tensor) -> Tensor:
    """Return how badly cosines tell which texts and clips of a batch belong together.

    The target of a row is spread over its matches in proportion, so that a true match which happens
    to share the batch is not punished as a negative. With the identity for `matches` this is twice
    `info_nce`: both directions are added, for their numbers of rows may differ.

    Parameters
    ----------
    audio : (n_clips, dim), unit rows
    text : (n_texts, dim), unit rows
    matches : (n_texts, n_clips) float32, from 0 (no match) to 1 (the text is true of the clip)
    temperature : scalar in (0, 1]

    Returns
    -------
    loss : scalar, nats: mean over texts plus mean over clips

    Raises
    ------
    UnusableBatch
        `matches` does not have a row for each text and a column for each clip.

    """
    if matches.shape != (len(text), len(audio)):
        raise UnusableBatch(
            f"matches are {tuple(matches.shape)}, but there are {len(text)} texts and "
            f"{len(audio)} clips"
        )
    logits = _logits(text, audio, temperature)
    return _cross_entropy(logits, matches) + _cross_entropy(logits.T, matches.T)


def gathered(vectors: Tensor) -> Tensor:
    """Return the rows of all processes in the order of their ranks; gradients find their way back.

    Gather both sides, then let every process compute the loss of the whole batch: each pair meets
    the negatives of all processes (P21). If gradients of parameters are then averaged over the
    processes, as `DistributedDataParallel` does, they equal those of one process with the whole
    batch. Without `torch.distributed` the vectors come back as they are.

    Parameters
    ----------
    vectors : (n, dim), the same shape in every process

    Returns
    -------
    vectors : (n_processes * n, dim)

    """
    if not dist.is_available() or not dist.is_initialized():
        return vectors
    rows: Tensor = _Gather.apply(vectors)
    return rows


class _Gather(torch.autograd.Function):
    """All-gather whose backward sums over processes; torch's own is deprecated."""

    @staticmethod
    def forward(ctx: Any, vectors: Tensor) -> Tensor:
        parts = [torch.empty_like(vectors) for _ in range(dist.get_world_size())]
        dist.all_gather(parts, vectors.contiguous())
        ctx.size = len(vectors)
        return torch.cat(parts)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        total = gradients[0].contiguous().clone()
        dist.all_reduce(total)
        start = dist.get_rank() * ctx.size
        return total[start : start + ctx.size]


def _pair_logits(audio: Tensor, text: Tensor, temperature: Tensor) -> Tensor:
    if audio.shape != text.shape or not len(audio):
        raise UnusableBatch(f"{tuple(audio.shape)} audio and {tuple(text.shape)} text are no pairs")
    return _logits(audio, text, temperature)


def _logits(rows: Tensor, columns: Tensor, temperature: Tensor) -> Tensor:
    """Return the log of the critic, cosine / temperature, in single precision or better."""
    dtype = torch.promote_types(rows.dtype, torch.float32)
    with torch.autocast(rows.device.type, enabled=False):
        return rows.to(dtype) @ columns.to(dtype).T / temperature


def _cross_entropy(logits: Tensor, matches: Tensor) -> Tensor:
    total = matches.sum(dim=1)
    taught = total >= LEAST_MATCH
    if not taught.any():
        return logits.sum() * 0
    targets = matches[taught] / total[taught, None]
    return -(targets * logits[taught].log_softmax(dim=1)).sum(dim=1).mean()
