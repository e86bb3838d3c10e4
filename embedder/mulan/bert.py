"""BERT-base-uncased, read at [CLS] (P18, P19)."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from torch import Tensor, nn
from transformers import BertConfig, BertModel

from embedder.mulan.checkpoint import check_like, load_network

PUBLIC_BERT = "google-bert/bert-base-uncased"
"""Learned on books and Wikipedia; Apache-2.0."""


@dataclass(frozen=True, slots=True)
class BertShape:
    """Sizes of the network; the defaults are the patent's, 109 million weights."""

    vocabulary: int = 30_522
    """Word pieces known."""

    tokens: int = 512
    """Most word pieces read of a text, [CLS] and [SEP] included; the rest is cut (P18)."""

    width: int = 768
    """Numbers a token carries (P18)."""

    blocks: int = 12
    """Transformer blocks (P18)."""

    heads: int = 12
    """Attention heads of a block (P18)."""

    feed_forward: int = 3072
    """Hidden units of a block's perceptron."""

    dropout: float = 0.1
    """Share of activations, and of attention, dropped while training."""

    @property
    def config(self) -> BertConfig:
        """The same for transformers."""
        return BertConfig(
            vocab_size=self.vocabulary,
            max_position_embeddings=self.tokens,
            hidden_size=self.width,
            num_hidden_layers=self.blocks,
            num_attention_heads=self.heads,
            intermediate_size=self.feed_forward,
            hidden_dropout_prob=self.dropout,
            attention_probs_dropout_prob=self.dropout,
        )


class BertBody(nn.Module):
    """A transformer over word pieces, read at [CLS] of the last layer.

    BERT's pooler, a layer behind [CLS] that was taught to tell whether two sentences follow one
    another, is left out: the patent goes from [CLS] straight to the linear layer (P19).
    """

    def __init__(self, shape: BertShape) -> None:
        super().__init__()
        self.shape = shape
        self.network = BertModel(shape.config, add_pooling_layer=False)  # type: ignore[no-untyped-call]

    @classmethod
    def warm(cls, name: str | Path = PUBLIC_BERT) -> Self:
        """Start from a checkpoint (P19).

        Raises
        ------
        UnusableCheckpoint
            The checkpoint cannot be had, or is of another network.

        """
        theirs = load_network(name, BertModel, add_pooling_layer=False)
        config = theirs.config
        shape = BertShape(
            vocabulary=config.vocab_size,
            tokens=config.max_position_embeddings,
            width=config.hidden_size,
            blocks=config.num_hidden_layers,
            heads=config.num_attention_heads,
            feed_forward=config.intermediate_size,
            dropout=config.hidden_dropout_prob,
        )
        body = cls(shape)
        same = ("hidden_act", "layer_norm_eps", "type_vocab_size")
        check_like(name, config, shape.config, same)
        body.network.load_state_dict(theirs.state_dict())
        return body

    @property
    def width(self) -> int:
        """Numbers a text becomes."""
        return self.shape.width

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Return (n, width) from (n, length) each; where the mask is 0 nothing is read."""
        encoded: Tensor = self.network(input_ids, attention_mask).last_hidden_state
        return encoded[:, 0]
