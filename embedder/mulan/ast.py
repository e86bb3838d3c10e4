"""M-AST: the spectrogram as a sequence of overlapping patches (P12-P15)."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self, cast

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate
from transformers import ASTConfig, ASTModel

from embedder.mulan.checkpoint import check_like, load_network
from embedder.mulan.spectrogram import FRAMES

PUBLIC_AST = "MIT/ast-finetuned-audioset-10-10-0.4593"
"""Learned on AudioSet; BSD-3-Clause."""

SPECIAL_TOKENS = 2
"""Before the patches: [CLS] and the distillation token."""


@dataclass(frozen=True, slots=True)
class AstShape:
    """Sizes of the network; the defaults are the patent's, 86 million weights."""

    n_mels: int = 128
    """Mel bands of the spectrogram (P13)."""

    frames: int = FRAMES
    """Columns of the spectrogram: positions are learned, so it takes no other number."""

    width: int = 768
    """Numbers a token carries (P12)."""

    blocks: int = 12
    """Transformer blocks (P12)."""

    heads: int = 12
    """Attention heads of a block (P12)."""

    feed_forward: int = 3072
    """Hidden units of a block's perceptron."""

    patch: int = 16
    """Height and width of a patch, in bands and frames (P13)."""

    stride: int = 10
    """From one patch to the next, along both axes (P13)."""

    @property
    def config(self) -> ASTConfig:
        """The same for transformers."""
        return ASTConfig(
            num_mel_bins=self.n_mels,
            max_length=self.frames,
            hidden_size=self.width,
            num_hidden_layers=self.blocks,
            num_attention_heads=self.heads,
            intermediate_size=self.feed_forward,
            patch_size=self.patch,
            frequency_stride=self.stride,
            time_stride=self.stride,
        )

    @property
    def grid(self) -> tuple[int, int]:
        """Patches along mel and along time: (12, 99) by default."""
        rows, columns = (
            (size - self.patch) // self.stride + 1 for size in (self.n_mels, self.frames)
        )
        return rows, columns


class AstBody(nn.Module):
    """A transformer over patches, read at [CLS].

    The public checkpoint carries a second token, left from its distillation, and its authors
    average both. The patent reads [CLS] (P14) and starts from the public checkpoint in all but the
    last layer (P15): so the second token stays in the sequence, where the blocks know it, and is
    not read.
    """

    def __init__(self, shape: AstShape) -> None:
        super().__init__()
        self.shape = shape
        self.network = ASTModel(shape.config)

    @classmethod
    def warm(cls, name: str | Path = PUBLIC_AST) -> Self:
        """Start from a checkpoint of any length; its positions are fitted to ten seconds (P15).

        Raises
        ------
        UnusableCheckpoint
            The checkpoint cannot be had, or is of another network.

        """
        theirs = load_network(name, ASTModel)
        config = theirs.config
        learned = AstShape(
            n_mels=config.num_mel_bins,
            frames=config.max_length,
            width=config.hidden_size,
            blocks=config.num_hidden_layers,
            heads=config.num_attention_heads,
            feed_forward=config.intermediate_size,
            patch=cast(int, config.patch_size),
            stride=config.time_stride,
        )
        same = ("hidden_act", "qkv_bias", "layer_norm_eps", "patch_size", "frequency_stride")
        check_like(name, config, learned.config, same)
        body = cls(replace(learned, frames=FRAMES))
        weights = theirs.state_dict()
        name_of_positions = "embeddings.position_embeddings"
        weights[name_of_positions] = fitted(
            weights[name_of_positions], learned.grid, body.shape.grid[1]
        )
        body.network.load_state_dict(weights)
        return body

    @property
    def width(self) -> int:
        """Numbers a window becomes."""
        return self.shape.width

    def forward(self, spectrograms: Tensor) -> Tensor:
        """Return (n, width) from (n, n_mels, frames): the encoding of [CLS] (P14)."""
        encoded: Tensor = self.network(spectrograms.transpose(1, 2)).last_hidden_state
        return encoded[:, 0]


def fitted(positions: Tensor, grid: tuple[int, int], columns: int) -> Tensor:
    """Return learned positions for another length of time.

    Fewer columns are the first ones, for patch k begins at the same moment in both; more are
    interpolated along time.

    Parameters
    ----------
    positions : (1, SPECIAL_TOKENS + rows * grid columns, width)
    grid : rows (along mel) and columns (along time) that the positions were learned for
    columns : wanted along time

    Returns
    -------
    positions : (1, SPECIAL_TOKENS + rows * columns, width)

    """
    special, patches = positions[0, :SPECIAL_TOKENS], positions[0, SPECIAL_TOKENS:]
    over_time = patches.reshape(*grid, -1).transpose(1, 2)
    if columns > grid[1]:
        over_time = interpolate(over_time, columns, mode="linear")
    kept = over_time[:, :, :columns].transpose(1, 2).flatten(0, 1)
    return torch.cat([special, kept])[None]
