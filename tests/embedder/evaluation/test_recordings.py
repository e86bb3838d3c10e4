"""A table of recordings, and figures on their windows."""

import json
from pathlib import Path

import numpy as np
import pytest

from embedder.encoders import Array
from embedder.errors import UnusableAnnotations, UnusableClips
from embedder.evaluation.figures import Options
from embedder.evaluation.recordings import ALL, LABELS, read_table, study_recordings
from embedder.evaluation.vectors import VectorStore
from tests.embedder.evaluation.subjects import Listener
from tests.embedder.evaluation.test_vectors import plainly
from tests.embedder.sounds import tone, write


class Ear(Listener):
    """Finds "high" and "low" by pitch, and is wrong about "glad"."""

    def similarity(self, texts: list[str], audio: Array, /) -> Array:
        signs = {"high": 1, "low": -1, "glad": -1}
        return np.stack([signs[text] * audio[:, 1] for text in texts])

    def centred_audio(self, vectors: Array, /) -> Array:
        apart = vectors - vectors.mean(axis=0)
        return apart / np.linalg.norm(apart, axis=1, keepdims=True)


def table(folder: Path, queries: list[dict[str, object]] | None = None) -> Path:
    write(folder / "flute.wav", tone(seconds=30, hertz=2000))
    write(folder / "tuba.wav", tone(seconds=20, hertz=100))
    record = {
        "recordings": {"flute": "flute.wav", "tuba": "tuba.wav", "lost": "lost.wav"},
        "queries": queries
        or [
            {"text": "high", "kind": "sound", "true_of": ["flute"]},
            {"text": "low", "kind": "sound", "true_of": ["tuba"]},
            {"text": "glad", "kind": "mood", "true_of": ["flute"]},
        ],
    }
    (folder / LABELS).write_text(json.dumps(record))
    return folder


def test_windows_are_scored_and_mood_is_reported_apart(tmp_path: Path) -> None:
    with VectorStore() as store:
        found = study_recordings([Ear("ear")], table(tmp_path), store, plainly, Options())

    areas = found.subjects["ear"].auc
    assert (found.recordings, found.windows, found.missing) == (2, 5, ("lost.wav",))
    assert areas.kinds["sound"].value == 1
    assert areas.kinds["mood"].value == 0
    assert areas.kinds[ALL].value == pytest.approx(2 / 3)
    assert found.subjects["ear"].music_to_music.mean_average_precision.value == 1


def test_the_table_that_ships_has_21_queries_of_which_five_are_mood(tmp_path: Path) -> None:
    shipped = read_table(tmp_path)

    assert len(shipped.files) == 8
    assert len(shipped.queries) == 21
    assert sum(kind == "mood" for _, kind, _ in shipped.queries) == 5


def test_a_folder_without_any_of_the_recordings_says_so(tmp_path: Path) -> None:
    with pytest.raises(UnusableClips, match="none of the recordings"), VectorStore() as store:
        study_recordings([Ear("ear")], tmp_path, store, plainly, Options())


@pytest.mark.parametrize(
    ("queries", "message"),
    [
        ([{"text": "high", "true_of": ["oboe"]}], "oboe"),
        ([{"true_of": ["flute"]}], "text"),
        ([3], "TypeError"),
    ],
)
def test_a_table_that_does_not_fit_is_refused(
    tmp_path: Path, queries: list[dict[str, object]], message: str
) -> None:
    with pytest.raises(UnusableAnnotations, match=message):
        read_table(table(tmp_path, queries))
