"""The patent's two towers, to the letter (P1-P26).

Music is heard by a residual network (kind "mulan-resnet") or by a spectrogram transformer (kind
"mulan-ast"), words are read by BERT; each ends in a linear layer to 128 numbers and the unit
sphere. Start from public checkpoints (`warm_started`) or from nothing (`MulanTowers.random`), train
with a loss of `embedder.training.loss`, publish as a space (`publish`).
"""

from embedder.mulan.augment import SpecAugment, spec_augment
from embedder.mulan.publish import Findings, publish
from embedder.mulan.tagger import Tagger
from embedder.mulan.towers import MulanShape, MulanTowers, warm_started
from embedder.mulan.weights import load_towers, save_towers

__all__ = [
    "Findings",
    "MulanShape",
    "MulanTowers",
    "SpecAugment",
    "Tagger",
    "load_towers",
    "publish",
    "save_towers",
    "spec_augment",
    "warm_started",
]
