"""Both towers as one module: what a trainer trains and a space is made of (P1-P6)."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, Self

import torch
from torch import Tensor, nn
from transformers import BatchEncoding, PreTrainedTokenizerBase

from embedder.errors import UnusableCheckpoint
from embedder.mulan.ast import PUBLIC_AST, AstBody, AstShape
from embedder.mulan.bert import PUBLIC_BERT, BertBody, BertShape
from embedder.mulan.checkpoint import load_tokenizer
from embedder.mulan.resnet import PUBLIC_RESNET, ResNetBody, ResNetShape
from embedder.mulan.spectrogram import log_mel
from embedder.mulan.tower import Tower
from embedder.text import readable

Kind = Literal["mulan-resnet", "mulan-ast"]
"""What a manifest calls a space of these towers."""

PUBLIC_AUDIO: Mapping[Kind, str] = {"mulan-resnet": PUBLIC_RESNET, "mulan-ast": PUBLIC_AST}
"""Where the audio body of each kind may start."""

_AUDIO_SHAPES: Mapping[Kind, type[ResNetShape] | type[AstShape]] = {
    "mulan-resnet": ResNetShape,
    "mulan-ast": AstShape,
}


@dataclass(frozen=True, slots=True)
class MulanShape:
    """Sizes of both towers; the defaults are the patent's, with the residual network (P42)."""

    audio: ResNetShape | AstShape = ResNetShape()
    text: BertShape = BertShape()

    @property
    def kind(self) -> Kind:
        """What a manifest calls such a space."""
        return "mulan-resnet" if isinstance(self.audio, ResNetShape) else "mulan-ast"

    def record(self) -> dict[str, Any]:
        """Return it as plain values, for JSON."""
        return {"kind": self.kind} | asdict(self)

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        """Read what `record` gave.

        Raises
        ------
        KeyError, TypeError
            A field is missing or unknown.

        """
        audio = _AUDIO_SHAPES[record["kind"]]
        return cls(audio(**_tuples(record["audio"])), BertShape(**record["text"]))


class MulanTowers(nn.Module):
    """Two towers that share nothing but the sphere they end in (P1, P3).

    `audio` takes (n, n_mels, 1,000) float32 as `spectrograms` gives them; `text` takes `input_ids`
    and `attention_mask`, (n, length) each, as `tokenize` gives them. Both return (n, 128) float32,
    unit rows, so that inner products are cosines (P6).
    """

    def __init__(
        self,
        audio: ResNetBody | AstBody,
        text: BertBody,
        tokenizer: PreTrainedTokenizerBase,
    ) -> None:
        super().__init__()
        if len(tokenizer) > text.shape.vocabulary:
            raise UnusableCheckpoint(
                tokenizer.name_or_path,
                f"its tokenizer has {len(tokenizer)} word pieces, "
                f"the text tower knows {text.shape.vocabulary}",
            )
        self.shape = MulanShape(audio.shape, text.shape)
        self.audio = Tower(audio, audio.width)
        self.text = Tower(text, text.width)
        self.tokenizer = tokenizer

    @classmethod
    def random(cls, shape: MulanShape, tokenizer: str | Path, seed: int = 0) -> Self:
        """Build both towers of random numbers; the same seed gives the same.

        Parameters
        ----------
        shape : sizes
        tokenizer : a folder, or a name on the hub, whose word pieces are read
        seed : of the weights; torch's own state of randomness is left alone

        Raises
        ------
        UnusableCheckpoint
            The tokenizer cannot be had, or has more word pieces than the shape.

        """
        pieces = load_tokenizer(tokenizer)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            return cls(audio_body(shape.audio), BertBody(shape.text), pieces)

    def forward(
        self, spectrograms: Tensor, input_ids: Tensor, attention_mask: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Return the vectors of both sides: one call, as `DistributedDataParallel` wants it."""
        return self.audio(spectrograms), self.text(input_ids, attention_mask)

    @torch.no_grad()
    def spectrograms(self, windows: Tensor) -> Tensor:
        """Return what the audio tower sees of windows, (n, n_mels, 1,000).

        Parameters
        ----------
        windows : (n, 160,000) float32 at 16 kHz, on any device

        """
        return log_mel(windows, self.shape.audio.n_mels)

    def tokenize(self, texts: Sequence[str]) -> BatchEncoding:
        """Return `input_ids` and `attention_mask`, (n, length) int64, on the CPU.

        Cut to 512 word pieces (P18). The patent pads every text with nulls to 512; masked nulls
        change no vector, so here they reach to the longest of the batch only: on one core a query
        of two words takes 0.14 s rather than 1.8.

        Raises
        ------
        UnusableText
            A text is empty.

        """
        tokens: BatchEncoding = self.tokenizer(
            [readable(text) for text in texts],
            padding=True,
            truncation=True,
            max_length=self.shape.text.tokens,
            return_token_type_ids=False,
            return_tensors="pt",
        )
        return tokens


def audio_body(shape: ResNetShape | AstShape) -> ResNetBody | AstBody:
    """Build an audio body of random numbers."""
    return ResNetBody(shape) if isinstance(shape, ResNetShape) else AstBody(shape)


def warm_started(
    kind: Kind, audio: str | Path | None = None, text: str | Path = PUBLIC_BERT, seed: int = 0
) -> MulanTowers:
    """Take both bodies from checkpoints; only the linear layers are random (P11, P15, P19).

    Parameters
    ----------
    kind : "mulan-resnet" or "mulan-ast"
    audio : a folder, or a name on the hub; by default the public one of `PUBLIC_AUDIO`
    text : the same for the text body and its tokenizer
    seed : of the linear layers; torch's own state of randomness is left alone

    Raises
    ------
    UnusableCheckpoint
        A checkpoint cannot be had, or is of another network.

    """
    warm = ResNetBody.warm if _AUDIO_SHAPES[kind] is ResNetShape else AstBody.warm
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return MulanTowers(
            warm(PUBLIC_AUDIO[kind] if audio is None else audio),
            BertBody.warm(text),
            load_tokenizer(text),
        )


def _tuples(record: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(it) if isinstance(it, list) else it for name, it in record.items()}
