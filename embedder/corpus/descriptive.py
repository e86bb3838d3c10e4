"""Sentence -> does it describe music? The filter of long-form text (P30), as it ships.

The patent fine-tunes a BERT on 700 labelled sentences: that is `embedder.corpus.bert`. What ships
needs no checkpoint beyond the sentence model the package already uses: its vectors stay as they
are, and a logistic regression on them is 385 numbers in a file.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from embedder.corpus.labelled import DATA
from embedder.errors import UnusableCheckpoint
from embedder.small.sentences import SENTENCE_DIMENSION, SENTENCE_MODEL, SentenceEncoder

Floats = NDArray[np.float64]

WEIGHTS = DATA / "descriptive.json"
"""The classifier that ships."""

BATCH = 64
"""Sentences encoded at once."""


class DescriptiveClassifier(Protocol):
    """What tells sentences that describe music from others."""

    @property
    def threshold(self) -> float:
        """The probability from which on a sentence is kept, in [0, 1]."""
        ...

    def probability(self, sentences: Sequence[str], /) -> Floats:
        """Return how sure it is that each sentence describes music, (n,) in [0, 1]."""
        ...


@dataclass(frozen=True, slots=True)
class LinearWeights:
    """A logistic regression on sentence vectors."""

    weights: tuple[float, ...]
    """SENTENCE_DIMENSION numbers."""

    bias: float
    threshold: float
    """Chosen for the best F1 on the validation part."""

    training: dict[str, Any]
    """What it was fitted on, and how."""

    quality: dict[str, Any]
    """Measured figures, by source of the sentences."""

    def probability(self, vectors: Floats) -> Floats:
        """Return the probability of each row of (n, SENTENCE_DIMENSION) vectors, (n,)."""
        return logistic(vectors @ np.array(self.weights) + self.bias)

    @classmethod
    def read(cls, path: Path) -> "LinearWeights":
        """Read a classifier.

        Raises
        ------
        UnusableCheckpoint
            The file is missing, damaged, or belongs to another sentence model.

        """
        try:
            record = json.loads(path.read_text("utf-8"))
            model = record.pop("sentence_model")
            classifier = cls(**record | {"weights": tuple(record["weights"])})
        except OSError as error:
            raise UnusableCheckpoint(path, error.strerror or str(error)) from None
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise UnusableCheckpoint(path, f"it is no classifier: {error!r}") from None
        if model != SENTENCE_MODEL or len(classifier.weights) != SENTENCE_DIMENSION:
            raise UnusableCheckpoint(path, f"it reads {model!r}, sentences are {SENTENCE_MODEL!r}")
        return classifier

    def write(self, path: Path) -> None:
        """Write the classifier, a line a field: versions can be compared."""
        record = {"sentence_model": SENTENCE_MODEL, **asdict(self)}
        lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(record[key])}" for key in record)
        path.write_text(f"{{\n{lines}\n}}\n", "utf-8")


class LinearClassifier:
    """Frozen sentence vectors and a logistic regression: about 4 ms a sentence on one core."""

    def __init__(self, weights: LinearWeights, encoder: SentenceEncoder) -> None:
        self._weights = weights
        self._encoder = encoder

    @classmethod
    def load(cls, path: Path = WEIGHTS) -> "LinearClassifier":
        """Load the classifier that ships, or another fitted by `embedder.corpus.fit`.

        Raises
        ------
        UnusableCheckpoint
            The file is missing, damaged, or belongs to another sentence model.

        """
        return cls(LinearWeights.read(path), SentenceEncoder())

    @property
    def threshold(self) -> float:
        """The probability from which on a sentence is kept."""
        return self._weights.threshold

    def probability(self, sentences: Sequence[str], /) -> Floats:
        """Return how sure it is that each sentence describes music, (n,) in [0, 1].

        Raises
        ------
        UnusableText
            A sentence is empty.

        """
        return self._weights.probability(vectors_of(sentences, self._encoder))


def logistic(logits: Floats) -> Floats:
    """Return the probabilities that belong to logits.

    >>> logistic(np.array([0.0, np.log(3)])).round(2)
    array([0.5 , 0.75])
    """
    # As a tangent it does not overflow.
    probability: Floats = (1 + np.tanh(logits / 2)) / 2
    return probability


def vectors_of(sentences: Sequence[str], encoder: SentenceEncoder) -> Floats:
    """Return (n, SENTENCE_DIMENSION) unit rows, encoded in batches of sentences alike in length.

    Raises
    ------
    UnusableText
        A sentence is empty.

    """
    vectors = np.empty((len(sentences), SENTENCE_DIMENSION))
    order = np.argsort([len(sentence) for sentence in sentences], kind="stable")
    for start in range(0, len(order), BATCH):
        rows = order[start : start + BATCH]
        vectors[rows] = encoder.encode([sentences[row] for row in rows]).numpy()
    return vectors
