"""Clips of known truth and captions drawn from it -> the small space's towers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from embedder.evaluation.zero_shot import auc_by_kind
from embedder.small.features import Features
from embedder.small.sentences import SentenceEncoder
from embedder.small.towers import AudioTower, TextTower
from embedder.small.weights import Towers
from embedder.space import Space
from embedder.training.augment import augmented
from embedder.training.chance import Purpose, generator
from embedder.training.config import SmallRecipe
from embedder.training.dataset import load_dataset
from embedder.training.judging import attribute_aucs, embed_dataset, taught_attributes
from embedder.training.loss import multi_positive
from embedder.training.publish_small import Result, publish_small
from embedder.training.texts import matches_of, write_texts
from embedder.training.world import World
from embedder.truth.captions import truth_matrix

TEXT_NOISE = 0.02
"""Standard deviation added to each number of a sentence vector."""


@dataclass(frozen=True, slots=True)
class SmallBatch:
    """Windows with one caption each, and single words beside them."""

    towers: Towers
    features: Features
    sentences: Tensor
    matches: Tensor
    """(n_texts, n_clips) of the whole mini-batch: how true each text is of each clip."""

    @property
    def n_clips(self) -> int:
        """Windows of audio."""
        return len(self.features.notes)

    @property
    def n_texts(self) -> int:
        """Captions and single words."""
        return len(self.sentences)

    def audio(self, rows: slice) -> Tensor:
        """Embed some windows, disturbed as another recording would be (P17)."""
        part = Features(*(values[rows] for values in self.features))
        tower = self.towers.audio
        vectors: Tensor = tower(augmented(tower.standard(part), torch.default_generator))
        return vectors

    def text(self, rows: slice) -> Tensor:
        """Embed some texts."""
        sentences = self.sentences[rows]
        vectors: Tensor = self.towers.text(sentences + torch.randn_like(sentences) * TEXT_NOISE)
        return vectors

    def loss(self, audio: Tensor, text: Tensor, temperature: Tensor) -> Tensor:
        """Return the loss that knows several clips match a text."""
        return multi_positive(audio, text, self.matches, temperature)


class SmallTraining:
    """Towers of the small space and what they are shown.

    About 8 s an epoch of 3,000 clips on one core. A mini-batch is windows of an epoch's shuffle,
    one caption of each, and single words; an epoch leaves out what does not fill a mini-batch.
    """

    judged_by = "auc"

    def __init__(self, config: SmallRecipe, seed: int, world: World) -> None:
        self._config, self._seed, self._world = config, seed, world
        self.training = load_dataset(config.clips)
        self.validation = load_dataset(config.validation)
        self.attributes = taught_attributes(self.training.facts)
        self._sentences = SentenceEncoder()
        self.texts = write_texts(self.training.facts, self.attributes, seed, self._sentences)
        self._truth = torch.from_numpy(truth_matrix(self.training.facts, self.attributes))
        self._batch = min(config.batch, len(self.training))
        self._pair = Towers(AudioTower(self.training.features.notes.shape[1]), TextTower())
        self._pair.audio.standardise_to(self.training.features)
        self.towers: nn.Module = nn.ModuleDict(self._pair._asdict())
        self.steps_per_epoch = len(self.training) // self._batch

    @property
    def fingerprint(self) -> str:
        """What tells these clips and captions from others."""
        digest = sha256(repr(self.attributes).encode())
        digest.update(self.training.features.notes.numpy().tobytes())
        digest.update(repr([caption.text for caption in self.texts.captions]).encode())
        return digest.hexdigest()[:16]

    def batches(self, first: int, last: int) -> Iterator[SmallBatch]:
        """Yield the mini-batches of some steps."""
        for step in range(first, last):
            yield self._draw(step)

    def validate(self) -> Mapping[str, float]:
        """Return how well each attribute's plainest word finds its clips, by kind and all."""
        audio = embed_dataset(self._pair.audio, self.validation)
        cosines = self._words() @ audio.T
        by_word = attribute_aucs(cosines, self.validation.facts, self.attributes)
        by_kind = {f"auc/{kind}": auc for kind, auc in auc_by_kind(by_word).items()}
        return {"auc": float(np.mean(list(by_word.values()))), **by_kind}

    def publish(self, folder: Path, name: str, training: Mapping[str, Any]) -> Space:
        """Write the towers, their centres and the probabilities of words as a space."""
        about = {**training, "clips": len(self.training.facts)}
        result = Result(self._pair.eval(), self.texts.sentences, self.attributes)
        return publish_small(result, self.training, self.validation, folder, name, about)

    def _draw(self, step: int) -> SmallBatch:
        epoch, place = divmod(step, self.steps_per_epoch)
        shuffled = generator(self._seed, Purpose.EPOCH, epoch).permutation(len(self.training))
        windows = shuffled[place * self._batch : (place + 1) * self._batch]
        clips = self.training.clip_of[windows]
        rng = generator(self._seed, Purpose.BATCH, step)
        captions = self.texts.rows_of(clips, rng)
        rows = np.r_[captions, self.texts.bare_rows(self._config.bare_words, rng)]
        ours = self._world.share(len(windows), "windows")
        texts = self._world.share(len(rows), "texts")
        return SmallBatch(
            self._pair,
            self.training.part(windows[ours]),
            self.texts.sentences[rows[texts]],
            matches_of(self.texts.needs[rows], self._truth[clips]),
        )

    @torch.inference_mode()
    def _words(self) -> np.ndarray:
        row_of = {caption.text: row for row, caption in enumerate(self.texts.captions)}
        sentences = self.texts.sentences[[row_of[name] for name in self.attributes]]
        words: np.ndarray = self._pair.text.eval()(sentences).numpy()
        return words
