"""A tiny MuQ-MuLan in the format the real one is published in; needs the extra `muq`."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import Wav2Vec2ConformerConfig, XLMRobertaConfig, XLMRobertaTokenizer

from embedder.collapse import UNLIKE_TEXTS
from tests.embedder.pretrained.checkpoints import sound

DIMENSION = 32
WIDTH = 32

CONFIG: dict[str, Any] = {
    "mulan": {
        "sr": 24_000,
        "clip_secs": 10,
        "dim_latent": DIMENSION,
        "decoupled_contrastive_learning": True,
        "hierarchical_contrastive_loss": False,
        "hierarchical_contrastive_loss_layers": None,
        "sigmoid_contrastive_loss": False,
        "rank_contrast": True,
    },
    "audio_model": {
        "name": "OpenMuQ/MuQ-large-msd-iter",
        "model_dim": WIDTH,
        "use_layer_idx": -1,
    },
    "text_model": {"name": "xlm-roberta-base", "model_dim": None, "use_layer_idx": -1},
    "audio_transformer": {
        "dim": 16,
        "tf_depth": 0,
        "heads": 2,
        "dim_head": 8,
        "attn_dropout": 0,
        "ff_dropout": 0,
        "ff_mult": 2,
    },
    "text_transformer": {
        "dim": 16,
        "tf_depth": 1,
        "max_seq_len": 64,
        "heads": 2,
        "dim_head": 8,
        "attn_dropout": 0,
        "ff_dropout": 0,
        "ff_mult": 2,
    },
}


def muq_checkpoint(folder: Path, seed: int = 0) -> Path:
    """A random MuQ-MuLan that tells texts and sounds apart."""
    from embedder.pretrained.muq import AUDIO, TEXT, MuQCheckpoint

    write_json(folder / "config.json", CONFIG)
    write_json(folder / AUDIO / "config.json", _audio_config())
    _save_text_side(folder / TEXT)
    torch.manual_seed(seed)
    model = MuQCheckpoint(folder).build().eval()
    _tell_apart(model)
    state = {f"mulan.{name}": tensor for name, tensor in model.state_dict().items()}
    torch.save(state, folder / "pytorch_model.bin")
    return folder


def write_json(path: Path, record: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(record))


def _audio_config() -> dict[str, Any]:
    conformer = Wav2Vec2ConformerConfig(
        num_attention_heads=2,
        intermediate_size=32,
        position_embeddings_type="rotary",
        hidden_act="swish",
    )
    # The package reads keys as names: what is keyed by numbers was never in its configurations.
    plain = {
        key: value for key, value in conformer.to_dict().items() if not isinstance(value, dict)
    }
    return {
        "label_rate": 25,
        "codebook_dim": 16,
        "codebook_size": 64,
        "conv_dim": 8,
        "encoder_dim": WIDTH,
        "encoder_depth": 2,
        "stat": {"melspec_2048_mean": 6.77, "melspec_2048_std": 18.4},
        "w2v2_config": plain,
    }


def _save_text_side(folder: Path) -> None:
    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)]
    pieces = ["<s>", "<pad>", "</s>", "<unk>", "▁", *letters, "<mask>"]
    tokenizer = XLMRobertaTokenizer(vocab=[(piece, -1.0) for piece in pieces])
    config = XLMRobertaConfig(
        vocab_size=len(tokenizer),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=140,
        initializer_range=0.5,
    )
    folder.mkdir(parents=True)
    config.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


@torch.inference_mode()
def _tell_apart(model: Any) -> None:
    """Let random towers vary about the origin: fresh ones give all inputs nearly one vector."""
    texts = [model.text(raw_texts=[text], return_all_layers=True)[0] for text in UNLIKE_TEXTS]
    _spread(model.text_to_latents, torch.cat(texts))
    waves = [torch.from_numpy(np.resize(sound(n), 240_000))[None] for n in range(6)]
    heard = [model.audio(wave, return_all_layers=True)[0] for wave in waves]
    _spread(model.audio_to_latents, torch.cat(heard))


def _spread(head: torch.nn.Linear, inputs: torch.Tensor) -> None:
    head.bias.sub_(0.9 * head(inputs).mean(dim=0))
