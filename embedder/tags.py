"""Audio file -> what people know it by: title, artist, album, genre, year, duration."""

import re
from collections.abc import Iterator
from math import isfinite
from pathlib import Path
from struct import error as StructError
from typing import Any

import mutagen
import mutagen.id3
from mutagen import MutagenError

from schemas.vectors import TrackInfo

id3: Any = mutagen.id3
"""mutagen has no types."""

FIELDS = {
    "title": ("title", "TIT2", "Title"),
    "artist": ("artist", "albumartist", "TPE1", "TPE2", "Author", "WM/AlbumArtist"),
    "album": ("album", "TALB", "WM/AlbumTitle"),
    "genre": ("genre", "TCON", "WM/Genre"),
    "year": ("date", "year", "originaldate", "TDRC", "TDOR", "WM/Year"),
}
"""Where each field is found: Vorbis, APE and "easy" names first, then the ID3 frames of WAV and
AIFF, then what Windows Media calls them."""

LONGEST = 500
"""Characters kept of a tag."""

LOOKED_AT = 10 * LONGEST
"""Characters of a tag that are looked at: a title of a megabyte is no title."""

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
    genre = genre_in(found["genre"])[:LONGEST_GENRE].rstrip()
    return TrackInfo(
        title=found["title"] or cleaned(path.stem) or cleaned(path.name),
        artist=found["artist"] or None,
        album=found["album"] or None,
        genre=genre or None,
        year=year_in(found["year"]) or year_in(_old_year(file, path)),
        duration_seconds=_duration(file),
    )


def cleaned(text: str) -> str:
    r"""Return printable text on one line, at most `LONGEST` characters; what is not is replaced.

    >>> cleaned("  Blue\x00  in\nGreen ")
    'Blue in Green'
    """
    whole = text[:LOOKED_AT].encode(errors="replace").decode()
    printable = "".join(char if char.isprintable() else " " for char in whole)
    return " ".join(printable.split())[:LONGEST].rstrip()


def genre_in(text: str) -> str:
    """Return a genre's name; it may be written as its number in the list of ID3v1.

    >>> [genre_in(text) for text in ("Jazz", "(17)", "17", "(4)Eurodisco", "(255)")]
    ['Jazz', 'Rock', 'Rock', 'Disco', '']
    """
    names = id3.TCON(encoding=id3.Encoding.UTF8, text=[text]).genres
    return next((name for name in names if name != "Unknown"), "")


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
        yield from [cleaned(str(text)) for text in value]
    except BROKEN:
        return


def _old_year(file: Any, path: Path) -> str:
    """Return the year frame of ID3v2.3 as it is written; mutagen drops what is not all digits."""
    if not hasattr(file, "ID3"):
        return ""
    try:
        frames = id3.ID3(path, translate=False).getall("TYER")
    except BROKEN:
        return ""
    return " ".join(cleaned(str(frame)) for frame in frames)


def _duration(file: Any) -> float | None:
    seconds = getattr(getattr(file, "info", None), "length", None)
    if not isinstance(seconds, int | float) or not isfinite(seconds) or seconds <= 0:
        return None
    return round(float(seconds), 3) or None
