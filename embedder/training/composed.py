"""Clips of known truth -> recordings with the texts that people could have written of them.

So the patent's towers can be tried, and their trainer tested, on music that `python -m catalogue`
makes, with no text of anybody.
"""

from pathlib import Path

import numpy as np

from embedder.corpus.records import Recording, Texts
from embedder.training.chance import Purpose, generator
from embedder.truth.captions import caption_for, truth_of
from embedder.truth.clips import Clip, read_clips
from embedder.truth.words import WORDS

SENTENCES = 4
"""Descriptions drawn of a clip."""

TITLES = 2
"""Playlist titles drawn of a clip."""


def read_composed(folder: Path, seed: int) -> tuple[Recording, ...]:
    """Read a folder of clips and draw texts of every source for each, the same for a seed.

    Raises
    ------
    UnusableClips
        The folder has no listing that can be read.

    """
    return tuple(
        Recording(clip.path, _texts(clip, generator(seed, Purpose.TEXTS, row)))
        for row, clip in enumerate(read_clips(folder))
    )


def _texts(clip: Clip, rng: np.random.Generator) -> Texts:
    truth = truth_of(clip.facts)
    labels = tuple(sorted(name for name, value in truth.items() if value > 0))
    known = frozenset(labels)
    return Texts(
        sf=tuple(str(rng.choice(WORDS[name])) for name in labels),
        lf=tuple(
            f"{caption_for(truth, known, rng).text}. {caption_for(truth, known, rng).text}."
            for _ in range(SENTENCES)
        ),
        pl=tuple(caption_for(truth, known, rng).text for _ in range(TITLES)),
        labels=labels,
    )
