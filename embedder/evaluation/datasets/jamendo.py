"""MTG-Jamendo: 55,525 full tracks with tags of genre, instrument, mood (Bogdanov et al., 2019).

A split is a file separated by tabs: `TRACK_ID`, `ARTIST_ID`, `ALBUM_ID`, `PATH`, `DURATION` and any
number of `TAGS`, such as `genre---punkrock`. Audio lies by `PATH`, or beside it as `.low.mp3`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from embedder.errors import UnusableAnnotations
from embedder.evaluation.excerpts import Excerpt
from embedder.evaluation.labelled import Labelled, Query

COLUMNS = ["TRACK_ID", "ARTIST_ID", "ALBUM_ID", "PATH", "DURATION", "TAGS"]
"""First line of every split."""

BETWEEN = "---"
"""Parts category and tag."""

SPELLED: Mapping[str, str] = {
    "drumnbass": "drum and bass",
    "edm": "electronic dance music",
    "idm": "intelligent dance music",
    "newwave": "new wave",
    "rnb": "rhythm and blues",
    "rocknroll": "rock and roll",
}
"""Tags that are no words joined together."""

PARTS = (
    "acid|acoustic|age|alternative|ambient|bass|blues|bossa|classic|classical|dark|deep|double|drum"
    "|easy|electric|folk|fusion|guitar|hard|hip|hop|house|instrumental|jazz|listening|machine|new"
    "|nova|organ|piano|pipe|pop|post|punk|rock|singer|songwriter|trip|world"
)
"""Words that tags are joined of."""

TOP50_TAGS = 50
"""A split with tags of several categories and so many tags is that of the top 50."""


@dataclass(frozen=True, slots=True)
class _Row:
    artist: str
    path: str
    tags: frozenset[str]


def read_jamendo(annotations: Path, audio: Path) -> Labelled:
    """Read the tracks of a split file; tracks of one artist are drawn together.

    A track is heard by up to twelve windows of ten seconds, spread evenly.

    Parameters
    ----------
    annotations : such as `autotagging_top50tags-test.tsv`
    audio : the folder that holds the folders 00 to 99

    Raises
    ------
    UnusableAnnotations
        The file is missing, or not in this format.

    """
    try:
        header, *lines = annotations.read_text("utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise UnusableAnnotations(annotations, str(error)) from None
    if header.split("\t") != COLUMNS:
        raise UnusableAnnotations(annotations, f"its first line is {header[:80]!r}")
    rows = [_row(annotations, number, line) for number, line in enumerate(lines, 2) if line]
    if not rows:
        raise UnusableAnnotations(annotations, "it lists no track")
    tags = sorted({tag for row in rows for tag in row.tags})
    return Labelled(
        clips=tuple(Excerpt(_audio_of(audio, row.path)) for row in rows),
        works=tuple(row.artist for row in rows),
        queries=tuple(
            Query(tag, text_of(tag), np.array([tag in row.tags for row in rows])) for tag in tags
        ),
        kinds=_kinds(tags),
    )


def text_of(tag: str) -> str:
    """Return a tag as people would write it.

    >>> text_of("instrument---acousticguitar")
    'acoustic guitar'
    """
    name = tag.partition(BETWEEN)[2]
    if re.fullmatch(f"({PARTS}){{2,}}", name):
        name = " ".join(_words(name))
    return SPELLED.get(name, name)


def _words(name: str) -> Sequence[str]:
    """Split into words of `PARTS`; the longest that leaves a whole is right."""
    for word in sorted(PARTS.split("|"), key=len, reverse=True):
        rest = name.removeprefix(word)
        if not rest:
            return [word]
        if rest != name and re.fullmatch(f"({PARTS})+", rest):
            return [word, *_words(rest)]
    return [name]


def _row(annotations: Path, number: int, line: str) -> _Row:
    fields = line.split("\t")
    if len(fields) < len(COLUMNS) or not all(BETWEEN in tag for tag in fields[5:]):
        raise UnusableAnnotations(annotations, f"line {number} is {line[:80]!r}")
    return _Row(artist=fields[1], path=fields[3], tags=frozenset(fields[5:]))


def _audio_of(audio: Path, path: str) -> Path:
    low = (audio / path).with_suffix(".low.mp3")
    return low if low.is_file() else audio / path


def _kinds(tags: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the set that the tags are, as publications call it, and its categories."""
    categories: dict[str, tuple[str, ...]] = {}
    for tag in tags:
        category = tag.partition(BETWEEN)[0]
        categories[category] = (*categories.get(category, ()), tag)
    if len(categories) == 1:
        return categories
    return {"top50" if len(tags) <= TOP50_TAGS else "all": tuple(tags), **categories}
