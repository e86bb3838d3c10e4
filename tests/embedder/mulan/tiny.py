"""Towers of the patent's form and a thousandth of its size, and checkpoints to start them from."""

from pathlib import Path

import torch
from transformers import (
    ASTConfig,
    ASTForAudioClassification,
    BertConfig,
    BertForMaskedLM,
    BertTokenizer,
    ResNetConfig,
    ResNetForImageClassification,
)

from embedder.mulan import MulanShape, MulanTowers
from embedder.mulan.ast import AstShape
from embedder.mulan.bert import BertShape
from embedder.mulan.resnet import ResNetShape

RESNET = ResNetShape(stem=4, widths=(8, 8, 12, 16), depths=(1, 1, 1, 1))
AST = AstShape(n_mels=26, width=16, blocks=2, heads=2, feed_forward=32)
BERT = BertShape(vocabulary=64, tokens=16, width=16, blocks=2, heads=2, feed_forward=32, dropout=0)
SHAPES = {"mulan-resnet": MulanShape(RESNET, BERT), "mulan-ast": MulanShape(AST, BERT)}

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
WORDS = (
    "a and calm drums fast flute guitar happy heavy loud metal music piano sad song strings with"
)


def tokenizer_folder(folder: Path, extra: int = 0) -> Path:
    """Word pieces for a few words of music, and as many more as wanted."""
    pieces = [*SPECIAL, *WORDS.split(), *(f"word{number}" for number in range(extra))]
    BertTokenizer(vocab={piece: row for row, piece in enumerate(pieces)}).save_pretrained(folder)
    return folder


def towers(kind: str, folder: Path, seed: int = 0) -> MulanTowers:
    return MulanTowers.random(SHAPES[kind], tokenizer_folder(folder / "pieces"), seed)


def awake(one: MulanTowers) -> MulanTowers:
    """Random words whose vectors differ: the usual start leaves them all but equal."""
    with torch.no_grad():
        for weight in one.text.parameters():
            if weight.ndim == 2:
                weight.mul_(20)
    return one.eval()


def windows(count: int = 2, seed: int = 0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return 0.1 * torch.randn(count, 160_000, generator=generator)


def picture_checkpoint(folder: Path, **other: object) -> ResNetForImageClassification:
    """As microsoft/resnet-50 is saved: three colours, a classifier on top."""
    sizes = {"embedding_size": 4, "hidden_sizes": [8, 8, 12, 16], "depths": [1, 1, 1, 1]}
    model = ResNetForImageClassification(ResNetConfig(**(sizes | other)))
    model.save_pretrained(folder)
    return model.eval()


def sound_checkpoint(folder: Path, **other: object) -> ASTForAudioClassification:
    """As the public AST is saved: 1,024 frames, a classifier on top."""
    sizes = {
        "num_mel_bins": 26,
        "max_length": 1024,
        "hidden_size": 16,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 32,
    }
    model = ASTForAudioClassification(ASTConfig(**(sizes | other)))
    torch.nn.init.normal_(model.audio_spectrogram_transformer.embeddings.position_embeddings)
    model.save_pretrained(folder)
    return model.eval()


def word_checkpoint(folder: Path, **other: object) -> BertForMaskedLM:
    """As BERT is saved: a head of its own on top, the tokenizer beside it."""
    sizes = {
        "vocab_size": 64,
        "max_position_embeddings": 16,
        "hidden_size": 16,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 32,
    }
    model = BertForMaskedLM(BertConfig(**(sizes | other)))
    model.save_pretrained(folder)
    tokenizer_folder(folder)
    return model.eval()
