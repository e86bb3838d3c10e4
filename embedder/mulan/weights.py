"""Towers <-> folder: one file of weights that carries its shape, and the tokenizer beside it.

The shape rides in the header of the weights, not in a file of its own: so the two cannot be
parted, and the hash of a space covers both. To look at it:
`safetensors.safe_open(path, "pt").metadata()`.
"""

import hashlib
import json
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file

from embedder.errors import NotASpace, UnusableCheckpoint
from embedder.manifest import WEIGHTS
from embedder.mulan.towers import MulanShape, MulanTowers

TOKENIZER = "tokenizer"
"""Name of the folder with the tokenizer's files."""

SHAPE = "shape"
"""Name, in the header of the weights, of the sizes as JSON."""

DIGEST_CHARACTERS = 16
"""Hexadecimal characters of what tells one tokenizer from another."""


def save_towers(towers: MulanTowers, folder: Path) -> None:
    """Write both towers, in the precision they are in, and their tokenizer."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {name: tensor.contiguous() for name, tensor in towers.state_dict().items()}
    save_file(tensors, folder / WEIGHTS, {SHAPE: json.dumps(towers.shape.record())})
    towers.tokenizer.save_pretrained(folder / TOKENIZER)


def load_towers(folder: Path) -> MulanTowers:
    """Read both towers, ready for use.

    Raises
    ------
    NotASpace
        Weights or tokenizer are missing, damaged, or do not fit together.

    """
    try:
        with safe_open(folder / WEIGHTS, "pt") as file:
            header = file.metadata() or {}
        if SHAPE not in header:
            raise NotASpace(folder, f"its {WEIGHTS} does not say what towers it is of")
        shape = MulanShape.from_record(json.loads(header[SHAPE]))
        towers = MulanTowers.random(shape, folder / TOKENIZER)
        towers.load_state_dict(load_file(folder / WEIGHTS))
    except (OSError, SafetensorError, KeyError, TypeError, ValueError, RuntimeError) as error:
        raise NotASpace(folder, f"its {WEIGHTS} cannot be used: {error}") from None
    except UnusableCheckpoint as error:
        raise NotASpace(folder, f"its {TOKENIZER} cannot be used: {error.reason}") from None
    return towers.eval()


def front_end_of(shape: MulanShape) -> str:
    """Say how a file becomes what the audio tower sees, for a manifest."""
    bands = shape.audio.n_mels
    return f"16 kHz, 10 s, {bands} log-mel bands, 25 ms Hann window, 10 ms step, version 1"


def text_model_of(folder: Path, shape: MulanShape) -> str:
    """Say what reads a text, for a manifest; tokenizers that differ in a byte differ here.

    Raises
    ------
    NotASpace
        The tokenizer's files are missing.

    """
    digest = hashlib.sha256()
    files = sorted((folder / TOKENIZER).glob("*.json"))
    if not files:
        raise NotASpace(folder, f"it has no {TOKENIZER}")
    for path in files:
        digest.update(path.name.encode() + b"\n" + path.read_bytes())
    pieces = digest.hexdigest()[:DIGEST_CHARACTERS]
    return f"BERT, at most {shape.text.tokens} word pieces of tokenizer {pieces}"
