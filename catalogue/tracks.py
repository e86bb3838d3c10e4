"""Audio and its record -> files: OGG Vorbis with tags, and one line in `tracks.jsonl`."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import soundfile

from catalogue.facts import facts_of
from catalogue.names import Name
from catalogue.piece import SECONDS, Piece
from catalogue.render import Audio

TRACKS = "tracks.jsonl"
"""The list of all pieces in a folder, one JSON record a line."""


@dataclass(frozen=True, slots=True)
class Track:
    """A piece with its id and its made-up name."""

    track_id: str
    name: Name
    piece: Piece

    @property
    def path(self) -> str:
        """Where its audio lies, relative to `tracks.jsonl`."""
        return f"audio/{self.track_id}.ogg"

    def as_record(self) -> dict[str, Any]:
        """Return its line of `tracks.jsonl` as plain JSON values."""
        return {
            "track_id": self.track_id,
            "path": self.path,
            "title": self.name.title,
            "artist": self.name.artist,
            "album": self.name.album,
            "year": self.name.year,
            "genre": self.piece.style,
            "seconds": SECONDS,
            "source": self.piece.origin.source,
            "work": self.piece.origin.work,
            "licence": self.piece.origin.licence,
            "facts": facts_of(self.piece).as_record(),
        }


def write_audio(
    path: Path,
    audio: Audio,
    *,
    sampling_rate: int,
    quality: float,
    tags: Mapping[str, str] | None = None,
) -> None:
    """Write OGG Vorbis; `quality` from 0 (small) to 1 (good), `tags` as in `tags_of`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".part")
    with soundfile.SoundFile(
        draft,
        "w",
        sampling_rate,
        audio.shape[1],
        format="OGG",
        subtype="VORBIS",
        compression_level=1 - quality,
    ) as file:
        for tag, value in (tags or {}).items():
            setattr(file, tag, value)
        file.write(audio)
    draft.replace(path)


def tags_of(track: Track) -> dict[str, str]:
    """Return the Vorbis comments of a track; they hold no facts, these are for the ears."""
    name, origin = track.name, track.piece.origin
    tags = {
        "title": name.title,
        "artist": name.artist,
        "album": name.album,
        "genre": track.piece.style,
        "date": str(name.year or ""),
        "comment": f"after {origin.source}" if origin.work else "",
        "license": origin.licence,
    }
    return {tag: value for tag, value in tags.items() if value}


def write_list(folder: Path, tracks: Iterable[Track]) -> None:
    """Write `tracks.jsonl`."""
    lines = [json.dumps(track.as_record(), ensure_ascii=False) for track in tracks]
    (folder / TRACKS).write_text("\n".join(lines) + "\n")
