"""Text triplets -> how often the text side tells near from far (P48)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from embedder.evaluation.questions import Triplet
from embedder.evaluation.resampling import Figure, figure, mean_draws, weights_of
from embedder.evaluation.subject import Subject


@dataclass(frozen=True, slots=True)
class Triplets:
    """Share of triplets that are right; one half is chance."""

    accuracy: Figure
    triplets: int


def measure_triplets(
    subject: Subject, triplets: Sequence[Triplet], resamples: int, rng: np.random.Generator
) -> Triplets:
    """Compare centred cosines; a tie counts as wrong. Draws anchors, with all their triplets."""
    sides = (
        [one.anchor for one in triplets],
        [one.positive for one in triplets],
        [one.negative for one in triplets],
    )
    anchor, positive, negative = (
        subject.centred_text(subject.encode_text(texts)) for texts in sides
    )
    right = ((anchor * positive).sum(1) > (anchor * negative).sum(1)).astype(np.float64)
    weights = weights_of(sides[0], resamples, rng)
    return Triplets(figure(float(right.mean()), mean_draws(right, weights)), len(triplets))
