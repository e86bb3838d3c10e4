"""A CLAP checkpoint -> vectors of its own dimension (Wu et al., 2023; HTSAT beside RoBERTa)."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import numpy as np
import torch
from huggingface_hub.errors import StrictDataclassError
from safetensors import SafetensorError
from transformers import AutoTokenizer, ClapFeatureExtractor, ClapModel
from transformers.utils.logging import disable_progress_bar

from embedder.audio import Framing, Waveform, Windows
from embedder.encoders import Array, Encoders
from embedder.errors import UnusableCheckpoint
from embedder.pretrained.files import read_config
from embedder.pretrained.hearing import check_framing

FRAMING = Framing(48_000, 10)
"""Of every CLAP: its audio tower has room for exactly this much. A longer stretch would be cropped
by its front end at random, so that one file had many vectors."""

MAX_TOKENS = 77
"""Word pieces read of a text, as in its training; the rest is cut."""

LEAST_KNOWN = 0.9
"""Share of the text tower's word pieces that its tokenizer has names for; the rest is padding."""

UNREADABLE = (
    OSError,
    ValueError,
    KeyError,
    RuntimeError,
    SafetensorError,
    StrictDataclassError,
    UnpicklingError,
)
"""What `from_pretrained` raises for files that are missing, damaged or of another model."""


class ClapCheckpoint:
    """A checkpoint's model, loaded by whoever needs it first (seconds, about a gigabyte)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.extractor = _extractor(folder)

    @cached_property
    def model(self) -> Any:
        """The network, with every weight from the file: what is missing is not made up."""
        # Its bars would be drawn into the logs of every worker.
        disable_progress_bar()  # type: ignore[no-untyped-call]
        try:
            loaded: Any = ClapModel.from_pretrained(
                self.folder, local_files_only=True, output_loading_info=True
            )
        except UNREADABLE as error:
            raise UnusableCheckpoint(self.folder, str(error)) from None
        model, loading = loaded
        if absent := [*loading["missing_keys"], *loading["mismatched_keys"]]:
            reason = f"its weights lack, or do not fit, {absent[0]} and {len(absent) - 1} others"
            raise UnusableCheckpoint(self.folder, reason)
        return model.eval()

    @cached_property
    def tokenizer(self) -> Any:
        """What cuts texts into word pieces."""
        try:
            tokenizer: Any = AutoTokenizer.from_pretrained(self.folder, local_files_only=True)
        except UNREADABLE as error:
            raise UnusableCheckpoint(self.folder, f"its tokenizer: {error}") from None
        room = self.model.config.text_config.vocab_size
        # Without its files transformers would make one up that knows next to nothing.
        if not LEAST_KNOWN * room <= len(tokenizer) <= room:
            reason = f"its tokenizer knows {len(tokenizer)} word pieces, its text tower {room}"
            raise UnusableCheckpoint(self.folder, reason)
        return tokenizer


class ClapAudio:
    """Windows through the audio tower, one at a time: alone and among others give the same."""

    def __init__(self, checkpoint: ClapCheckpoint) -> None:
        self._checkpoint = checkpoint

    @property
    def framing(self) -> Framing:
        """Ten seconds at 48 kHz."""
        return FRAMING

    @torch.inference_mode()
    def encode(self, windows: Windows) -> Array:
        """Return one unit row a window, (n, dimension of the checkpoint)."""
        return np.concatenate([self._row(window) for window in windows])

    def _row(self, window: Waveform) -> Array:
        features = self._checkpoint.extractor(
            [window], sampling_rate=FRAMING.sampling_rate, return_tensors="pt"
        )
        # The front end of a fused checkpoint would call a random window of each batch too long.
        longer = torch.zeros_like(features["is_longer"])
        output = self._checkpoint.model.get_audio_features(
            input_features=features["input_features"].float(), is_longer=longer
        )
        return _unit_rows(output)


class ClapText:
    """Texts through the text tower, one at a time."""

    def __init__(self, checkpoint: ClapCheckpoint) -> None:
        self._checkpoint = checkpoint

    @torch.inference_mode()
    def encode(self, texts: Sequence[str]) -> Array:
        """Return one unit row a text, (n, dimension of the checkpoint)."""
        return np.concatenate([self._row(text) for text in texts])

    def _row(self, text: str) -> Array:
        tokens = self._checkpoint.tokenizer(
            [text], truncation=True, max_length=MAX_TOKENS, return_tensors="pt"
        )
        return _unit_rows(self._checkpoint.model.get_text_features(**tokens))


def load_clap(folder: Path) -> Encoders:
    """Return both sides of a checkpoint; its model is loaded by the first window or text.

    Raises
    ------
    UnusableCheckpoint
        It is of another network, or its front end hears something else than `FRAMING`.

    """
    if (found := read_config(folder).get("model_type")) != "clap":
        raise UnusableCheckpoint(folder, f"its model type is {found!r}, not 'clap'")
    checkpoint = ClapCheckpoint(folder)
    return Encoders(ClapAudio(checkpoint), ClapText(checkpoint))


def _extractor(folder: Path) -> Any:
    try:
        extractor = ClapFeatureExtractor.from_pretrained(folder, local_files_only=True)
    except UNREADABLE as error:
        raise UnusableCheckpoint(folder, f"its front end: {error}") from None
    check_framing(folder, Framing(extractor.sampling_rate, extractor.max_length_s), FRAMING)
    return extractor


def _unit_rows(output: Any) -> Array:
    """Return the vectors of one call: since transformers 5 the pooled output, of length 1."""
    return np.asarray(output.pooler_output.numpy(), np.float32)
