"""A trained space -> the words and phrases that name its directions."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from embedder.encoders import Array
from embedder.evaluation.metrics import roc_auc
from embedder.space import Space
from embedder.truth.captions import truth_matrix
from embedder.truth.clips import Known
from embedder.truth.lexicon import FULL, phrases
from embedder.truth.words import WORDS

MOST_WORDS = 250
"""Words of a vocabulary: more would only say the same in other words."""

MOST_OF_A_MEANING = 2
"""Phrases of one meaning: without a limit, a third of them would say "drums"."""

LEAST_AUC = 0.8
"""A phrase that finds its clips less well names no direction."""

LEAST_CLIPS = 5
"""A phrase that is true of fewer validation clips cannot be judged."""

SAME = 0.95
"""Cosine from which on two phrases name one direction."""

Meaning = Mapping[str, float]
"""Attribute -> how much it matters."""


def vocabulary_of(
    space: Space, audio: Array, known: Sequence[Known], taught: Sequence[str]
) -> tuple[str, ...]:
    """Return every attribute taught, then the phrases that name further directions.

    Parameters
    ----------
    space : with its centres
    audio : (n_clips, dimension), vectors of clips that were not trained on
    known : the truth about each of them
    taught : attributes, which are always in

    """
    chosen = list(taught)
    vectors = space.centred_text(space.encode_text(chosen))
    for meaning, texts in _meanings(taught):
        matches = _matches(meaning, known)
        added = 0
        for text in texts if matches.sum() >= LEAST_CLIPS else ():
            if len(chosen) == MOST_WORDS or added == MOST_OF_A_MEANING:
                break
            vector = space.centred_text(space.encode_text([text]))
            finds = roc_auc((vector @ space.centred_audio(audio).T)[0], matches) >= LEAST_AUC
            if finds and (vectors @ vector.T).max() < SAME:
                chosen.append(text)
                vectors = np.concatenate([vectors, vector])
                added += 1
    return tuple(chosen)


def _meanings(taught: Sequence[str]) -> Iterator[tuple[Meaning, list[str]]]:
    """Yield each meaning with what is said for it, the plainest first."""
    said: dict[tuple[tuple[str, float], ...], list[str]] = {
        ((name, FULL),): list(WORDS[name][1:]) for name in taught
    }
    for phrase in phrases():
        if set(taught).issuperset(phrase.meaning):
            said.setdefault(tuple(phrase.meaning.items()), []).append(phrase.text)
    return ((dict(meaning), texts) for meaning, texts in said.items())


def _matches(meaning: Meaning, known: Sequence[Known]) -> np.ndarray:
    needed = [name for name, degree in meaning.items() if degree == FULL]
    return np.asarray((truth_matrix(known, needed) > 0).all(axis=1))
