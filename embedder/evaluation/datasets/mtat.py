"""MagnaTagATune: 25,863 clips of 29 s with 188 tags (Law et al., ISMIR 2009).

`annotations_final.csv` is separated by tabs: `clip_id`, a column of 0 and 1 for each tag, and
`mp3_path`, whose first folder (0 to f) decides the split. A clip of 29 s is the mean of three
windows (P44), the last of which is filled by repeating.
"""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embedder.errors import UnusableAnnotations
from embedder.evaluation.excerpts import Excerpt
from embedder.evaluation.labelled import Labelled, Query

SPLITS: Mapping[str, str] = {"train": "0123456789ab", "validation": "c", "test": "def"}
"""First folders of each split, the one that publications use."""

MOST_FREQUENT = 50
"""Tags of the usual shorter list."""

TOP, ALL = "top50", "all"
"""Kinds that figures are reported by."""

CLIP_INFO = "clip_info_final.csv"
"""Where it lies beside the annotations, the recording that clips were cut from is read there."""


def read_mtat(annotations: Path, audio: Path, split: str = "test") -> Labelled:
    """Read the clips of one split with their tags; each tag as it is written is a query (P43).

    The top 50 are the most frequent tags of the whole set. Clips without any of them stay, as in
    the split by folders; some publications leave them out.

    Parameters
    ----------
    annotations : `annotations_final.csv`
    audio : the folder that holds the folders 0 to f

    Raises
    ------
    UnusableAnnotations
        The file is missing, or not in this format.

    """
    try:
        with annotations.open(encoding="utf-8", newline="") as file:
            header, *rows = list(csv.reader(file, delimiter="\t"))
        if header[0] != "clip_id" or header[-1] != "mp3_path" or len(header) < 3:
            raise UnusableAnnotations(annotations, f"its columns begin with {header[:3]}")
        truth = np.array([row[1:-1] for row in rows], dtype=np.int8) > 0
        paths = [row[-1] for row in rows]
    except (OSError, UnicodeDecodeError, ValueError, IndexError, csv.Error) as error:
        raise UnusableAnnotations(annotations, str(error)) from None
    tags = header[1:-1]
    chosen = [row for row, path in enumerate(paths) if path[:1] in SPLITS[split]]
    if not chosen:
        raise UnusableAnnotations(annotations, f"none of its clips is in the {split} split")
    recordings = _recordings(annotations.parent / CLIP_INFO)
    return Labelled(
        clips=tuple(Excerpt(audio / paths[row]) for row in chosen),
        works=tuple(recordings.get(rows[row][0], _stem(paths[row])) for row in chosen),
        queries=tuple(Query(tag, tag, truth[chosen, column]) for column, tag in enumerate(tags)),
        kinds={TOP: _most_frequent(tags, truth), ALL: tuple(tags)},
    )


def _most_frequent(tags: Sequence[str], truth: NDArray[np.bool_]) -> tuple[str, ...]:
    best = np.argsort(-truth.sum(axis=0), kind="stable")[:MOST_FREQUENT]
    return tuple(tags[column] for column in sorted(best))


def _recordings(path: Path) -> dict[str, str]:
    """Return for each clip id the recording it was cut from; nothing where the file is missing."""
    if not path.is_file():
        return {}
    try:
        with path.open(encoding="utf-8", errors="replace", newline="") as file:
            return {
                row["clip_id"]: row["original_url"] or row["mp3_path"]
                for row in csv.DictReader(file, delimiter="\t")
            }
    except (OSError, KeyError, csv.Error) as error:
        raise UnusableAnnotations(path, repr(error)) from None


def _stem(path: str) -> str:
    """Return a clip's path without the seconds it begins and ends at: artist, album, track."""
    return path.rsplit("-", 2)[0]
