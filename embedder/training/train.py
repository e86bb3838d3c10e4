"""Clips and captions -> a space: two towers pulled together by the contrastive loss."""

import logging
import math
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from time import perf_counter

import numpy as np
import torch
from torch import Tensor

from embedder.evaluation.metrics import roc_auc
from embedder.small.features import Features
from embedder.small.sentences import SentenceEncoder
from embedder.small.towers import DIMENSION, AudioTower, TextTower
from embedder.small.weights import Towers
from embedder.training.augment import augmented
from embedder.training.dataset import Dataset
from embedder.training.loss import Temperature, contrastive_loss
from embedder.training.texts import Texts, matches_of, write_texts
from embedder.truth.captions import truth_matrix
from embedder.truth.clips import Facts
from embedder.truth.words import WORDS

log = logging.getLogger(__name__)

LEAST_CLIPS = 8
"""An attribute with fewer clips is not taught, and its words stay unknown."""

TEXT_NOISE = 0.02
"""Standard deviation added to each number of a sentence vector."""

EMBED_BATCH = 256
"""Windows embedded at once outside training."""


@dataclass(frozen=True, slots=True)
class TrainingConfig:
    """How a space is trained."""

    epochs: int = 40
    batch_clips: int = 192
    bare_texts: int = 288
    """Bare words in a batch, beside one caption a clip."""

    learning_rate: float = 1.5e-3
    temperature_rate: float = 1.5e-2
    """Learning rate of the temperature, which starts far from where it ends."""

    weight_decay: float = 0.05
    validate_every: int = 4
    """Epochs from one look at the validation clips to the next."""

    seed: int = 0


@dataclass(frozen=True, slots=True)
class Trained:
    """The best towers of a run, and how good they were."""

    towers: Towers
    attributes: tuple[str, ...]
    texts: Texts
    epoch: int
    auc: float
    """Mean over attributes of the area under the ROC curve on the validation clips."""

    seconds: float


def taught_attributes(facts: Sequence[Facts]) -> tuple[str, ...]:
    """Return the attributes that enough clips have, in the order of `WORDS`."""
    names = tuple(WORDS)
    counts = (truth_matrix(facts, names) > 0).sum(axis=0)
    return tuple(name for name, count in zip(names, counts, strict=True) if count >= LEAST_CLIPS)


def train(
    training: Dataset, validation: Dataset, config: TrainingConfig, encoder: SentenceEncoder
) -> Trained:
    """Train both towers and return the best of what was seen; Ctrl-C stops early and keeps it.

    Same data, config and machine: same towers. About 8 s an epoch of 3,000 clips on one core.

    References
    ----------
    P20-P24.

    """
    torch.manual_seed(config.seed)
    attributes = taught_attributes(training.facts)
    texts = write_texts(training.facts, attributes, config.seed, encoder)
    log.info("%d windows, %d attributes", len(training), len(attributes))
    towers = Towers(AudioTower(training.features.notes.shape[1]), TextTower())
    towers.audio.standardise_to(training.features)
    judge = _Judge(validation, attributes, texts)
    started, best, best_epoch = perf_counter(), towers, 0
    best_auc = -math.inf
    try:
        for epoch, loss in _epochs(towers, training, texts, attributes, config):
            if epoch % config.validate_every and epoch != config.epochs:
                continue
            auc = judge(towers)
            log.info("epoch %d: loss %.3f, validation AUC %.4f", epoch, loss, auc)
            if auc >= best_auc:
                best, best_epoch, best_auc = deepcopy(towers), epoch, auc
    except KeyboardInterrupt:
        log.warning("stopped; the towers of epoch %d are kept", best_epoch)
    seconds = perf_counter() - started
    return Trained(best.eval(), attributes, texts, best_epoch, best_auc, seconds)


@torch.inference_mode()
def embed_dataset(tower: AudioTower, dataset: Dataset) -> np.ndarray:
    """Return one vector a clip, (n_clips, DIMENSION) float32, unit rows (P26)."""
    tower.eval()
    rows = np.arange(len(dataset))
    batches = np.array_split(rows, max(1, len(rows) // EMBED_BATCH))
    vectors = torch.cat([tower(tower.standard(dataset.part(batch))) for batch in batches])
    sums = torch.zeros(len(dataset.facts), DIMENSION)
    sums.index_add_(0, torch.from_numpy(dataset.clip_of), vectors)
    unit: np.ndarray = torch.nn.functional.normalize(sums, dim=1).numpy()
    return unit


def attribute_aucs(
    cosines: np.ndarray, facts: Sequence[Facts], attributes: Sequence[str]
) -> Mapping[str, float]:
    """Return for each attribute how well its cosines, (n_attributes, n_clips), find its clips."""
    truth = truth_matrix(facts, attributes) > 0
    aucs = {name: roc_auc(cosines[k], truth[:, k]) for k, name in enumerate(attributes)}
    return {name: auc for name, auc in aucs.items() if not math.isnan(auc)}


class _Judge:
    """Scores towers by how well each attribute's plainest word finds its validation clips."""

    def __init__(self, validation: Dataset, attributes: Sequence[str], texts: Texts) -> None:
        self._validation = validation
        self._attributes = attributes
        row_of = {caption.text: row for row, caption in enumerate(texts.captions)}
        self._sentences = texts.sentences[[row_of[name] for name in attributes]]

    @torch.inference_mode()
    def __call__(self, towers: Towers) -> float:
        audio = embed_dataset(towers.audio, self._validation)
        words = towers.text.eval()(self._sentences).numpy()
        aucs = attribute_aucs(words @ audio.T, self._validation.facts, self._attributes)
        return float(np.mean(list(aucs.values())))


def _epochs(
    towers: Towers,
    training: Dataset,
    texts: Texts,
    attributes: Sequence[str],
    config: TrainingConfig,
) -> Iterator[tuple[int, float]]:
    """Train, yielding after each epoch its number and mean loss."""
    rng = np.random.default_rng(config.seed)
    generator = torch.Generator().manual_seed(config.seed)
    truth = torch.from_numpy(truth_matrix(training.facts, attributes))
    temperature = Temperature()
    weights = [parameter for tower in towers for parameter in tower.parameters()]
    optimiser = torch.optim.AdamW(
        [
            {"params": weights, "weight_decay": config.weight_decay},
            {"params": temperature.parameters(), "weight_decay": 0.0},
        ]
    )
    steps = max(1, len(training) // config.batch_clips)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser,
        [config.learning_rate, config.temperature_rate],
        total_steps=steps * config.epochs,
    )
    for epoch in range(1, config.epochs + 1):
        for tower in towers:
            tower.train()
        losses = []
        for windows in np.array_split(rng.permutation(len(training)), steps):
            clips = training.clip_of[windows]
            rows = np.r_[texts.rows_of(clips, rng), texts.bare_rows(config.bare_texts, rng)]
            loss = contrastive_loss(
                _audio(towers.audio, training.part(windows), generator),
                _text(towers.text, texts.sentences[rows], generator),
                matches_of(texts.needs[rows], truth[clips]),
                temperature(),
            )
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            schedule.step()
            losses.append(loss.item())
        yield epoch, float(np.mean(losses))


def _audio(tower: AudioTower, features: Features, generator: torch.Generator) -> Tensor:
    vectors: Tensor = tower(augmented(tower.standard(features), generator))
    return vectors


def _text(tower: TextTower, sentences: Tensor, generator: torch.Generator) -> Tensor:
    noise = torch.randn(sentences.shape, generator=generator) * TEXT_NOISE
    vectors: Tensor = tower(sentences + noise)
    return vectors
