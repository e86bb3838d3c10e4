"""First bytes of a file -> which decoder it takes; suffixes lie."""

from dataclasses import dataclass
from typing import BinaryIO

ID3_HEADER = 10
"""Bytes before an ID3v2 tag's frames."""

HEAD = 16
"""Bytes that tell a format."""


@dataclass(frozen=True, slots=True)
class Format:
    """A format that libsndfile does not read and FFmpeg does."""

    name: str
    """As people know it."""
    demuxer: str
    """As FFmpeg knows it: named, so that FFmpeg does not guess. Its guesses include playlists,
    which would make it open other files and addresses."""


BEYOND_LIBSNDFILE = (
    (4, b"ftyp", Format("MPEG-4", "mov")),
    (0, b"\x1a\x45\xdf\xa3", Format("WebM", "matroska")),
    (0, bytes.fromhex("3026b2758e66cf11"), Format("Windows Media", "asf")),
    (0, b"MAC ", Format("Monkey's Audio", "ape")),
    (0, b"wvpk", Format("WavPack", "wv")),
    (0, b"TTA1", Format("True Audio", "tta")),
    (0, b"MPCK", Format("Musepack", "mpc8")),
    (0, b"MP+", Format("Musepack", "mpc")),
)
"""Where the signature stands, the signature, the format."""

ADTS = Format("AAC", "aac")
"""A bare AAC stream; twelve sync bits, then a layer of 00, which no MP3 has."""


def beyond_libsndfile(file: BinaryIO) -> Format | None:
    """Return the format of an open file if it is none for libsndfile; moves the position.

    >>> from io import BytesIO
    >>> beyond_libsndfile(BytesIO(b"....ftypM4A ")).name
    'MPEG-4'
    >>> beyond_libsndfile(BytesIO(b"RIFF....WAVE"))
    """
    file.seek(end_of_id3(file))
    head = file.read(HEAD)
    for place, signature, format in BEYOND_LIBSNDFILE:
        if head[place : place + len(signature)] == signature:
            return format
    return ADTS if head[:1] == b"\xff" and len(head) > 1 and head[1] & 0xF6 == 0xF0 else None


def looks_like_mpeg(file: BinaryIO, suffix: str) -> bool:
    """Say whether libsndfile will try its MPEG decoder (mpg123); moves the position."""
    file.seek(0)
    head = file.read(3)
    sync = head[:1] == b"\xff" and len(head) > 1 and head[1] & 0xE0 == 0xE0
    return head == b"ID3" or sync or suffix.lower() in (".mp3", ".mp2")


def end_of_id3(file: BinaryIO) -> int:
    """Return where the ID3v2 tags at the start of a file end, 0 without any; moves the position."""
    end = 0
    while True:
        file.seek(end)
        header = file.read(ID3_HEADER)
        if len(header) < ID3_HEADER or header[:3] != b"ID3" or max(header[6:]) > 0x7F:
            return end
        size = sum(byte << shift for byte, shift in zip(header[6:], (21, 14, 7, 0), strict=True))
        footer = ID3_HEADER if header[5] & 0x10 else 0
        end += ID3_HEADER + size + footer
