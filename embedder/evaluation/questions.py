"""Facts -> questions: texts that people could ask, and what answers them (P47, P48)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embedder.evaluation.pieces import Piece
from embedder.truth.captions import caption_for, truth_matrix, truth_of
from embedder.truth.clips import Facts
from embedder.truth.unseen import UNSEEN
from embedder.truth.words import INSTRUMENTS, KINDS, STYLES, WORDS

NEGATIVES = 5
"""Wrong descriptions that each word is set against (P48)."""

MOST_CAPTION_TRIPLETS = 400
"""Triplets of captions (P48); two a piece where there are fewer pieces."""

TRIES = 20
"""Draws of a second caption until it differs from the first."""

CONTRARIES: Mapping[str, str] = {
    one: other
    for pair in (
        ("fast", "slow"),
        ("energetic", "calm"),
        ("loud", "quiet"),
        ("happy", "sad"),
        ("tense", "tender"),
        ("busy", "sparse"),
    )
    for one, other in (pair, pair[::-1])
}
"""What is not meant, for attributes that have an opposite."""


@dataclass(frozen=True, slots=True)
class Questions:
    """Texts, what is relevant to each, and the work each was written from."""

    texts: tuple[str, ...]
    relevant: NDArray[np.bool_]
    """(n_texts, n_pieces) where all that the text names is true."""
    works: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Triplet:
    """Right if the anchor lies nearer to the positive than to the negative."""

    anchor: str
    positive: str
    negative: str


def short_questions(pieces: Sequence[Piece], rng: np.random.Generator) -> Questions:
    """Write a caption from the facts of each piece, naming one to three of them."""
    known = frozenset(WORDS)
    captions = [(caption_for(truth_of(piece.facts), known, rng), piece.work) for piece in pieces]
    asked = [(caption.text, caption.attributes, work) for caption, work in captions]
    return _questions(asked, pieces)


def full_questions(pieces: Sequence[Piece]) -> Questions:
    """Describe each piece by all that is known of it; one more always answers: the piece."""
    return _questions([(*_description(piece.facts), piece.work) for piece in pieces], pieces)


def word_triplets(rng: np.random.Generator) -> tuple[Triplet, ...]:
    """Set each attribute's name and a synonym of it against words of five others of its kind."""
    triplets = []
    for names in KINDS.values():
        for name in names:
            others = [other for other in (names if len(names) > 1 else WORDS) if other != name]
            if not WORDS[name][1:]:
                continue
            positive = str(rng.choice(WORDS[name][1:]))
            chosen = rng.choice(others, size=min(NEGATIVES, len(others)), replace=False)
            triplets += [Triplet(name, positive, str(rng.choice(WORDS[one]))) for one in chosen]
    return tuple(triplets)


def caption_triplets(pieces: Sequence[Piece], rng: np.random.Generator) -> tuple[Triplet, ...]:
    """Set two wordings of the same facts of a piece against a caption of another.

    The other caption names nothing that the first does.
    """
    known = frozenset(WORDS)
    truths = [truth_of(piece.facts) for piece in pieces]
    triplets: list[Triplet] = []
    for _ in range(min(MOST_CAPTION_TRIPLETS, 2 * len(pieces))):
        truth, other = (truths[int(row)] for row in rng.integers(len(truths), size=2))
        anchor = caption_for(truth, known, rng)
        named = frozenset(anchor.attributes)
        again = _reworded({name: 1.0 for name in named}, anchor.text, rng)
        apart = {name: value for name, value in other.items() if name not in named | set(truth)}
        if again and any(value > 0 for value in apart.values()):
            triplets.append(Triplet(anchor.text, again, caption_for(apart, known, rng).text))
    return tuple(triplets)


def unseen_triplets() -> tuple[Triplet, ...]:
    """Set each text never trained on and what it means against the contrary of that."""
    return tuple(
        Triplet(text, name, CONTRARIES[name])
        for text, attributes in UNSEEN.items()
        for name in attributes
        if name in CONTRARIES
    )


def _questions(
    asked: Sequence[tuple[str, tuple[str, ...], str]], pieces: Sequence[Piece]
) -> Questions:
    once: dict[str, tuple[tuple[str, ...], str]] = {}
    for text, attributes, work in asked:
        once.setdefault(text, (attributes, work))
    truth = truth_matrix([piece.facts for piece in pieces], tuple(WORDS)) > 0
    column_of = {name: column for column, name in enumerate(WORDS)}
    relevant = [
        truth[:, [column_of[name] for name in attributes]].all(axis=1)
        for attributes, _ in once.values()
    ]
    works = tuple(work for _, work in once.values())
    return Questions(tuple(once), np.stack(relevant), works)


def _description(facts: Facts) -> tuple[str, tuple[str, ...]]:
    """Return such as "fast, loud, energetic, happy rock with guitar and drums" and its facts."""
    truth = truth_of(facts)
    qualities = [name for kind in ("tempo", "loudness", "energy", "mood") for name in KINDS[kind]]
    described = [name for name in qualities if truth.get(name, 0) > 0]
    styles = [name for name in STYLES if name in truth]
    instruments = sorted(facts.instruments & INSTRUMENTS.keys())
    things = [*instruments, *(["drums"] if facts.drums else [])]
    text = " ".join(filter(None, (", ".join(described), styles[0] if styles else "music")))
    if things:
        text += f" with {' and '.join(things)}"
    return text, (*described, *styles, *things)


def _reworded(truth: Mapping[str, float], text: str, rng: np.random.Generator) -> str | None:
    """Draw another caption that names all the same facts, if one is found in a few tries."""
    for _ in range(TRIES):
        caption = caption_for(truth, frozenset(truth), rng)
        if caption.text != text and len(caption.attributes) == len(truth):
            return caption.text
    return None
