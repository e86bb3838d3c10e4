"""Trained towers and what they were shown -> a space of the patent's kind."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from embedder.calibration import Calibration
from embedder.corpus.records import Recording
from embedder.encoders import Array
from embedder.mulan import MulanTowers, publish
from embedder.mulan.publish import Findings
from embedder.space import Space
from embedder.training.excerpts import Loaded
from embedder.training.probabilities import centred, probability_of
from embedder.training.retrieval import Pool, audio_vectors, text_vectors

VOCABULARY = 256
"""Class labels that become the space's vocabulary, the most frequent ones."""

LEAST_LABELLED = 8
"""A label of fewer training recordings is not in the vocabulary."""


def publish_mulan(
    towers: MulanTowers,
    device: torch.device,
    sample: Iterable[Loaded],
    vocabulary: Sequence[str],
    pool: Pool,
    folder: Path,
    name: str,
    training: Mapping[str, Any],
) -> Space:
    """Write a space: weights, centres, figures, and the probabilities of the vocabulary's words.

    Parameters
    ----------
    sample : training pairs, as many as the centres shall rest on
    vocabulary : plain words that name a direction
    pool : recordings that were not trained on: figures and probabilities come from them

    """
    towers.eval()
    loaded = list(sample)
    centre_audio = audio_vectors(towers, (one.windows for one in loaded), device).mean(axis=0)
    texts = [pair.text for one in loaded for pair in one.pairs]
    centre_text = text_vectors(towers, texts, device).mean(axis=0)
    cosines = (
        centred(text_vectors(towers, vocabulary, device), centre_text)
        @ centred(audio_vectors(towers, pool.windows(), device), centre_audio).T
    )
    findings = Findings(
        centre_audio=centre_audio,
        centre_text=centre_text,
        vocabulary=tuple(vocabulary),
        training=training,
        quality=_quality(pool, towers, device),
        calibration=_calibration(vocabulary, cosines, pool),
    )
    publish(towers, folder, name, findings)
    return Space.load(folder)


def labels_of(recordings: Sequence[Recording]) -> tuple[str, ...]:
    """Return the labels that enough recordings have, the most frequent first."""
    counts = Counter(label for one in recordings for label in set(one.texts.labels))
    frequent = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:VOCABULARY]
    return tuple(label for label, count in frequent if count >= LEAST_LABELLED)


def _quality(pool: Pool, towers: MulanTowers, device: torch.device) -> dict[str, Any]:
    return {
        "measured on": f"{len(pool.texts)} texts, each among {len(pool.recordings)} recordings",
        "retrieval": _rounded(pool.measure(towers, device)),
        "retrieval by chance": _rounded(pool.chance()),
    }


def _rounded(figures: Mapping[str, float]) -> dict[str, float]:
    return {name: round(figure, 4) for name, figure in figures.items()}


def _calibration(vocabulary: Sequence[str], cosines: Array, pool: Pool) -> dict[str, Calibration]:
    matches = pool.have(vocabulary)
    fitted = {
        word.casefold(): probability_of(*pair)
        for word, *pair in zip(vocabulary, cosines, matches, strict=True)
    }
    return {word: calibration for word, calibration in fitted.items() if calibration}
