"""The two towers: they share nothing but the sphere of 128 dimensions they end in (P1-P6)."""

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from embedder.small.features import N_MELS, Features
from embedder.small.sentences import SENTENCE_DIMENSION

DIMENSION = 128
"""Dimension of the joint space (P4)."""

WIDTH = 256
"""Hidden units of the audio tower's perceptron."""

TEXT_WIDTH = 512
"""Hidden units of the text tower's perceptron."""

CHANNELS = (1, 16, 32, 64, 96)
"""Channels of the convolutional net; each layer halves frequency and time, the first one twice."""

CLIP = 4.0
"""Standard deviations beyond which a feature is cut: one odd recording must not shout."""


class AudioTower(nn.Module):
    """Musical features and a picture of the spectrum -> unit vectors.

    A perceptron beside a straight line on the features, and a small convolutional net on the
    log-mel, each end in 128 numbers; their sum is normalised.
    """

    note_mean: Tensor
    note_spread: Tensor
    mel_mean: Tensor
    mel_spread: Tensor

    def __init__(self, n_notes: int, dropout: float = 0.3) -> None:
        super().__init__()
        self.register_buffer("note_mean", torch.zeros(n_notes))
        self.register_buffer("note_spread", torch.ones(n_notes))
        self.register_buffer("mel_mean", torch.zeros(N_MELS, 1))
        self.register_buffer("mel_spread", torch.ones(N_MELS, 1))
        self.straight = nn.Linear(n_notes, DIMENSION)
        self.bent = nn.Sequential(
            nn.Dropout(dropout / 2),
            nn.Linear(n_notes, WIDTH),
            nn.GELU(),
            nn.Dropout(dropout),
            nn.Linear(WIDTH, DIMENSION),
        )
        self.viewer = PictureNet(dropout)

    def standardise_to(self, features: Features) -> None:
        """Take means and spreads, which every input is then measured by, from training data."""
        self.note_mean.copy_(features.notes.mean(dim=0))
        self.note_spread.copy_(features.notes.std(dim=0) + 1e-3)
        self.mel_mean.copy_(features.picture.mean(dim=(0, 2))[:, None])
        self.mel_spread.copy_(features.picture.std(dim=(0, 2))[:, None] + 1e-2)

    def standard(self, features: Features) -> Features:
        """Return the features in standard deviations from the training mean."""
        return Features(
            picture=(features.picture - self.mel_mean) / self.mel_spread,
            notes=((features.notes - self.note_mean) / self.note_spread).clamp(-CLIP, CLIP),
        )

    def forward(self, standard: Features) -> Tensor:
        """Embed standardised features, (n, DIMENSION), unit rows."""
        heard = self.straight(standard.notes) + self.bent(standard.notes)
        return normalize(heard + self.viewer(standard.picture), dim=1)


class PictureNet(nn.Module):
    """A convolutional net that looks at the log-mel as a picture."""

    def __init__(self, dropout: float) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for before, after in zip(CHANNELS, CHANNELS[1:], strict=False):
            layers.append(_halving(before, after) if layers else _entry(after))
            layers.extend((nn.BatchNorm2d(after), nn.ReLU()))
        self.layers = nn.Sequential(*layers)
        rows = N_MELS // 2 ** (len(CHANNELS) - 1)
        self.out = nn.Sequential(nn.Dropout(dropout), nn.Linear(2 * CHANNELS[-1] * rows, DIMENSION))

    def forward(self, picture: Tensor) -> Tensor:
        """Return (n, DIMENSION): mean and maximum over time of what each place in pitch shows."""
        seen = self.layers(picture[:, None]).flatten(1, 2)
        out: Tensor = self.out(torch.cat([seen.mean(dim=2), seen.amax(dim=2)], dim=1))
        return out


def _entry(after: int) -> nn.Conv2d:
    """Start on a quarter of the columns: half the work, and rhythm is in the features already."""
    return nn.Conv2d(1, after, (3, 7), stride=(2, 4), padding=(1, 3), bias=False)


def _halving(before: int, after: int) -> nn.Conv2d:
    return nn.Conv2d(before, after, 3, stride=2, padding=1, bias=False)


class TextTower(nn.Module):
    """Sentence vectors -> unit vectors: a perceptron beside a straight line.

    The sentence encoder before it stays frozen, and no text-only loss is used (P20). Its vectors
    have length 1, so each of their numbers is about 0.05: the perceptron sees them brought to
    spread 1, without which it stays as good as straight and mixes up what many phrases mean.
    """

    def __init__(self, dropout: float = 0.2) -> None:
        super().__init__()
        self.straight = nn.Linear(SENTENCE_DIMENSION, DIMENSION)
        self.bent = nn.Sequential(
            nn.LayerNorm(SENTENCE_DIMENSION),
            nn.Linear(SENTENCE_DIMENSION, TEXT_WIDTH),
            nn.GELU(),
            nn.Dropout(dropout),
            nn.Linear(TEXT_WIDTH, DIMENSION),
        )

    def forward(self, sentences: Tensor) -> Tensor:
        """Embed sentence vectors (n, SENTENCE_DIMENSION) as (n, DIMENSION), unit rows."""
        return normalize(self.straight(sentences) + self.bent(sentences), dim=1)
