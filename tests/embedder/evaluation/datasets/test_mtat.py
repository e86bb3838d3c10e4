"""MagnaTagATune's files, in small."""

from pathlib import Path

import numpy as np
import pytest

from embedder.errors import UnusableAnnotations
from embedder.evaluation.datasets.mtat import ALL, CLIP_INFO, SPLITS, TOP, read_mtat

HEADER = ["clip_id", "no voice", "guitar", "slow", "mp3_path"]
ROWS = [
    ["2", "0", "1", "0", "0/band-album-01-song-30-59.mp3"],
    ["6", "1", "0", "0", "c/band-album-02-tune-0-29.mp3"],
    ["10", "0", "1", "1", "d/choir-mass-03-kyrie-0-29.mp3"],
    ["11", "0", "1", "0", "d/choir-mass-03-kyrie-29-58.mp3"],
    ["12", "0", "0", "0", "f/solo-suite-04-air-88-117.mp3"],
]


def annotations(folder: Path, rows: list[list[str]] = ROWS, header: list[str] = HEADER) -> Path:
    path = folder / "annotations_final.csv"
    lines = ["\t".join(f'"{cell}"' for cell in row) for row in (header, *rows)]
    path.write_text("\n".join(lines) + "\n")
    return path


def test_the_first_folder_of_a_path_decides_the_split(tmp_path: Path) -> None:
    table = annotations(tmp_path)

    ids = {split: len(read_mtat(table, Path("mp3"), split).clips) for split in SPLITS}

    assert ids == {"train": 1, "validation": 1, "test": 3}


def test_tags_are_queries_as_they_are_written(tmp_path: Path) -> None:
    found = read_mtat(annotations(tmp_path), Path("mp3"))

    assert [query.text for query in found.queries] == ["no voice", "guitar", "slow"]
    assert found.queries[1].matches.tolist() == [True, True, False]
    assert found.clips[0].path == Path("mp3/d/choir-mass-03-kyrie-0-29.mp3")
    assert found.kinds[ALL] == ("no voice", "guitar", "slow")


def test_clips_of_one_recording_are_one_work(tmp_path: Path) -> None:
    table = annotations(tmp_path)
    by_name = read_mtat(table, Path("mp3")).works
    (tmp_path / CLIP_INFO).write_text(
        "clip_id\toriginal_url\tmp3_path\n10\thttp://a\tx\n11\thttp://b\tx\n"
    )

    by_info = read_mtat(table, Path("mp3")).works

    assert by_name[0] == by_name[1] != by_name[2]
    assert by_info[:2] == ("http://a", "http://b")


def test_the_shorter_list_holds_the_50_tags_most_frequent_in_the_whole_set(tmp_path: Path) -> None:
    tags = [f"tag {number}" for number in range(60)]
    rows = [
        [
            str(clip),
            *(str(int(number >= clip % 60)) for number in range(60)),
            f"{clip % 10}/{clip}.mp3",
        ]
        for clip in range(1, 61)
    ]
    rows.append(["99", *["1"] * 60, "d/x.mp3"])
    table = annotations(tmp_path, rows, ["clip_id", *tags, "mp3_path"])

    found = read_mtat(table, Path("mp3"))

    assert found.kinds[TOP] == tuple(tags[10:])
    assert np.all([query.matches.shape == (1,) for query in found.queries])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("track,tag\n1,2\n", "columns"),
        ("clip_id\tguitar\tmp3_path\n1\tyes\t0/a.mp3\n", "yes"),
        ("clip_id\tguitar\tmp3_path\n1\t1\t0/a.mp3\n", "test split"),
        ("", "."),
    ],
)
def test_another_format_is_refused(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "annotations_final.csv"
    path.write_text(content)

    with pytest.raises(UnusableAnnotations, match=message):
        read_mtat(path, Path("mp3"))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnusableAnnotations, match=r"nowhere\.csv"):
        read_mtat(tmp_path / "nowhere.csv", Path("mp3"))
