"""Towers and clips of known truth -> figures: how good an epoch of the small space is."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch.nn.functional import normalize

from embedder.evaluation.metrics import roc_auc
from embedder.small.towers import DIMENSION, AudioTower
from embedder.training.dataset import Dataset
from embedder.truth.captions import truth_matrix
from embedder.truth.clips import Known
from embedder.truth.words import WORDS

LEAST_CLIPS = 8
"""An attribute with fewer clips is not taught, and its words stay unknown."""

EMBED_BATCH = 256
"""Windows embedded at once outside training."""


def taught_attributes(facts: Sequence[Known]) -> tuple[str, ...]:
    """Return the attributes that enough clips have, in the order of `WORDS`."""
    names = tuple(WORDS)
    counts = (truth_matrix(facts, names) > 0).sum(axis=0)
    return tuple(name for name, count in zip(names, counts, strict=True) if count >= LEAST_CLIPS)


@torch.inference_mode()
def embed_dataset(tower: AudioTower, dataset: Dataset) -> np.ndarray:
    """Return one vector a clip, (n_clips, DIMENSION) float32, unit rows (P26)."""
    tower.eval()
    rows = np.arange(len(dataset))
    batches = np.array_split(rows, max(1, len(rows) // EMBED_BATCH))
    vectors = torch.cat([tower(tower.standard(dataset.part(batch))) for batch in batches])
    sums = torch.zeros(len(dataset.facts), DIMENSION)
    sums.index_add_(0, torch.from_numpy(dataset.clip_of), vectors)
    unit: np.ndarray = normalize(sums, dim=1).numpy()
    return unit


def attribute_aucs(
    cosines: np.ndarray, facts: Sequence[Known], attributes: Sequence[str]
) -> Mapping[str, float]:
    """Return for each attribute how well its cosines, (n_attributes, n_clips), find its clips."""
    truth = truth_matrix(facts, attributes) > 0
    aucs = {name: roc_auc(cosines[k], truth[:, k]) for k, name in enumerate(attributes)}
    return {name: auc for name, auc in aucs.items() if not math.isnan(auc)}
