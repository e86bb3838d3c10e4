"""The smallest recipe there is: two linear towers that pull random pairs together."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from embedder.space import Space
from embedder.training.chance import Purpose, generator
from embedder.training.config import TrainingConfig
from embedder.training.loss import info_nce
from embedder.training.world import World

PAIRS = 8
STEPS_PER_EPOCH = 4


def toy_config(**run: object) -> TrainingConfig:
    return TrainingConfig.model_validate(
        {
            "name": "toy",
            "recipe": {"kind": "small", "clips": ["clips"], "validation": ["others"]},
            "optimiser": {"learning_rate": 0.01, "schedule": {"kind": "one-cycle"}},
            "run": {"epochs": 3, **run},
            "card": {"data": "numbers", "licence": "CC0-1.0"},
        }
    )


def toy_towers(dropout: float, norm: bool = False) -> nn.ModuleDict:
    torch.manual_seed(0)
    return nn.ModuleDict(
        {
            "audio": nn.Sequential(
                nn.Linear(5, 6),
                nn.BatchNorm1d(6) if norm else nn.Identity(),
                nn.Dropout(dropout),
                nn.Linear(6, 3),
            ),
            "text": nn.Sequential(nn.Linear(4, 3), nn.Dropout(dropout)),
        }
    )


@dataclass(frozen=True)
class ToyBatch:
    towers: nn.ModuleDict
    heard: Tensor
    read: Tensor
    noise: float

    @property
    def n_clips(self) -> int:
        return len(self.heard)

    @property
    def n_texts(self) -> int:
        return len(self.read)

    def audio(self, rows: slice) -> Tensor:
        heard = self.heard[rows]
        vectors = self.towers["audio"](heard + self.noise * torch.randn_like(heard))
        return normalize(vectors.float(), dim=1)

    def text(self, rows: slice) -> Tensor:
        return normalize(self.towers["text"](self.read[rows]).float(), dim=1)

    def loss(self, audio: Tensor, text: Tensor, temperature: Tensor) -> Tensor:
        return info_nce(audio, text, temperature)


class Toy:
    """Judged by whatever it is told to be, one score a look."""

    steps_per_epoch = STEPS_PER_EPOCH
    judged_by = "score"

    def __init__(
        self,
        world: World | None = None,
        dropout: float = 0.5,
        noise: float = 0.1,
        scores: tuple[float, ...] = (),
        data: str = "numbers",
    ) -> None:
        self.towers = toy_towers(dropout)
        self.fingerprint = data
        self._world, self._noise, self._scores = world or World(), noise, iter(scores)

    def batches(self, first: int, last: int) -> Iterator[ToyBatch]:
        for step in range(first, last):
            rng = generator(0, Purpose.BATCH, step)
            heard, read = rng.normal(size=(PAIRS, 5)), rng.normal(size=(PAIRS, 4))
            ours = self._world.share(PAIRS, "pairs")
            sides = (torch.tensor(side[ours], dtype=torch.float32) for side in (heard, read))
            yield ToyBatch(self.towers, *sides, self._noise)

    def validate(self) -> Mapping[str, float]:
        weight = next(self.towers.parameters()).sum().item()
        return {"score": next(self._scores, weight)}

    def publish(self, folder: Path, name: str, training: Mapping[str, Any]) -> Space:
        raise NotImplementedError
