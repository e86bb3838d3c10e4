"""Folder of music -> its tracks: found, told apart by content, named by their tags."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG

from embedder.audio.content import content_hash as content_hash
from embedder.errors import NoMusic
from embedder.tags import read_info
from schemas.vectors import TrackInfo

SUFFIXES = frozenset(
    (
        ".aac .aif .aifc .aiff .ape .au .caf .flac .m4a .m4b .m4p .mka .mp2 .mp3 .mpc .oga .ogg "
        ".opus .tta .w64 .wav .weba .webm .wma .wv"
    ).split()
)
"""What counts as music, in any case; whether it decodes is another question."""

LONGEST_PATH = 2_000
"""Characters; a longer path does not fit the record."""


@dataclass(frozen=True, slots=True)
class MusicFile:
    """A track on disk.

    `track_id` comes from the sound in the file: moved, renamed or tagged anew it stays the same
    track, and need not be embedded again. Coded anew it is another one, which
    `embedder.duplicates` finds.
    """

    track_id: str
    content: str
    """Hash of the encoded sound without the tags, 32 hexadecimal digits."""
    path: Path
    info: TrackInfo


@dataclass(frozen=True, slots=True)
class Copy:
    """A file with the same sound, bit for bit, as one that came before; its tags may differ."""

    path: Path
    of: Path


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file or folder that was passed over, and why."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class Music:
    """What a folder holds, each part sorted by path."""

    files: tuple[MusicFile, ...]
    copies: tuple[Copy, ...]
    unreadable: tuple[Unreadable, ...]


def read_folder(folder: Path) -> Music:
    """Return the tracks of a folder and of all folders in it; reads every file once.

    Costs one reading of the disk: for progress on a large library, chain `find_music` and
    `identify` yourself.

    Raises
    ------
    NoMusic
        The folder is missing, is no folder, may not be read, or holds no music.

    """
    paths, closed = find_music(folder)
    found = tuple(identify(paths))
    unreadable = [*closed, *(item for item in found if isinstance(item, Unreadable))]
    return Music(
        files=tuple(item for item in found if isinstance(item, MusicFile)),
        copies=tuple(item for item in found if isinstance(item, Copy)),
        unreadable=tuple(sorted(unreadable, key=lambda item: item.path)),
    )


def find_music(folder: Path) -> tuple[tuple[Path, ...], tuple[Unreadable, ...]]:
    """Return the music files below a folder, sorted, and the folders that may not be read.

    Follows links, each folder once, so a loop of links ends. Hidden files and folders (their
    names begin with a dot) are left out. Reads no file.

    Raises
    ------
    NoMusic
        The folder is missing, is no folder, may not be read, or holds no music.

    """
    root = Path(os.path.abspath(folder))
    _check_folder(root)
    closed: list[OSError] = []
    paths = tuple(sorted(_music_below(root, closed)))
    unreadable = tuple(Unreadable(Path(error.filename), _reason(error)) for error in closed)
    if not paths:
        shut = f", {len(unreadable)} folders in it may not be read" if unreadable else ""
        raise NoMusic(folder, f"it holds no file ending in {', '.join(sorted(SUFFIXES))}{shut}")
    return paths, unreadable


def identify(paths: Iterable[Path]) -> Iterator[MusicFile | Copy | Unreadable]:
    """Yield, for each path in turn, what it is; the first of equal files is the track.

    Reads every file once, to its end: see `content_hash`.
    """
    first: dict[str, Path] = {}
    for path in paths:
        try:
            _check_path(path)
            content = content_hash(path)
        except OSError as error:
            yield Unreadable(path, _reason(error))
            continue
        if content in first:
            yield Copy(path, of=first[content])
            continue
        first[content] = path
        yield MusicFile(track_id=content, content=content, path=path, info=read_info(path))


def _check_folder(root: Path) -> None:
    try:
        with os.scandir(root):
            return
    except FileNotFoundError:
        raise NoMusic(root, "there is no such folder") from None
    except NotADirectoryError:
        raise NoMusic(root, "it is a file; give the folder that it is in") from None
    except OSError as error:
        raise NoMusic(root, _reason(error)) from None


def _music_below(root: Path, closed: list[OSError]) -> Iterator[Path]:
    seen: set[tuple[int, int]] = set()
    for here, folders, names in os.walk(root, onerror=closed.append, followlinks=True):
        try:
            status = os.stat(here)
        except OSError as error:  # it was there a moment ago
            closed.append(error)
            folders.clear()
            continue
        if (identity := (status.st_dev, status.st_ino)) in seen:
            folders.clear()
            continue
        seen.add(identity)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(here, name) for name in names if _is_music(name))


def _is_music(name: str) -> bool:
    return not name.startswith(".") and Path(name).suffix.lower() in SUFFIXES


def _check_path(path: Path) -> None:
    """Refuse what cannot be named in a record, and what would block when opened (a pipe)."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        raise OSError("its name is not UTF-8; rename it") from None
    if len(str(path)) > LONGEST_PATH:
        raise OSError(f"its path is longer than {LONGEST_PATH} characters")
    if not S_ISREG(path.stat().st_mode):
        raise OSError("it is no regular file")


def _reason(error: OSError) -> str:
    return error.strerror or str(error)
