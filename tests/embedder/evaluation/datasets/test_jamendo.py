"""MTG-Jamendo's splits, in small and, where they are at hand, the real ones."""

import os
from pathlib import Path

import pytest

from embedder.errors import UnusableAnnotations
from embedder.evaluation.datasets.jamendo import read_jamendo, text_of

HEADER = "TRACK_ID\tARTIST_ID\tALBUM_ID\tPATH\tDURATION\tTAGS"
ROWS = (
    "track_0000214\tartist_000014\talbum_000031\t14/214.mp3\t124.6\tgenre---punkrock",
    "track_0000215\tartist_000014\talbum_000031\t15/215.mp3\t151.4\tgenre---metal\tmood/theme---dark",
    "track_0000382\tartist_000020\talbum_000046\t82/382.mp3\t211.1\tinstrument---acousticguitar",
)

REAL = os.environ.get("UPNEXT_TEST_JAMENDO", "")
"""Folder of the data set's split files; they may not be passed on with this package."""


def split(folder: Path, *rows: str, header: str = HEADER) -> Path:
    path = folder / "split.tsv"
    path.write_text("\n".join((header, *rows)) + "\n")
    return path


def test_tracks_have_their_tags_and_artists_are_drawn_together(tmp_path: Path) -> None:
    found = read_jamendo(split(tmp_path, *ROWS), tmp_path)

    truth = {query.word: query.matches.tolist() for query in found.queries}
    assert found.works == ("artist_000014", "artist_000014", "artist_000020")
    assert truth["mood/theme---dark"] == [False, True, False]
    assert found.clips[2].path == tmp_path / "82/382.mp3"


def test_the_smaller_audio_is_used_where_it_is_the_one_at_hand(tmp_path: Path) -> None:
    (tmp_path / "14").mkdir()
    (tmp_path / "14/214.low.mp3").touch()

    found = read_jamendo(split(tmp_path, *ROWS), tmp_path)

    assert [clip.path.name for clip in found.clips] == ["214.low.mp3", "215.mp3", "382.mp3"]


def test_figures_are_reported_for_the_set_and_its_categories(tmp_path: Path) -> None:
    mixed = read_jamendo(split(tmp_path, *ROWS), tmp_path).kinds
    genres = read_jamendo(split(tmp_path, ROWS[0]), tmp_path).kinds

    assert mixed.keys() == {"top50", "genre", "mood/theme", "instrument"}
    assert genres == {"genre": ("genre---punkrock",)}


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("genre---punkrock", "punk rock"),
        ("genre---electropop", "electropop"),
        ("genre---drumnbass", "drum and bass"),
        ("genre---soundtrack", "soundtrack"),
        ("instrument---acousticbassguitar", "acoustic bass guitar"),
        ("mood/theme---melancholic", "melancholic"),
    ],
)
def test_joined_words_are_parted(tag: str, text: str) -> None:
    assert text_of(tag) == text


@pytest.mark.parametrize(
    ("header", "rows", "message"),
    [
        ("TRACK\tTAGS", ROWS, "first line"),
        (HEADER, ("track_1\tartist_1\talbum_1\t14/214.mp3",), "line 2"),
        (HEADER, ("track_1\tartist_1\talbum_1\t14/214.mp3\t1.0\trock",), "line 2"),
        (HEADER, (), "no track"),
    ],
)
def test_another_format_is_refused(
    tmp_path: Path, header: str, rows: tuple[str, ...], message: str
) -> None:
    with pytest.raises(UnusableAnnotations, match=message):
        read_jamendo(split(tmp_path, *rows, header=header), tmp_path)


@pytest.mark.skipif(not REAL, reason="UPNEXT_TEST_JAMENDO does not name the folder of the splits")
@pytest.mark.parametrize(
    ("name", "kind", "tags"),
    [
        ("top50tags", "top50", 50),
        ("genre", "genre", 87),
        ("instrument", "instrument", 40),
        ("moodtheme", "mood/theme", 56),
    ],
)
def test_the_real_splits_are_read_whole(name: str, kind: str, tags: int) -> None:
    (path,) = Path(REAL).glob(f"*{name}-test.tsv")

    found = read_jamendo(path, Path("audio"))

    assert len(found.kinds[kind]) == tags
    assert len(found.clips) == len(path.read_text("utf-8").splitlines()) - 1
    assert all(query.can_be_measured for query in found.queries)
