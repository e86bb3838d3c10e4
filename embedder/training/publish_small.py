"""Trained towers -> a small space that others can load."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from embedder.calibration import Calibration
from embedder.evaluation.zero_shot import auc_by_kind, auc_by_word
from embedder.manifest import Manifest, hash_of
from embedder.small.features import FRONT_END
from embedder.small.sentences import SENTENCE_MODEL
from embedder.small.towers import DIMENSION
from embedder.small.weights import Towers, read_towers, write_towers
from embedder.space import Space
from embedder.training.dataset import Dataset
from embedder.training.judging import embed_dataset
from embedder.training.probabilities import centre_of, probability_of
from embedder.training.vocabulary import vocabulary_of
from embedder.truth.captions import bare_captions, truth_matrix
from embedder.truth.words import WORDS


@dataclass(frozen=True, slots=True)
class Result:
    """What training the small space ends in."""

    towers: Towers
    sentences: Tensor
    """(n_captions, SENTENCE_DIMENSION) of the training captions."""

    attributes: tuple[str, ...]
    """What the towers were taught: the plainest words of the space's vocabulary."""


def publish_small(
    result: Result,
    training: Dataset,
    validation: Dataset,
    folder: Path,
    name: str,
    about: Mapping[str, Any],
) -> Space:
    """Write a space: weights, centres of the training data, calibration on the validation data.

    Probabilities are fitted on clips that were not trained on: on the training clips the words
    would look sharper than they are.
    """
    folder.mkdir(parents=True, exist_ok=True)
    write_towers(result.towers, folder)
    towers = read_towers(folder)  # half precision, as everybody will have them
    with torch.inference_mode():
        texts = towers.text(result.sentences).numpy()
    manifest = Manifest(
        name=name,
        kind="small",
        dimension=DIMENSION,
        front_end=FRONT_END,
        text_model=SENTENCE_MODEL,
        hash=hash_of(folder, FRONT_END, SENTENCE_MODEL),
        centre_audio=centre_of(embed_dataset(towers.audio, training)),
        centre_text=centre_of(texts),
        vocabulary=result.attributes,
        training=about,
        quality={},
    )
    manifest.write(folder)
    return _measured(Space.load(folder), validation, folder)


def _measured(space: Space, validation: Dataset, folder: Path) -> Space:
    audio = embed_dataset(read_towers(folder).audio, validation)
    by_word = auc_by_word(space, audio, validation.facts)
    manifest = replace(
        space.manifest,
        vocabulary=vocabulary_of(space, audio, validation.facts, space.vocabulary),
        quality={
            "measured on": f"{len(validation.facts)} validation clips",
            "auc": {kind: round(auc, 3) for kind, auc in auc_by_kind(by_word).items()},
            "auc by word": {word: round(auc, 3) for word, auc in by_word.items()},
        },
        calibration=calibration_of(space, audio, validation),
    )
    manifest.write(folder)
    return Space.load(folder)


def calibration_of(space: Space, audio: np.ndarray, validation: Dataset) -> dict[str, Calibration]:
    """Fit a probability to every word and synonym that finds its clips well enough."""
    table = {}
    for caption in bare_captions(name for name in WORDS if name in space.vocabulary):
        cosines = space.similarity([caption.text], audio)[0]
        matches = truth_matrix(validation.facts, caption.attributes)[:, 0] > 0
        if fitted := probability_of(cosines, matches):
            table[caption.text.casefold()] = fitted
    return table
