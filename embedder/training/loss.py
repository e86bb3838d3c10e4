"""The contrastive loss that pulls matching words and music together."""

import torch
from torch import Tensor, nn

INITIAL_TEMPERATURE = 0.1
"""Where the trainable temperature starts, for all models (P23)."""

LEAST_MATCH = 0.5
"""A text (or clip) whose matches in the batch sum to less teaches nothing in that direction."""


class Temperature(nn.Module):
    """A trainable temperature that cannot leave (0, 1] (P22, P23)."""

    def __init__(self, initial: float = INITIAL_TEMPERATURE) -> None:
        super().__init__()
        self.logit = nn.Parameter(torch.logit(torch.tensor(initial)))

    def forward(self) -> Tensor:
        """Return the temperature."""
        return torch.sigmoid(self.logit)


def contrastive_loss(audio: Tensor, text: Tensor, matches: Tensor, temperature: Tensor) -> Tensor:
    """Return how badly cosines tell which texts and clips of a batch belong together.

    The critic is h(a, t) = exp(cosine / temperature); every other pair of the batch is a negative
    (P21). With the identity for `matches` this is InfoNCE (NT-Xent) over both directions; with
    several matches a row, the target is spread over them in proportion, so that a true match which
    happens to share the batch is not punished.

    Parameters
    ----------
    audio : (n_clips, dim) float32, unit rows
    text : (n_texts, dim) float32, unit rows
    matches : (n_texts, n_clips) float32, from 0 (no match) to 1 (the text is true of the clip)
    temperature : scalar in (0, 1]

    Returns
    -------
    loss : scalar, nats: mean over texts plus mean over clips

    """
    logits = text @ audio.T / temperature
    return _cross_entropy(logits, matches) + _cross_entropy(logits.T, matches.T)


def _cross_entropy(logits: Tensor, matches: Tensor) -> Tensor:
    total = matches.sum(dim=1)
    taught = total >= LEAST_MATCH
    if not taught.any():
        return logits.sum() * 0
    targets = matches[taught] / total[taught, None]
    return -(targets * logits[taught].log_softmax(dim=1)).sum(dim=1).mean()
