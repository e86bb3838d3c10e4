"""Trained towers -> a space that others can load."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from embedder.calibration import Calibration, calibrate
from embedder.evaluation.metrics import roc_auc
from embedder.evaluation.zero_shot import auc_by_kind, auc_by_word
from embedder.manifest import Manifest, hash_of
from embedder.small.features import FRONT_END
from embedder.small.sentences import SENTENCE_MODEL
from embedder.small.towers import DIMENSION
from embedder.small.weights import read_towers, write_towers
from embedder.space import Space
from embedder.training.dataset import Dataset
from embedder.training.train import Trained, embed_dataset
from embedder.truth.captions import bare_captions, truth_matrix
from embedder.truth.words import WORDS

log = logging.getLogger(__name__)

LEAST_QUALITY = 0.7
"""A word whose area under the ROC curve is lower gets no probability: it would mislead."""

DIGITS = 5
"""Decimals kept of a centre."""


def publish(
    trained: Trained, training: Dataset, validation: Dataset, out: Path, about: Mapping[str, Any]
) -> Space:
    """Write a space: weights, centres of the training data, calibration on the validation data.

    Probabilities are fitted on clips that were not trained on: on the training clips the words
    would look sharper than they are.
    """
    out.mkdir(parents=True, exist_ok=True)
    write_towers(trained.towers, out)
    towers = read_towers(out)  # half precision, as everybody will have them
    with torch.inference_mode():
        texts = towers.text(trained.texts.sentences).numpy()
    manifest = Manifest(
        name=out.name,
        kind="small",
        dimension=DIMENSION,
        front_end=FRONT_END,
        text_model=SENTENCE_MODEL,
        hash=hash_of(out, FRONT_END, SENTENCE_MODEL),
        centre_audio=_centre(embed_dataset(towers.audio, training)),
        centre_text=_centre(texts),
        vocabulary=trained.attributes,
        training=dict(about) | {"epoch": trained.epoch, "minutes": round(trained.seconds / 60, 1)},
        quality={},
    )
    manifest.write(out)
    return _measured(Space.load(out), validation, out)


def _measured(space: Space, validation: Dataset, out: Path) -> Space:
    audio = embed_dataset(read_towers(out).audio, validation)
    by_word = auc_by_word(space, audio, validation.facts)
    manifest = replace(
        space.manifest,
        quality={
            "measured on": f"{len(validation.facts)} validation clips",
            "auc": {kind: round(auc, 3) for kind, auc in auc_by_kind(by_word).items()},
            "auc by word": {word: round(auc, 3) for word, auc in by_word.items()},
        },
        calibration=calibration_of(space, audio, validation),
    )
    manifest.write(out)
    return Space.load(out)


def calibration_of(space: Space, audio: np.ndarray, validation: Dataset) -> dict[str, Calibration]:
    """Fit a probability to every word and synonym that finds its clips well enough."""
    table = {}
    for caption in bare_captions(name for name in WORDS if name in space.vocabulary):
        cosines = space.similarity([caption.text], audio)[0]
        matches = truth_matrix(validation.facts, caption.attributes)[:, 0] > 0
        quality = roc_auc(cosines, matches)
        fitted = calibrate(cosines, matches, quality) if quality >= LEAST_QUALITY else None
        if fitted:
            table[caption.text.casefold()] = fitted
    return table


def _centre(vectors: np.ndarray) -> tuple[float, ...]:
    return tuple(round(float(value), DIGITS) for value in vectors.mean(axis=0))
