"""Sentence -> does it describe music? As the patent does it: a BERT, fine-tuned (P30)."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from transformers import BertForSequenceClassification, BertModel, PreTrainedTokenizerBase

from embedder.corpus.classification import best_threshold
from embedder.corpus.fine_tuning import FineTuning, fine_tune
from embedder.corpus.labelled import Labelled, Part
from embedder.errors import UnusableCheckpoint
from embedder.mulan.checkpoint import load_network, load_tokenizer
from embedder.text import readable

Floats = NDArray[np.float64]

BATCH = 64
"""Sentences looked at at once."""

LABELS = ("other", "descriptive")
"""What the two outputs of the network stand for."""

DECISION = "decision.json"
"""Name of the file beside the weights that holds the threshold."""


class BertClassifier:
    """A fine-tuned BERT and the threshold that suits it."""

    def __init__(
        self,
        network: BertForSequenceClassification,
        tokenizer: PreTrainedTokenizerBase,
        threshold: float,
        max_tokens: int,
    ) -> None:
        self._network = network.train(False)
        self._tokenizer = tokenizer
        self._threshold = threshold
        self._max_tokens = max_tokens

    @classmethod
    def fine_tune(
        cls,
        checkpoint: str | Path,
        parts: Mapping[Part, Sequence[Labelled]],
        config: FineTuning,
    ) -> "BertClassifier":
        """Start from a BERT, fit it on the training part, choose the threshold on validation.

        Parameters
        ----------
        checkpoint : such as "google-bert/bert-base-uncased", or a folder
        parts : as `embedder.corpus.labelled.split` gives them; the test part is not looked at
        config : how

        Raises
        ------
        UnusableCheckpoint
            It cannot be had, or is no BERT.

        """
        network = _with_head(checkpoint, config.seed)
        classifier = cls(network, load_tokenizer(checkpoint), 0.5, config.max_tokens)
        training, validation = parts[Part.TRAIN], parts[Part.VALIDATION]

        def batch_of(rows: Sequence[int]) -> Mapping[str, Tensor]:
            tokens = classifier._tokens([training[row].text for row in rows])
            labels = torch.tensor([int(training[row].descriptive) for row in rows])
            return {**tokens, "labels": labels}

        fine_tune(network, batch_of, len(training), config)
        probability = classifier.probability([sentence.text for sentence in validation])
        labels = np.array([sentence.descriptive for sentence in validation], bool)
        classifier._threshold = best_threshold(labels, probability)
        return classifier

    @classmethod
    def load(cls, folder: Path) -> "BertClassifier":
        """Load a classifier that was saved.

        Raises
        ------
        UnusableCheckpoint
            The folder holds none.

        """
        try:
            decision = json.loads((folder / DECISION).read_text("utf-8"))
            threshold, max_tokens = float(decision["threshold"]), int(decision["max_tokens"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UnusableCheckpoint(folder, f"its {DECISION} cannot be used: {error!r}") from None
        network = load_network(folder, BertForSequenceClassification)
        return cls(network, load_tokenizer(folder), threshold, max_tokens)

    def save(self, folder: Path) -> None:
        """Write network, tokenizer and threshold into a folder, which is made if need be."""
        self._network.save_pretrained(folder)
        self._tokenizer.save_pretrained(folder)
        decision = {"threshold": self._threshold, "max_tokens": self._max_tokens}
        (folder / DECISION).write_text(json.dumps(decision) + "\n", "utf-8")

    @property
    def threshold(self) -> float:
        """The probability from which on a sentence is kept."""
        return self._threshold

    @torch.inference_mode()
    def probability(self, sentences: Sequence[str], /) -> Floats:
        """Return how sure it is that each sentence describes music, (n,) in [0, 1].

        Raises
        ------
        UnusableText
            A sentence is empty.

        """
        batches = (sentences[at : at + BATCH] for at in range(0, len(sentences), BATCH))
        found = [self._network(**self._tokens(batch)).logits.softmax(dim=1) for batch in batches]
        return np.concatenate([np.empty(0), *(rows[:, 1].double().numpy() for rows in found)])

    def _tokens(self, texts: Sequence[str]) -> dict[str, Tensor]:
        return dict(
            self._tokenizer(
                [readable(text) for text in texts],
                padding=True,
                truncation=True,
                max_length=self._max_tokens,
                return_tensors="pt",
            )
        )


def _with_head(checkpoint: str | Path, seed: int) -> BertForSequenceClassification:
    """Return a pretrained BERT with a new head: whatever else is missing is refused."""
    pretrained = load_network(checkpoint, BertModel)
    config = pretrained.config
    config.num_labels = len(LABELS)
    config.id2label = dict(enumerate(LABELS))
    config.label2id = {label: number for number, label in enumerate(LABELS)}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = BertForSequenceClassification(config)  # type: ignore[no-untyped-call]
    network.bert = pretrained
    return network
