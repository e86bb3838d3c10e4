"""Clips to train and validate a model on: other seeds and other works than what is shipped."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path
from typing import Literal
from zlib import crc32

import numpy as np

from catalogue.arrange import arranged
from catalogue.brief import draw_brief
from catalogue.chance import between, generator, happens, pick, weighted
from catalogue.compose import compose
from catalogue.errors import NoSongs
from catalogue.names import Name
from catalogue.piece import Piece
from catalogue.render import LEVEL_DB, Sound, finish, synthesise
from catalogue.score import Score
from catalogue.scores import Work, read, works
from catalogue.songs import read_song, songs
from catalogue.tracks import Track, write_audio

SAMPLING_RATE = 32_000
QUALITY = 0.3
BATCH = 24
"""Clips that one run of fluidsynth plays."""

KINDS = {"rule": 0.5, "score": 0.3, "song": 0.2}
"""Where clips come from."""

HELD_OUT_SHARE = 5
"""One work in so many is kept from training: by turns for validation and for the test."""

Split = Literal["train", "validation", "test"]

CLIP_STREAM = 1
"""Sets the random numbers of clips apart from those of the shipped catalogue."""


@dataclass(frozen=True, slots=True)
class ClipPlan:
    """Which clips to make."""

    count: int
    seed: int
    soundfonts: tuple[Path, ...]
    out: Path
    midi: Path | None = None
    split: Split = "train"
    """Which works and songs are used; no two splits share one."""


def make_clips(plan: ClipPlan, *, jobs: int) -> Iterator[list[Track]]:
    """Render clips batch by batch into `plan.out`; what is there already is not rendered again.

    Costs about 0.2 s a clip and core.
    """
    starts = range(0, plan.count, BATCH)
    if jobs == 1:
        for start in starts:
            yield make_batch(plan, start)
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        yield from pool.map(make_batch, [plan] * len(starts), starts)


def make_batch(plan: ClipPlan, start: int) -> list[Track]:
    """Render one batch with one soundfont."""
    numbers = range(start, min(start + BATCH, plan.count))
    tracks = [_track(i, draw_clip(plan, i)) for i in numbers]
    missing = [
        (i, track)
        for i, track in zip(numbers, tracks, strict=True)
        if not (plan.out / track.path).exists()
    ]
    if missing:
        soundfont = pick(generator(CLIP_STREAM, plan.seed, start, 1), plan.soundfonts)
        pieces = [track.piece for _, track in missing]
        sounds = synthesise(pieces, soundfont, sampling_rate=SAMPLING_RATE)
        for (i, track), raw in zip(missing, sounds, strict=True):
            rng = generator(CLIP_STREAM, plan.seed, i, 2)
            audio = finish(
                raw.mean(1, keepdims=True), track.piece, draw_sound(rng),
                sampling_rate=SAMPLING_RATE, rng=rng,
            )  # fmt: skip
            write_audio(plan.out / track.path, audio, sampling_rate=SAMPLING_RATE, quality=QUALITY)
    return tracks


def draw_clip(plan: ClipPlan, number: int) -> Piece:
    """Draw the piece of a clip: composed, or arranged from a work that is not shipped."""
    rng = generator(CLIP_STREAM, plan.seed, number, 0)
    kind = weighted(rng, {name: p for name, p in KINDS.items() if plan.midi or name != "song"})
    brief = draw_brief(rng)
    if kind == "rule":
        return compose(brief, rng)
    while True:
        if kind == "song" and plan.midi:
            score = _song(pick(rng, _songs(plan.midi, plan.split)))
        else:
            score = _draw_score(rng, plan.split)
        piece = arranged(score, brief, rng) if score else None
        if piece:
            return piece


def draw_sound(rng: np.random.Generator) -> Sound:
    """Draw a room and the faults of a recording."""
    return Sound(
        room_seconds=between(rng, 0.2, 1.4),
        room=between(rng, 0.02, 0.4),
        tilt_db=between(rng, -4, 4),
        noise_db=between(rng, -75, -52) if happens(rng, 0.4) else None,
        level_db=LEVEL_DB + between(rng, -5, 1),
    )


@lru_cache
def clip_works(split: Split) -> tuple[Work, ...]:
    """List the works that clips may use: none of them is shipped."""
    return tuple(
        work for work in works() if not work.is_for_shipping and split_of(work.opus) == split
    )


def split_of(name: str) -> Split:
    """Return on which side of the split a work or a song lies."""
    place = crc32(f"split {name}".encode())
    if place % HELD_OUT_SHARE:
        return "train"
    return "test" if place // HELD_OUT_SHARE % 2 else "validation"


def _draw_score(rng: np.random.Generator, split: Split) -> Score | None:
    by_folder: dict[str, list[Work]] = {}
    for work in clip_works(split):
        by_folder.setdefault(work.folder, []).append(work)
    folder = weighted(rng, {name: len(group) ** 0.5 for name, group in by_folder.items()})
    return read(pick(rng, by_folder[folder]))


@lru_cache
def _songs(folder: Path, split: Split) -> Sequence[Path]:
    found = [path for path in songs(folder) if split_of(path.name) == split]
    if not found:
        raise NoSongs(folder)
    return found


@lru_cache(maxsize=64)
def _song(path: Path) -> Score | None:
    return read_song(path)


def _track(number: int, piece: Piece) -> Track:
    track_id = f"clip-{number:05d}"
    return Track(track_id, Name(track_id, "clip", "clips", None), piece)
