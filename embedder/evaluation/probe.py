"""Frozen vectors -> linear probe: what the audio side knows, whatever it is called (P46)."""

import warnings

import numpy as np
from numpy.typing import NDArray

from embedder.encoders import Array
from embedder.errors import MissingExtra
from embedder.evaluation.labelled import Labelled

FOLDS = 5
"""Parts of the works, each predicted from the others."""

INVERSE_PENALTY = 1.0
"""C of the logistic regression on standardised vectors; not tuned."""

LEAST_WORKS = 2 * FOLDS
"""A word is probed if so many works have it and so many have not."""


def probe(vectors: Array, labelled: Labelled) -> tuple[Array, Labelled]:
    """Score every clip by a logistic regression that has not seen its work.

    One regression a word, on frozen vectors; all clips of a work are in one fold. Scores of the
    folds are pooled, which can only cost a little where their intercepts differ.

    Returns
    -------
    scores : (n_words, n_clips)
    labelled : the same with the words that could be probed

    Raises
    ------
    MissingExtra
        scikit-learn is not installed.

    """
    works = np.unique(np.asarray(labelled.works), return_inverse=True)[1]
    probed = [query for query in labelled.queries if _enough(query.matches, works)]
    rows = [_out_of_fold(vectors, query.matches, works) for query in probed]
    scores = np.stack(rows) if rows else np.zeros((0, len(vectors)), np.float32)
    return scores, Labelled(labelled.clips, labelled.works, tuple(probed), labelled.kinds)


def _enough(matches: NDArray[np.bool_], works: NDArray[np.intp]) -> bool:
    having, lacking = len(np.unique(works[matches])), len(np.unique(works[~matches]))
    return min(having, lacking) >= LEAST_WORKS


def _out_of_fold(
    vectors: Array, matches: NDArray[np.bool_], works: NDArray[np.intp]
) -> NDArray[np.float32]:
    try:
        from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]
        from sklearn.model_selection import StratifiedGroupKFold  # type: ignore[import-untyped]
        from sklearn.pipeline import make_pipeline  # type: ignore[import-untyped]
        from sklearn.preprocessing import StandardScaler  # type: ignore[import-untyped]
    except ImportError:
        raise MissingExtra("scikit-learn", "evaluation") from None
    scores = np.zeros(len(vectors), np.float32)
    with warnings.catch_warnings():
        # A fold without a match of a rare word is left as it is.
        warnings.simplefilter("ignore", UserWarning)
        for training, held_out in StratifiedGroupKFold(FOLDS).split(vectors, matches, works):
            model = make_pipeline(
                StandardScaler(), LogisticRegression(C=INVERSE_PENALTY, max_iter=1000)
            )
            model.fit(vectors[training], matches[training])
            scores[held_out] = model.decision_function(vectors[held_out])
    return scores
