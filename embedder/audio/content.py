"""File -> hash of the sound in it, tags left out: a track that is tagged anew stays the same.

The encoded bytes are hashed, not the decoded samples: decoding takes twenty to fifty times as long,
and another release of a decoder would name every track anew. Where tags lie is known of MP3
and its like, FLAC, OGG, MPEG-4, WAV and AIFF; of WMA and WebM, and where there is hardly any
sound, every byte counts.
"""

import os
from collections.abc import Iterator
from hashlib import blake2b
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, Literal

from mutagen import MutagenError, ogg

from embedder.audio.formats import end_of_id3

DIGEST_BYTES = 16
"""Of a hash: two tracks of a million collide with a chance of 1e-27."""

CHUNK_BYTES = 1 << 20
"""Read at a time while hashing, so that memory does not grow with the file."""

LEAST_SOUND = 4_096
"""Bytes; with less a file is all headers, and those of broken files are alike."""

Pieces = Iterator[bytes]

read_page: Any = ogg.OggPage
"""Reads the page that begins where a file stands; mutagen has no types."""


def content_hash(path: Path) -> str:
    """Return the BLAKE2b hash of a file's encoded sound, in hexadecimal: what a track is known by.

    Equal for files that differ in tags, pictures and padding alone. Costs one reading: of what is
    in memory three seconds per gigabyte, ten of OGG.

    Raises
    ------
    OSError
        The file cannot be read.

    """
    with path.open("rb") as file:
        digest, size = _hash(_sound(file))
        if size < LEAST_SOUND:
            digest, _ = _hash(_bytes(file, 0, _length(file)))
    return digest


def _hash(pieces: Pieces) -> tuple[str, int]:
    digest, size = blake2b(digest_size=DIGEST_BYTES), 0
    for piece in pieces:
        digest.update(piece)
        size += len(piece)
    return digest.hexdigest(), size


def _sound(file: BinaryIO) -> Pieces:
    """Return the bytes of an open file that are sound, or tell how it is coded."""
    start = end_of_id3(file)
    file.seek(start)
    head = file.read(12)
    if head[:4] == b"OggS":
        return _ogg(file, start)
    if head[:4] == b"fLaC":
        return _flac(file, start + 4)
    if head[4:8] == b"ftyp":
        return _mpeg4(file)
    if head[:4] == b"RIFF":
        return _chunks(file, (b"fmt ", b"data"), "little")
    if head[:4] == b"FORM":
        return _chunks(file, (b"COMM", b"SSND"), "big")
    return _bare(file, start)


def _ogg(file: BinaryIO, start: int) -> Pieces:
    """Yield all packets but the second of each stream, which holds the tags.

    Packets, not pages: a longer tag moves the page borders and changes every page's number.
    """
    packets: dict[int, int] = {}
    file.seek(start)
    place = start
    try:
        while True:
            page = read_page(file)
            place = file.tell()
            for number, packet in enumerate(page.packets, start=1):
                complete = packets.get(page.serial, 0)
                if complete != 1:
                    yield packet
                if number < len(page.packets) or page.complete:
                    packets[page.serial] = complete + 1
    except EOFError:
        return
    except MutagenError:
        yield from _bytes(file, place, _length(file))


def _flac(file: BinaryIO, place: int) -> Pieces:
    """Yield STREAMINFO, the first block of metadata, and the frames, which follow the last."""
    last = False
    while not last:
        file.seek(place)
        header = file.read(4)
        if len(header) < 4:
            return
        last = bool(header[0] & 0x80)
        following = place + 4 + int.from_bytes(header[1:], "big")
        if header[0] & 0x7F == 0:
            yield from _bytes(file, place + 4, following)
        place = following
    yield from _bare(file, place)


def _mpeg4(file: BinaryIO) -> Pieces:
    """Yield what is in the `mdat` atoms."""
    place, length = 0, _length(file)
    while place < length:
        file.seek(place)
        header = file.read(16)
        size, begin = int.from_bytes(header[:4], "big"), place + 8
        if size == 1:
            size, begin = int.from_bytes(header[8:], "big"), place + 16
        end = place + size if size else length
        if end < begin:
            return
        if header[4:8] == b"mdat":
            yield from _bytes(file, begin, end)
        place = end


def _chunks(file: BinaryIO, kept: tuple[bytes, bytes], order: Literal["little", "big"]) -> Pieces:
    """Yield two kinds of the chunks of a RIFF or IFF file."""
    place, length = 12, _length(file)
    while place < length:
        file.seek(place)
        header = file.read(8)
        begin = place + 8
        end = begin + int.from_bytes(header[4:], order)
        if header[:4] in kept:
            yield from _bytes(file, begin, end)
        place = end + end % 2


def _bare(file: BinaryIO, start: int) -> Pieces:
    """Yield what lies between the tags at the start and those at the end."""
    pieces = _bytes(file, start, _without_last_tags(file, start))
    first = next(pieces, b"")
    return chain([first.lstrip(b"\0")], pieces)


def _without_last_tags(file: BinaryIO, start: int) -> int:
    """Return where the ID3v1, APEv2 and Lyrics3 tags at the end of a file begin."""
    end = _length(file)
    while (tag := _last_tag(file, end)) and end - tag >= start:
        end -= tag
    return end


def _last_tag(file: BinaryIO, end: int) -> int:
    """Return the length of the tag that ends here, 0 if none does."""
    if _read(file, end - 128, 3) == b"TAG":
        return 128
    ape = _read(file, end - 32, 32)
    if ape[:8] == b"APETAGEX":
        return int.from_bytes(ape[12:16], "little") + (32 if ape[23] & 0x80 else 0)
    lyrics = _read(file, end - 15, 15)
    if lyrics[6:] == b"LYRICS200" and lyrics[:6].isdigit():
        return int(lyrics[:6]) + len(lyrics)
    return 0


def _read(file: BinaryIO, place: int, count: int) -> bytes:
    file.seek(max(0, place))
    return file.read(count)


def _bytes(file: BinaryIO, begin: int, end: int) -> Pieces:
    """Yield a span of a file, a chunk at a time, as far as it goes."""
    file.seek(begin)
    while begin < end and (piece := file.read(min(CHUNK_BYTES, end - begin))):
        yield piece
        begin += len(piece)


def _length(file: BinaryIO) -> int:
    return os.fstat(file.fileno()).st_size
