"""Audio file -> what people know it by: title, artist, album, genre, year, duration."""

import re
from collections.abc import Iterator
from math import isfinite
from pathlib import Path
from struct import error as StructError
from typing import Any

import mutagen
from mutagen import MutagenError

from schemas.vectors import TrackInfo

FIELDS = {
    "title": ("title", "TIT2"),
    "artist": ("artist", "albumartist", "TPE1", "TPE2"),
    "album": ("album", "TALB"),
    "genre": ("genre", "TCON"),
    "year": ("date", "year", "originaldate", "TDRC", "TDOR"),
}
"""Where each field is found: Vorbis and "easy" names first, then the ID3 frames of WAV and AIFF."""

LONGEST = 500
"""Characters kept of a tag."""

LONGEST_GENRE = 200
"""Characters kept of a genre."""

BROKEN = (
    MutagenError,
    ArithmeticError,
    EOFError,
    LookupError,
    OSError,
    StructError,
    TypeError,
    ValueError,
)
"""What mutagen raises on damaged files; the audio may be sound all the same."""


def read_info(path: Path) -> TrackInfo:
    """Read the tags of an audio file; what is missing or damaged is None.

    The title falls back to the name of the file. Never fails: a file that is no audio at all has
    a title and nothing else.
    """
    file = _opened(path)
    found = {name: _first(file, keys) for name, keys in FIELDS.items()}
    return TrackInfo(
        title=found["title"] or cleaned(path.stem) or cleaned(path.name),
        artist=found["artist"] or None,
        album=found["album"] or None,
        genre=found["genre"][:LONGEST_GENRE].rstrip() or None,
        year=year_in(found["year"]),
        duration_seconds=_duration(file),
    )


def cleaned(text: str) -> str:
    r"""Return printable text on one line, at most `LONGEST` characters; what is not is replaced.

    >>> cleaned("  Blue\x00  in\nGreen ")
    'Blue in Green'
    """
    whole = text.encode(errors="replace").decode()
    printable = "".join(char if char.isprintable() else " " for char in whole)
    return " ".join(printable.split())[:LONGEST].rstrip()


def year_in(text: str) -> int | None:
    """Return the year in however people write a date.

    >>> [year_in(text) for text in ("1959", "17.8.1959", "19590817", "c. 1959?", "59", "0000")]
    [1959, 1959, 1959, 1959, None, None]
    """
    for digits in re.findall(r"(?<![0-9])([0-9]{4})(?:[0-9]{4})?(?![0-9])", text):
        if 1000 <= int(digits) <= 2200:
            return int(digits)
    return None


def _opened(path: Path) -> Any:
    """Return mutagen's view of a file, or None for a file that it cannot read."""
    try:
        return mutagen.File(path, easy=True)
    except BROKEN:
        return None


def _first(file: Any, keys: tuple[str, ...]) -> str:
    """Return the first text under any of the keys that says something, or ""."""
    return next((text for key in keys for text in _texts(file, key) if text), "")


def _texts(file: Any, key: str) -> Iterator[str]:
    if file is None or file.tags is None:
        return
    try:
        value = file.tags.get(key) or []
        # A genre frame may hold the numbers of an old list; `genres` are their names.
        texts = getattr(value, "genres", value)
        yield from [cleaned(str(text)) for text in texts]
    except BROKEN:
        return


def _duration(file: Any) -> float | None:
    seconds = getattr(getattr(file, "info", None), "length", None)
    if not isinstance(seconds, int | float) or not isfinite(seconds) or seconds <= 0:
        return None
    return round(float(seconds), 3) or None
