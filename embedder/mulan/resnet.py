"""M-ResNet-50: the spectrogram as a grayscale picture (P7-P11)."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from torch import Tensor, nn
from transformers import ResNetConfig, ResNetModel

from embedder.mulan.checkpoint import check_like, load_network

PUBLIC_RESNET = "microsoft/resnet-50"
"""Learned on pictures of ImageNet; Apache-2.0."""


@dataclass(frozen=True, slots=True)
class ResNetShape:
    """Sizes of the network; the defaults are the patent's, 23.5 million weights."""

    n_mels: int = 64
    """Mel bands of the spectrogram: the height of the picture (P8)."""

    stem: int = 64
    """Channels after the first convolution."""

    widths: tuple[int, ...] = (256, 512, 1024, 2048)
    """Channels after each stage; the last is the width of the body."""

    depths: tuple[int, ...] = (3, 4, 6, 3)
    """Blocks of each stage."""

    @property
    def config(self) -> ResNetConfig:
        """The same for transformers."""
        return ResNetConfig(
            num_channels=1,
            embedding_size=self.stem,
            hidden_sizes=list(self.widths),
            depths=list(self.depths),
            layer_type="bottleneck",
        )


class ResNetBody(nn.Module):
    """A residual network over time and mel, and the mean of what it sees."""

    def __init__(self, shape: ResNetShape) -> None:
        super().__init__()
        self.shape = shape
        self.network = ResNetModel(shape.config)  # type: ignore[no-untyped-call]
        self.network.embedder.embedder.convolution.stride = (1, 1)  # P7, claim 18

    @classmethod
    def warm(cls, name: str | Path = PUBLIC_RESNET) -> Self:
        """Start from a checkpoint of pictures, or from one made by `Tagger` (P11).

        The first convolution of a checkpoint for colour is summed over its colours, which is what
        it does to a gray picture. That the stride is gone changes no weight.

        Raises
        ------
        UnusableCheckpoint
            The checkpoint cannot be had, or is of another network.

        """
        theirs = load_network(name, ResNetModel)
        config = theirs.config
        shape = ResNetShape(
            stem=config.embedding_size,
            widths=tuple(config.hidden_sizes or ()),
            depths=tuple(config.depths or ()),
        )
        body = cls(shape)
        same = ("layer_type", "hidden_act", "downsample_in_first_stage", "downsample_in_bottleneck")
        check_like(name, config, shape.config, same)
        weights = theirs.state_dict()
        first = "embedder.embedder.convolution.weight"
        weights[first] = weights[first].sum(dim=1, keepdim=True)
        body.network.load_state_dict(weights)
        return body

    @property
    def width(self) -> int:
        """Numbers a window becomes."""
        return self.shape.widths[-1]

    def feature_map(self, spectrograms: Tensor) -> Tensor:
        """Return (n, width, n_mels / 16, frames / 16), rounded up; ResNet-50 has 32."""
        seen: Tensor = self.network(spectrograms[:, None]).last_hidden_state
        return seen

    def forward(self, spectrograms: Tensor) -> Tensor:
        """Return (n, width) from (n, n_mels, frames): the mean over time and mel (P10)."""
        return self.feature_map(spectrograms).mean(dim=(2, 3))
