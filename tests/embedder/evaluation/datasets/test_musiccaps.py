"""MusicCaps' file and whatever audio there is."""

from pathlib import Path

import pytest

from embedder.errors import UnusableAnnotations, UnusableClips
from embedder.evaluation.datasets.musiccaps import files_by_id, read_musiccaps
from embedder.evaluation.datasets.published import published_for
from embedder.evaluation.excerpts import Excerpt

HEADER = (
    "ytid,start_s,end_s,audioset_positive_labels,aspect_list,caption,author_id,"
    "is_balanced_subset,is_audioset_eval"
)
ROWS = (
    '-0Gj8-vB1q4,30,40,"/m/0140xf","[\'sad\']","A sad, slow song.",4,False,True',
    '-0SdAVK79lg,0,10,"/m/0155w","[\'guitar\']","A guitar.\nAnd a voice.",0,False,False',
)


def captions(folder: Path, *rows: str, header: str = HEADER) -> Path:
    path = folder / "musiccaps-public.csv"
    path.write_text("\n".join((header, *rows)) + "\n")
    return path


@pytest.mark.parametrize(
    "name", ["-0Gj8-vB1q4.wav", "[-0Gj8-vB1q4]-[30-40].wav", "-0Gj8-vB1q4_30.MP3"]
)
def test_audio_is_found_by_the_id_in_its_name(tmp_path: Path, name: str) -> None:
    audio = tmp_path / "audio"
    audio.mkdir()
    (audio / name).touch()
    (audio / "-0SdAVK79lg.json").touch()

    (found,) = read_musiccaps(captions(tmp_path, *ROWS), audio)

    assert found.clip == Excerpt(audio / name, 30, 40)
    assert (found.text, found.author) == ("A sad, slow song.", "4")


def test_a_folder_without_its_audio_says_so(tmp_path: Path) -> None:
    with pytest.raises(UnusableClips, match="none of the 2 captions"):
        read_musiccaps(captions(tmp_path, *ROWS), tmp_path)
    with pytest.raises(UnusableClips, match="No such file"):
        files_by_id(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("header", "rows"), [("id,text", ROWS), (HEADER, (ROWS[0].replace("30", "thirty"),))]
)
def test_another_format_is_refused(tmp_path: Path, header: str, rows: tuple[str, ...]) -> None:
    with pytest.raises(UnusableAnnotations):
        read_musiccaps(captions(tmp_path, *rows, header=header), tmp_path)


@pytest.mark.parametrize("dataset", ["mtat", "mtg-jamendo", "musiccaps"])
def test_published_figures_are_shares_and_name_their_source(dataset: str) -> None:
    rows = published_for(dataset)

    assert rows
    for row in rows:
        figures = [one for one in (row.roc_auc, row.pr_auc, row.recall_at_10) if one is not None]
        assert figures
        assert all(0 < one < 1 for one in figures)
        assert row.source
        assert row.quoted
