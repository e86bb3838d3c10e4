"""A MuQ-MuLan checkpoint -> vectors of its own dimension (Zhu et al., 2025), by the `muq` package.

The package, 0.1.0 and pinned, was written for transformers 4 and fetches two further models by
name whenever it is loaded. Here its two towers are built from configurations that lie beside the
weights, so that nothing is fetched and nothing is run that came with a checkpoint, and its
conformer answers as that of transformers 4 did.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import numpy as np
import torch
from huggingface_hub.errors import StrictDataclassError
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import nn
from transformers import (
    AutoTokenizer,
    Wav2Vec2ConformerConfig,
    XLMRobertaConfig,
    XLMRobertaModel,
)
from transformers.models.wav2vec2_conformer.modeling_wav2vec2_conformer import (
    Wav2Vec2ConformerEncoder,
)

from embedder.audio import Framing, Windows
from embedder.encoders import Array, Encoders
from embedder.errors import MissingExtra, UnusableCheckpoint
from embedder.pretrained.files import read_config
from embedder.pretrained.hearing import check_framing

try:
    from muq.muq.muq import MuQ, MuQConfig
    from muq.muq_mulan.models.audio import AudioSpectrogramTransformerPretrained
    from muq.muq_mulan.models.mulan import MuLanModel
    from muq.muq_mulan.models.text import TextTransformerPretrained
except ImportError:
    raise MissingExtra("muq", "muq") from None
except RuntimeError as error:  # torchaudio's, where it was built for another CUDA than torch
    raise UnusableCheckpoint(
        "MuQ-MuLan", f"muq cannot be imported, torch and torchaudio must be of one version: {error}"
    ) from None

FRAMING = Framing(24_000, 10)
"""Of MuQ-MuLan."""

MAX_TOKENS = 128
"""Word pieces read of a text; the rest is cut. Its text tower has room for some 500."""

AUDIO, TEXT = "audio", "text"
"""Folders, beside the weights, with the configurations of the models it was built on."""

LAST_LAYER = -1
"""The layer of the audio model that the published checkpoint reads."""

WEIGHTS = ("model.safetensors", "pytorch_model.bin")

BUFFERS = ("position_ids",)
"""Saved by older versions, computed by newer ones."""


class MuQAudio:
    """Windows through the audio tower, one at a time: alone and among others give the same."""

    def __init__(self, checkpoint: "MuQCheckpoint") -> None:
        self._checkpoint = checkpoint

    @property
    def framing(self) -> Framing:
        """Ten seconds at 24 kHz."""
        return FRAMING

    @torch.inference_mode()
    def encode(self, windows: Windows) -> Array:
        """Return one unit row a window, (n, dimension of the checkpoint)."""
        model = self._checkpoint.model
        rows = [model.get_audio_latents(row[None]) for row in torch.from_numpy(windows)]
        return np.asarray(torch.cat(rows).numpy(), np.float32)


class MuQText:
    """Texts through the text tower, one at a time: its mean over word pieces counts padding."""

    def __init__(self, checkpoint: "MuQCheckpoint") -> None:
        self._checkpoint = checkpoint

    @torch.inference_mode()
    def encode(self, texts: Sequence[str]) -> Array:
        """Return one unit row a text, (n, dimension of the checkpoint)."""
        model = self._checkpoint.model
        rows = [model.get_text_latents(raw_texts=[text]) for text in texts]
        return np.asarray(torch.cat(rows).numpy(), np.float32)


class MuQCheckpoint:
    """A checkpoint's model, loaded by whoever needs it first (some 3 GB)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._config = _checked_config(folder)

    @cached_property
    def model(self) -> Any:
        """The network, with every weight from the file."""
        model = self.build()
        _fill(model, self.folder)
        return model.eval()

    def build(self) -> nn.Module:
        """Return the network as its configurations describe it, with random weights.

        Raises
        ------
        UnusableCheckpoint
            They describe none.

        """
        config = self._config
        try:
            model: nn.Module = MuLanModel(
                audio_transformer=_AudioTower(self.folder / AUDIO, config),
                text_transformer=_TextTower(self.folder / TEXT, config),
                **config["mulan"],
            )
        except (KeyError, TypeError, ValueError, StrictDataclassError) as error:
            reason = f"its configuration does not fit: {error!r}"
            raise UnusableCheckpoint(self.folder, reason) from None
        return model


def load_muq(folder: Path) -> Encoders:
    """Return both sides of a checkpoint; its model is loaded by the first window or text.

    Raises
    ------
    UnusableCheckpoint
        It is of another network, or hears something else than `FRAMING`.

    """
    checkpoint = MuQCheckpoint(folder)
    return Encoders(MuQAudio(checkpoint), MuQText(checkpoint))


class _AudioTower(AudioSpectrogramTransformerPretrained):  # type: ignore[misc]
    def __init__(self, folder: Path, config: Mapping[str, Any]) -> None:
        self._folder = folder
        model = config["audio_model"]
        super().__init__(
            model_name=model["name"],
            model_dim=model["model_dim"],
            use_layer_idx=model["use_layer_idx"],
            frozen_pretrained=False,
            **config["audio_transformer"],
        )

    def _init_pretrained_model(self, model_name: str) -> None:
        config = read_config(self._folder)
        self.model = MuQ(MuQConfig(**config))
        self.model.model.conformer = _conformer(config)


class _TextTower(TextTransformerPretrained):  # type: ignore[misc]
    def __init__(self, folder: Path, config: Mapping[str, Any]) -> None:
        self._folder = folder
        model = config["text_model"]
        super().__init__(
            model_name=model["name"],
            model_dim=model["model_dim"],
            frozen_pretrained=False,
            **config["text_transformer"],
        )

    def _init_pretrained_model(self) -> nn.Module:
        config = XLMRobertaConfig(**read_config(self._folder))
        model: nn.Module = XLMRobertaModel(config)  # type: ignore[no-untyped-call]
        return model

    def _init_tokenizer(self) -> Any:
        try:
            tokenizer: Any = AutoTokenizer.from_pretrained(self._folder, local_files_only=True)
        except (OSError, ValueError, KeyError) as error:
            raise UnusableCheckpoint(self._folder, f"its tokenizer: {error}") from None
        return partial(tokenizer, truncation=True, max_length=MAX_TOKENS)


class _Conformer(Wav2Vec2ConformerEncoder):
    """The encoder of transformers, saying its last layer the way version 4 did."""

    def forward(self, hidden_states: torch.Tensor, **_: object) -> dict[str, Any]:  # type: ignore[override]
        last = super().forward(hidden_states).last_hidden_state
        return {"last_hidden_state": last, "hidden_states": (last,)}


def _conformer(config: Mapping[str, Any]) -> _Conformer:
    sizes = {
        "hidden_size": config["encoder_dim"],
        "num_hidden_layers": config["encoder_depth"],
        "attn_implementation": "eager",
    }
    encoder = Wav2Vec2ConformerConfig(**config["w2v2_config"] | sizes)
    return _Conformer(encoder)  # type: ignore[no-untyped-call]


def _checked_config(folder: Path) -> dict[str, Any]:
    config = read_config(folder)
    try:
        hears = Framing(config["mulan"]["sr"], config["mulan"]["clip_secs"])
        layer = config["audio_model"]["use_layer_idx"]
    except (KeyError, TypeError) as error:
        raise UnusableCheckpoint(
            folder, f"its configuration is none of MuQ-MuLan: {error!r}"
        ) from None
    check_framing(folder, hears, FRAMING)
    if layer != LAST_LAYER:
        raise UnusableCheckpoint(folder, f"it reads layer {layer} of its audio model, not the last")
    return config


def _fill(model: nn.Module, folder: Path) -> None:
    tensors = {name.removeprefix("mulan."): tensor for name, tensor in _tensors(folder).items()}
    try:
        absent, extra = model.load_state_dict(tensors, strict=False)
    except RuntimeError as error:
        raise UnusableCheckpoint(folder, f"its weights do not fit: {error}") from None
    extra = [name for name in extra if not name.endswith(BUFFERS)]
    if absent or extra:
        reason = f"its weights lack {len(absent)} and have {len(extra)} too many: "
        raise UnusableCheckpoint(folder, reason + ", ".join([*absent, *extra][:3]))


def _tensors(folder: Path) -> dict[str, torch.Tensor]:
    safe, pickled = (folder / name for name in WEIGHTS)
    try:
        if safe.exists():
            return load_file(safe)
        tensors: dict[str, torch.Tensor] = torch.load(
            pickled, map_location="cpu", mmap=True, weights_only=True
        )
    except (OSError, SafetensorError, UnpicklingError, RuntimeError, ValueError) as error:
        raise UnusableCheckpoint(folder, f"its weights: {error}") from None
    return tensors
