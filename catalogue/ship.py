"""The catalogue that ships with upnext: which pieces there are, and rendering them.

Groups make sure that a listener finds enough of each character; within a group everything else
is left to chance. A piece is drawn again until its facts keep what its group promises.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from zlib import crc32

import numpy as np

from catalogue.arrange import arranged
from catalogue.brief import Wish, draw_brief
from catalogue.chance import between, generator, pick, weighted
from catalogue.compose import compose
from catalogue.facts import Facts, facts_of
from catalogue.names import Name, draw_names
from catalogue.piece import Piece
from catalogue.progress import Progress
from catalogue.render import Audio, Sound, finish, synthesise
from catalogue.scores import Work, claims_rights, read, works
from catalogue.styles import STYLES
from catalogue.tracks import Track, tags_of, write_audio, write_list

SEED = 2024
SHIP_STREAM = 0
"""Sets the random numbers of the catalogue apart from those of clips."""

SAMPLING_RATE = 32_000
QUALITY = 0.0
"""About 61 kB a piece in mono, 17 MB in all."""

BATCH = 32
"""Pieces that one run of fluidsynth plays; loading its soundfont takes seconds."""


SHORT = ("bach", "ryansMammoth")
"""Folders of works that are hardly longer than a piece."""

LONG_WORK_EXCERPTS = 3
"""How many pieces may come from one movement of a longer work."""


Shelf = dict[str, list[Work]]
"""Works that are not used yet, by folder; long ones lie there more than once."""


@dataclass(frozen=True, slots=True)
class Group:
    """So many pieces of one character."""

    size: int
    wish: Wish
    promise: Callable[[Facts], bool]


def _fast_and_loud(facts: Facts) -> bool:
    return facts.tempo == "fast" and facts.loudness == "loud" and facts.energy == "high"


def _calm(facts: Facts) -> bool:
    return facts.energy == "low" and facts.tempo != "fast" and not facts.drums


def _clean(facts: Facts) -> bool:
    return "distorted guitar" not in facts.instruments


def _in_minor(facts: Facts) -> bool:
    return facts.mode == "minor"


def _anything(_: Facts) -> bool:
    return True


LEADS: tuple[tuple[str, ...], ...] = (
    ("piano",),
    ("acoustic guitar",),
    ("electric guitar",),
    ("violin", "cello", "strings"),
    ("trumpet", "trombone", "french horn", "brass section"),
    ("flute", "recorder", "pan flute"),
    ("clarinet", "oboe", "saxophone", "harmonica", "bassoon"),
    ("organ", "accordion"),
    ("synth lead", "synth pad"),
    ("choir",),
    ("electric piano", "harpsichord"),
    ("vibraphone", "marimba", "music box", "kalimba", "steel drums"),
    ("harp", "sitar", "banjo"),
    ("distorted guitar",),
)
"""Leads of the mixed groups, in turn."""

FAST_AND_LOUD = Wish(tempo="fast", touch="loud")
CALM = Wish(touch="quiet", drums=False, calm_company=True)

GROUPS: tuple[Group, ...] = (
    Group(24, replace(FAST_AND_LOUD, leads=("distorted guitar",)), _fast_and_loud),
    Group(34, FAST_AND_LOUD, lambda facts: _fast_and_loud(facts) and _clean(facts)),
    Group(26, replace(CALM, leads=("piano",)), _calm),
    Group(26, CALM, _calm),
    *(Group(4, Wish(leads=leads, drums=True), _anything) for leads in LEADS),
    *(Group(3, Wish(leads=leads, drums=False), _anything) for leads in LEADS),
    *(Group(2, Wish(leads=leads, mode="minor"), _in_minor) for leads in LEADS),
    *(Group(2, Wish(style=style), _anything) for style in STYLES),
)
"""What the catalogue consists of: 276 pieces."""

SCORE_SHARE = 0.55
"""Part of the pieces that is arranged from public-domain scores."""


def draw_catalogue() -> list[Track]:
    """Draw every piece of the catalogue with its name; the same each time."""
    promised = [group for group in GROUPS for _ in range(group.size)]
    shelf = _shelf()
    pieces = [draw_piece(group, number, shelf) for number, group in enumerate(promised)]
    names = draw_names([piece.style for piece in pieces], generator(SHIP_STREAM, SEED))
    tracks = [Track(_slug(name), name, piece) for name, piece in zip(names, pieces, strict=True)]
    return sorted(tracks, key=lambda track: track.track_id)


def draw_piece(group: Group, number: int, shelf: Shelf) -> Piece:
    """Draw until the promise is kept; a score that is used is taken from the shelf."""
    from_score = generator(SHIP_STREAM, SEED, number, 0).random() < SCORE_SHARE
    rngs = (generator(SHIP_STREAM, SEED, number, attempt) for attempt in count(1))
    drawn = (_attempt(group.wish, rng, shelf if from_score else None) for rng in rngs)
    piece = next(piece for piece in drawn if piece and group.promise(facts_of(piece)))
    if piece.origin.work:
        work = Work(piece.origin.work)
        shelf[work.folder].remove(work)
    return piece


def _attempt(wish: Wish, rng: np.random.Generator, shelf: Shelf | None) -> Piece | None:
    brief = draw_brief(rng, wish)
    if shelf is None:
        return compose(brief, rng)
    score = read(_chosen(rng, shelf))
    return arranged(score, brief, rng) if score else None


def render_catalogue(soundfont: Path, out: Path) -> None:
    """Render into `out` what is not there yet; about three minutes on one core.

    Delete `out/audio` to render everything anew, as after a change of the soundfont.
    """
    tracks = draw_catalogue()
    missing = [track for track in tracks if not (out / track.path).exists()]
    with Progress("pieces", len(missing)) as progress:
        for start in range(0, len(missing), BATCH):
            for track, audio in _rendered(missing[start : start + BATCH], soundfont):
                write_audio(
                    out / track.path,
                    audio,
                    sampling_rate=SAMPLING_RATE,
                    quality=QUALITY,
                    tags=tags_of(track),
                )
                progress.advance()
    write_list(out, tracks)


def _rendered(tracks: Sequence[Track], soundfont: Path) -> Iterator[tuple[Track, Audio]]:
    pieces = [track.piece for track in tracks]
    raw = synthesise(pieces, soundfont, sampling_rate=SAMPLING_RATE)
    for track, audio in zip(tracks, raw, strict=True):
        rng = generator(SHIP_STREAM, SEED, crc32(track.track_id.encode()))
        sound = Sound(room_seconds=between(rng, 0.4, 1.2), room=between(rng, 0.05, 0.25))
        mono = audio.mean(1, keepdims=True)
        yield track, finish(mono, track.piece, sound, sampling_rate=SAMPLING_RATE, rng=rng)


def _shelf() -> Shelf:
    """Return the works that may be shipped."""
    shelf: Shelf = {}
    for work in works():
        if work.is_for_shipping and not claims_rights(work):
            copies = 1 if work.folder in SHORT else LONG_WORK_EXCERPTS
            shelf.setdefault(work.folder, []).extend([work] * copies)
    return shelf


def _chosen(rng: np.random.Generator, shelf: Shelf) -> Work:
    """Choose a work; small folders are reached for more often than their size says."""
    folder = weighted(rng, {name: len(group) ** 0.5 for name, group in shelf.items() if group})
    return pick(rng, shelf[folder])


def _slug(name: Name) -> str:
    return name.title.lower().replace(" ", "-")
