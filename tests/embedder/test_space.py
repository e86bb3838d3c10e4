"""The shipped space as an engineer meets it: shapes, sameness, and what it refuses."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from embedder.encoders import load_encoders
from embedder.errors import CollapsedTower, NotASpace, UndecodableAudio, UnusableText, WrongSpace
from embedder.manifest import MANIFEST, SPACES, WEIGHTS, Manifest
from embedder.small.encoders import SmallText
from embedder.small.towers import TextTower
from embedder.space import Space
from tests.embedder.sounds import clicks, noise, tone, write

SMALL = SPACES / "small"


@pytest.fixture(scope="module")
def space() -> Space:
    return Space.load("small")


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SMALL, tmp_path / "copy"))


def test_audio_and_text_become_unit_rows_of_one_dimension(space: Space) -> None:
    audio = space.encode_audio([tone(), noise(), clicks(120)])
    text = space.encode_text(["drums", "calm piano"])

    assert audio.shape == (3, 128)
    assert text.shape == (2, 128)
    for rows in (audio, text, space.centred_audio(audio), space.centred_text(text)):
        assert rows.dtype == np.float32
        assert np.linalg.norm(rows, axis=1) == pytest.approx(1, abs=1e-5)


def test_nothing_in_gives_nothing_out(space: Space) -> None:
    assert space.encode_audio([]).shape == (0, 128)
    assert space.encode_text([]).shape == (0, 128)


def test_a_file_gives_the_same_bytes_alone_and_among_others(space: Space, tmp_path: Path) -> None:
    path = write(tmp_path / "song.ogg", clicks(100, seconds=25))

    alone = space.encode_audio([path])
    among = space.encode_audio([noise(), path, tone(30)])

    assert alone[0].tobytes() == among[1].tobytes()


def test_a_text_gives_the_same_bytes_alone_and_among_others(space: Space) -> None:
    fresh = Space.load("small")

    among = space.encode_text(["something much longer about violins", "calm"])

    assert fresh.encode_text(["calm"])[0].tobytes() == among[1].tobytes()


def test_a_track_is_the_mean_of_its_windows(space: Space) -> None:
    first, second = clicks(90), tone()

    whole = space.encode_audio([np.r_[first, second]])[0]

    parts = space.encode_audio([first, second]).mean(axis=0)
    assert whole == pytest.approx(parts / np.linalg.norm(parts), abs=1e-5)


@pytest.mark.parametrize(
    "text",
    [
        "🥁",
        "🎹 calm 🎹",
        "word " * 10_000,
        "\ud800",
        "'; DROP",
        "ein ruhiges Lied",
        "x" * 10**6,
    ],
)
def test_strange_texts_give_ordinary_vectors(space: Space, text: str) -> None:
    vector = space.encode_text([text])[0]

    assert np.isfinite(vector).all()
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("text", ["", "   ", "\n\t"])
def test_an_empty_text_is_refused(space: Space, text: str) -> None:
    with pytest.raises(UnusableText, match="no words"):
        space.encode_text(["drums", text])


def test_silence_is_refused_and_noise_is_not(space: Space) -> None:
    assert np.isfinite(space.encode_audio([noise(), noise(0.2)])).all()
    with pytest.raises(UndecodableAudio, match="silent"):
        space.encode_audio([np.zeros(16_000, np.float32)])


def test_centring_closes_the_gap_between_words_and_music(space: Space) -> None:
    text = space.encode_text(space.vocabulary)

    off_centre = np.linalg.norm(text.mean(axis=0))

    assert np.linalg.norm(space.centred_text(text).mean(axis=0)) < off_centre / 2


def test_a_known_word_has_a_probability_and_an_unknown_one_none(space: Space) -> None:
    audio = space.encode_audio([clicks(120), tone()])

    chances = space.probability(" Drum Kit ", audio)

    assert chances is not None
    assert ((chances >= 0) & (chances <= 1)).all()
    assert chances[0] > chances[1]
    assert space.probability("vocals", audio) is None


def test_every_word_of_the_vocabulary_is_plain_and_its_calibration_trustworthy(
    space: Space,
) -> None:
    assert {"drums", "piano", "fast", "calm", "loud"} <= set(space.vocabulary)
    assert all(-1 < one.threshold < 1 and one.slope > 0 for one in space.calibration.values())


def test_weights_that_the_manifest_was_not_written_for_are_refused(copied: Path) -> None:
    weights = bytearray((copied / WEIGHTS).read_bytes())
    weights[-1] ^= 1
    (copied / WEIGHTS).write_bytes(weights)

    with pytest.raises(WrongSpace, match="hash"):
        Space.load(copied)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("front_end", "another one", "front end"),
        ("text_model", "another one", "text model"),
        ("kind", "another one", "kind"),
        ("dimension", 64, "dimension"),
        ("centre_audio", [0.0], "audio centre"),
        ("centre_text", 3, "does not fit"),
        ("surprise", 1, "surprise"),
    ],
)
def test_a_manifest_that_does_not_fit_is_refused(
    copied: Path, field: str, value: object, message: str
) -> None:
    record = json.loads((copied / MANIFEST).read_text())
    (copied / MANIFEST).write_text(json.dumps(record | {field: value}))

    with pytest.raises(NotASpace, match=message):
        Space.load(copied)


@pytest.mark.parametrize("missing", [MANIFEST, WEIGHTS])
def test_a_folder_that_lacks_a_part_is_no_space(copied: Path, missing: str) -> None:
    (copied / missing).unlink()

    with pytest.raises(NotASpace, match=missing):
        Space.load(copied)


@pytest.mark.parametrize("content", ["{", "[]", "3", "{}"])
def test_a_manifest_that_is_none_is_refused(copied: Path, content: str) -> None:
    (copied / MANIFEST).write_text(content)

    with pytest.raises(NotASpace):
        Space.load(copied)


def test_an_unknown_name_says_which_spaces_there_are() -> None:
    with pytest.raises(NotASpace, match="small"):
        Space.load("large")


@pytest.mark.parametrize("weight", [0.0, float("nan")])
def test_a_text_tower_that_has_collapsed_is_refused(weight: float) -> None:
    collapsed = TextTower().eval()
    for parameter in collapsed.parameters():
        torch.nn.init.constant_(parameter, weight)
    collapsed.straight.bias.data.fill_(weight + 1)

    manifest = Manifest.read(SMALL)
    encoders = load_encoders(SMALL, manifest)._replace(text=SmallText(collapsed))

    space = Space(manifest, encoders)

    with pytest.raises(CollapsedTower, match="collapsed"):
        space.encode_text(["drums"])


def test_a_manifest_is_read_as_it_was_written(space: Space, copied: Path) -> None:
    changed = replace(space.manifest, name="copy")

    changed.write(copied)

    assert Space.load(copied).manifest == changed


def test_importing_the_package_does_not_bring_torch() -> None:
    code = "import sys, embedder; assert 'torch' not in sys.modules"

    subprocess.run([sys.executable, "-c", code], check=True, cwd=SPACES.parents[1])
