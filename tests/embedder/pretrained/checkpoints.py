"""Tiny checkpoints in the very formats that real ones are published in."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import soundfile
import torch
from tokenizers.pre_tokenizers import ByteLevel
from torch import nn
from transformers import (
    ClapAudioConfig,
    ClapConfig,
    ClapFeatureExtractor,
    ClapModel,
    ClapTextConfig,
    RobertaTokenizer,
)
from transformers.utils.logging import disable_progress_bar

from embedder.collapse import UNLIKE_TEXTS
from tests.embedder.sounds import chord, clicks, facts, noise, tone

disable_progress_bar()

DIMENSION = 48
RATE = 48_000
SPECIAL = ["<s>", "<pad>", "</s>", "<unk>"]
VOCABULARY = {
    token: index for index, token in enumerate([*SPECIAL, *sorted(ByteLevel.alphabet()), "<mask>"])
}


def clap_checkpoint(
    folder: Path,
    *,
    seed: int = 0,
    fused: bool = False,
    pickled: bool = False,
    rate: int = RATE,
    seconds: int = 10,
) -> Path:
    """A random CLAP of 20,000 weights that tells texts and sounds apart."""
    tokenizer = RobertaTokenizer(vocab=VOCABULARY, merges=[])
    extractor = ClapFeatureExtractor(
        truncation="fusion" if fused else "rand_trunc", sampling_rate=rate, max_length_s=seconds
    )
    model = _random_clap(seed, fused)
    if (rate, seconds) == (RATE, 10):
        _tell_apart(model, extractor, tokenizer)
    save_clap(model, folder, pickled)
    extractor.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def save_clap(model: ClapModel, folder: Path, pickled: bool = False) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    model.config.save_pretrained(folder)
    if pickled:
        torch.save(model.state_dict(), folder / "pytorch_model.bin")
    else:
        model.save_pretrained(folder)


def collapsed(folder: Path, rounding: float = 1e-3) -> Path:
    """The same checkpoint with a text tower whose texts differ by little more than rounding."""
    model = ClapModel.from_pretrained(folder)
    last = model.text_projection.linear2
    with torch.no_grad():
        last.weight.mul_(rounding)
        last.bias.copy_(torch.nn.functional.normalize(torch.ones(DIMENSION), dim=0))
    save_clap(model, folder)
    return folder


def deaf(folder: Path) -> Path:
    """The same checkpoint with an audio tower that gives everything the same vector."""
    model = ClapModel.from_pretrained(folder)
    with torch.no_grad():
        model.audio_projection.linear2.weight.zero_()
    save_clap(model, folder)
    return folder


def broken(folder: Path, side: str) -> Path:
    """The same checkpoint with a weight of one tower that is no number."""
    model = ClapModel.from_pretrained(folder)
    with torch.no_grad():
        getattr(model, f"{side}_projection").linear2.bias[0] = float("nan")
    save_clap(model, folder)
    return folder


def music_folder(folder: Path, count: int = 24, *, listed: bool = False) -> Path:
    """Clicks, tones, chords and noise; every other one has drums, where that is listed."""
    folder.mkdir(parents=True)
    lines = []
    for number in range(count):
        soundfile.write(folder / f"{number:03}.wav", sound(number), 16_000)
        drums = number % 2 == 0
        known = facts(drums=drums, tempo="fast" if drums else "slow")
        lines.append(json.dumps({"path": f"{number:03}.wav", "facts": known}))
    if listed:
        (folder / "tracks.jsonl").write_text("\n".join(lines))
    return folder


def sound(number: int) -> np.ndarray:
    """One of many sounds of ten seconds at 16 kHz; those of even number are clicks."""
    if number % 2 == 0:
        return clicks(70 + 5 * number, seed=number)
    if number % 4 == 1:
        return chord(0, number % 12, 7) + 0.01 * noise(seed=number)
    return tone(hertz=110 * 1.1**number) + 0.3 * noise(seed=number)


def _random_clap(seed: int, fused: bool) -> ClapModel:
    torch.manual_seed(seed)
    text = ClapTextConfig(
        vocab_size=len(VOCABULARY),
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=130,
        initializer_factor=10.0,
    )
    audio = ClapAudioConfig(
        hidden_size=32,
        patch_embeds_hidden_size=16,
        depths=[1, 1],
        num_attention_heads=[2, 2],
        num_hidden_layers=2,
        enable_fusion=fused,
    )
    config = ClapConfig(
        text_config=text.to_dict(), audio_config=audio.to_dict(), projection_dim=DIMENSION
    )
    return ClapModel(config).eval()


@torch.inference_mode()
def _tell_apart(
    model: ClapModel, extractor: ClapFeatureExtractor, tokenizer: RobertaTokenizer
) -> None:
    """Let random towers vary about the origin: fresh ones give all inputs nearly one vector."""
    tokens = tokenizer(list(UNLIKE_TEXTS), padding=True, return_tensors="pt")
    pooled = model.text_model(**tokens).pooler_output
    _spread(model.text_projection, pooled)
    windows = [np.repeat(sound(number), 3) for number in range(6)]
    features = extractor(windows, sampling_rate=RATE, return_tensors="pt")
    heard = model.audio_model(
        features["input_features"].float(), is_longer=torch.zeros(len(windows), 1)
    )
    _spread(model.audio_projection, heard.pooler_output)


def _spread(head: nn.Module, inputs: torch.Tensor) -> None:
    """Scale a projection's last layer so that its outputs vary, with a common part left."""
    outputs = head(inputs)
    head.linear2.bias.sub_(0.8 * outputs.mean(dim=0))


def vectors(rows: Sequence[Sequence[float]]) -> np.ndarray:
    """Unit rows."""
    matrix = np.array(rows, np.float32)
    return matrix / np.linalg.norm(matrix, axis=1, keepdims=True)
