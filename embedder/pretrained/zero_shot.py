"""Cosines of words and tracks of known truth -> what the words are worth, and probabilities."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from embedder.calibration import Calibration
from embedder.encoders import Array
from embedder.evaluation.metrics import roc_auc
from embedder.training.probabilities import probability_of
from embedder.truth.captions import Caption, truth_matrix
from embedder.truth.clips import Facts
from embedder.truth.words import KINDS, WORDS


@dataclass(frozen=True, slots=True)
class ZeroShot:
    """What the words of a space are worth on tracks of known truth."""

    calibration: Mapping[str, Calibration]
    """By word, casefolded, for the words that find their tracks well enough."""

    auc: Mapping[str, float]
    """Area under the ROC curve, for each attribute's own name that is true of some tracks."""

    def as_record(self) -> dict[str, Any]:
        """Return the figures as a manifest keeps them."""
        if not self.auc:
            return {}
        by_kind = {
            kind: [self.auc[word] for word in words if word in self.auc]
            for kind, words in KINDS.items()
        }
        return {
            "probabilities": "fitted on the same tracks",
            "auc": {kind: round(float(np.mean(aucs)), 3) for kind, aucs in by_kind.items() if aucs},
            "auc by word": {word: round(auc, 3) for word, auc in self.auc.items()},
        }


def zero_shot(captions: Sequence[Caption], cosines: Array, facts: Sequence[Facts]) -> ZeroShot:
    """Measure words, and fit a probability to each that finds its tracks.

    Parameters
    ----------
    captions : words, each with the one attribute it stands for
    cosines : (n_captions, n_tracks), centred
    facts : the truth about each track

    """
    truth = truth_matrix(facts, list(WORDS)) > 0
    column = {attribute: truth[:, place] for place, attribute in enumerate(WORDS)}
    calibration: dict[str, Calibration] = {}
    aucs: dict[str, float] = {}
    for caption, row in zip(captions, cosines, strict=True):
        matches = column[caption.attributes[0]]
        if matches.all() or not matches.any():
            continue
        if caption.text in WORDS:
            aucs[caption.text] = roc_auc(row, matches)
        if fitted := probability_of(row, matches):
            calibration[caption.text.casefold()] = fitted
    return ZeroShot(calibration, aucs)
