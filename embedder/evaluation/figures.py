"""One subject's vectors and the truth -> every figure that subjects are compared by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from embedder.encoders import Array
from embedder.evaluation.labelled import Labelled
from embedder.evaluation.pieces import Piece
from embedder.evaluation.questions import (
    Questions,
    caption_triplets,
    full_questions,
    short_questions,
    unseen_triplets,
    word_triplets,
)
from embedder.evaluation.resampling import RESAMPLES, Weights, weights_of
from embedder.evaluation.retrieval import Retrieval, measure_retrieval
from embedder.evaluation.subject import Subject
from embedder.evaluation.tagging import Tagging, measure_tagging
from embedder.evaluation.triplets import Triplets, measure_triplets
from embedder.evaluation.zero_shot import Precision, drums_left, precision_of_compounds


@dataclass(frozen=True, slots=True)
class Options:
    """What is left to chance, and how often."""

    seed: int = 0
    """Of captions, resampling and untrained weights: the same seed gives the same figures."""
    resamples: int = RESAMPLES

    @property
    def rng(self) -> np.random.Generator:
        """A new generator, the same each time: everyone is asked the same questions."""
        return np.random.default_rng(self.seed)


@dataclass(frozen=True, slots=True)
class Sound:
    """What a subject heard of the pieces."""

    whole: Array
    """(n_pieces, d)"""
    halves: Array
    """(n_pieces, 2, d)"""


@dataclass(frozen=True, slots=True)
class Figures:
    """What is measured of any subject."""

    tagging: Tagging
    retrieval: Retrieval
    """Short captions, of one to three facts."""
    retrieval_described: Retrieval
    """Descriptions by everything that is known."""
    music_to_music: Retrieval
    """First halves that look for the second half of their own piece."""
    triplets: Mapping[str, Triplets]
    compounds: Mapping[str, Precision]
    drums_left: int
    """Pieces with drums among the ten least like drums."""


def measure(
    subject: Subject,
    sound: Sound,
    pieces: Sequence[Piece],
    labelled: Labelled,
    weights: Weights,
    options: Options,
) -> Figures:
    """Ask one subject everything.

    Parameters
    ----------
    sound : what it heard of the pieces
    labelled : the pieces, as `pieces.label` describes them
    weights : draws of the pieces' works, (resamples, n_pieces)

    """
    facts = [piece.facts for piece in pieces]
    scores = subject.similarity([query.text for query in labelled.queries], sound.whole)
    return Figures(
        tagging=measure_tagging(scores, labelled, weights),
        retrieval=_asked(subject, sound, short_questions(pieces, options.rng), options),
        retrieval_described=_asked(subject, sound, full_questions(pieces), options),
        music_to_music=measure_retrieval(
            subject.centred_audio(sound.halves[:, 0]) @ subject.centred_audio(sound.halves[:, 1]).T,
            np.eye(len(pieces), dtype=bool),
            weights,
        ),
        triplets=_triplets(subject, pieces, options),
        compounds=precision_of_compounds(subject, sound.whole, facts),
        drums_left=drums_left(subject, sound.whole, facts),
    )


def _asked(subject: Subject, sound: Sound, questions: Questions, options: Options) -> Retrieval:
    return measure_retrieval(
        subject.similarity(questions.texts, sound.whole),
        questions.relevant,
        weights_of(questions.works, options.resamples, options.rng),
    )


def _triplets(
    subject: Subject, pieces: Sequence[Piece], options: Options
) -> Mapping[str, Triplets]:
    sets = {
        "words": word_triplets(options.rng),
        "captions": caption_triplets(pieces, options.rng),
        "unseen": unseen_triplets(),
    }
    return {
        name: measure_triplets(subject, triplets, options.resamples, options.rng)
        for name, triplets in sets.items()
        if triplets
    }
