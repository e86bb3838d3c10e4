"""A folder of music of known truth -> its pieces, with the works they come from."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from embedder.evaluation.excerpts import Excerpt
from embedder.evaluation.labelled import Labelled, fact_kinds, queries_about
from embedder.truth.clips import LISTING, Clip, Facts, read_clips


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece and what is known of it."""

    path: Path
    title: str
    work: str
    """Pieces with one work are arrangements of the same music."""
    facts: Facts


def read_pieces(folder: Path) -> tuple[Piece, ...]:
    """Read the listing of a folder; a piece without a work is a work of its own.

    Raises
    ------
    UnusableClips
        There is no listing, it is empty, or a line lacks a field.

    """
    clips = read_clips(folder)
    lines = (folder / LISTING).read_text("utf-8").splitlines()
    records = [json.loads(line) for line in lines if line]
    return tuple(_piece(clip, record) for clip, record in zip(clips, records, strict=True))


def label(pieces: Sequence[Piece]) -> Labelled:
    """Return the queries that facts can answer, and what they should find."""
    return Labelled(
        clips=tuple(Excerpt(piece.path) for piece in pieces),
        works=tuple(piece.work for piece in pieces),
        queries=queries_about([piece.facts for piece in pieces]),
        kinds=fact_kinds(),
    )


def _piece(clip: Clip, record: dict[str, object]) -> Piece:
    title = str(record.get("title") or clip.path.stem)
    return Piece(clip.path, title, str(record.get("work") or record["path"]), clip.facts)
