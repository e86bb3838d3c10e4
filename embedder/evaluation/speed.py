"""How long a recording and a text take, on one core."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from embedder.errors import UndecodableAudio
from embedder.evaluation.excerpts import Excerpt, read_excerpt
from embedder.evaluation.subject import Subject

TIMED_CLIPS = 20
"""Recordings timed, spread over the set."""

TIMED_TEXTS = 20
"""Texts timed, new to every cache."""

TIMED_TEXT = "something calm with piano, number {}"
"""About as long as what people ask for."""


@dataclass(frozen=True, slots=True)
class Speed:
    """Medians, in milliseconds. A space holds torch to one thread, so these are of one core."""

    clip_ms: float
    """To decode, resample and embed one file."""
    text_ms: float
    """To embed a new text."""
    text_cached_ms: float
    """To embed a text that was embedded before."""


def measure_speed(subject: Subject, excerpts: Sequence[Excerpt]) -> Speed:
    """Time files, new texts and known texts; the first of each, which loads things, is left out."""
    rows = np.linspace(0, len(excerpts) - 1, min(TIMED_CLIPS, len(excerpts))).astype(int)
    clips = [partial(_embed, subject, excerpts[row]) for row in rows]
    texts = [
        partial(subject.encode_text, [TIMED_TEXT.format(number)]) for number in range(TIMED_TEXTS)
    ]
    return Speed(
        clip_ms=_median_ms([clips[0], *clips]),
        text_ms=_median_ms([partial(subject.encode_text, ["drums"]), *texts]),
        text_cached_ms=_median_ms([texts[0], *texts]),
    )


def _embed(subject: Subject, excerpt: Excerpt) -> None:
    try:
        subject.encode_windows(read_excerpt(excerpt, subject.framing))
    except UndecodableAudio:
        return  # it is reported where the vectors are made


def _median_ms(calls: Sequence[Callable[[], object]]) -> float:
    seconds = []
    for call in calls:
        started = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - started)
    return 1000 * float(np.median(seconds[1:]))
