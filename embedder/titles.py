"""Title and artist -> which song it is, whatever version: live, remastered, with a guest."""

import re
from typing import NamedTuple
from unicodedata import combining, normalize

from schemas.vectors import TrackInfo

VERSION_WORDS = (
    "acoustic|alternate|bonus|clean|club|cover|demo|edit|explicit|extended|instrumental|karaoke|"
    "live|mix|mono|original|outtake|radio|reissue|remaster|remastered|remix|rerecorded|session|"
    "single|stereo|take|unplugged|version"
)
"""What a version is told apart by, in brackets or after a dash."""

BRACKETED = re.compile(rf"[(\[][^)\]]*\b(?:{VERSION_WORDS})\b[^)\]]*[)\]]")
DASHED = re.compile(rf"\s[-\N{{EN DASH}}]\s[^-]*\b(?:{VERSION_WORDS})\b.*$")
GUEST = re.compile(r"[\s(\[]+(?:feat|ft|featuring)\b.*$")
NUMBER = re.compile(r"^(?:\d{1,2}-)?(?:0\d|\d{1,3}\s*[-.])[\s._-]*(?=\S)")
"""A track's number before its title, as file names have it."""

NAMELESS = re.compile(
    r"(?:audio ?track|intro|interlude|outro|skit|titel|piste|pista|track|unknown|untitled)?\s*\d*"
)
"""Titles that any number of songs have."""


class Song(NamedTuple):
    """What the versions of a song share."""

    artist: str
    """"" if nobody is named."""
    title: str


def song_of(info: TrackInfo) -> Song | None:
    """Return which song a track is by its tags, None if its title tells nothing.

    >>> song_of(TrackInfo(title="Heroes (2017 Remaster)", artist="David Bowie"))
    Song(artist='david bowie', title='heroes')
    >>> song_of(TrackInfo(title="04 - Héroes - Live at Earls Court", artist="DAVID BOWIE"))
    Song(artist='david bowie', title='heroes')
    >>> song_of(TrackInfo(title="Track 04"))
    """
    title = NUMBER.sub("", _plain(info.title))
    for version in (GUEST, BRACKETED, DASHED):
        title = version.sub("", title)
    title = _words(title)
    if NAMELESS.fullmatch(title):
        return None
    return Song(_words(GUEST.sub("", _plain(info.artist or ""))), title)


def _plain(text: str) -> str:
    """Return the text without accents and case."""
    return "".join(c for c in normalize("NFKD", text.casefold()) if not combining(c))


def _words(text: str) -> str:
    """Return the letters and digits of a text, with single spaces."""
    return " ".join(re.findall(r"\w+", text.replace("&", " and ").replace("'", "")))
