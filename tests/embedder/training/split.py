"""The shipped catalogue in two folders of clips that share no work."""

import json
from pathlib import Path
from zlib import crc32

import catalogue

CATALOGUE = Path(catalogue.__file__).parent

HELD_OUT = 5
"""One work in so many is held out."""


def split_catalogue(folder: Path, most: int | None = None) -> tuple[Path, Path]:
    """Write listings of the tracks to train on and of those held out; the audio stays."""
    lines = (CATALOGUE / "tracks.jsonl").read_text("utf-8").splitlines()
    parts: tuple[list[str], list[str]] = ([], [])
    for track in map(json.loads, lines):
        track["path"] = str(CATALOGUE / track["path"])
        work = crc32((track["work"] or track["track_id"]).encode())
        parts[work % HELD_OUT == 0].append(json.dumps(track))
    folders = folder / "training", folder / "validation"
    for part, chosen in zip(folders, parts, strict=True):
        part.mkdir(parents=True)
        (part / "tracks.jsonl").write_text("\n".join(chosen[:most]), "utf-8")
    return folders
