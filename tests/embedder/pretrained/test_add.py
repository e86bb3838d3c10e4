"""From a checkpoint to a space: measured, pinned, and refused where it is not worth having."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from embedder.errors import (
    CollapsedTower,
    NotASpace,
    UnknownCheckpoint,
    UnusableCheckpoint,
    UnusableClips,
    WrongSpace,
)
from embedder.evaluation.metrics import modality_gap
from embedder.manifest import MANIFEST, WEIGHTS, Manifest
from embedder.pretrained.add import Added, Source, add_space
from embedder.pretrained.encoders import read_axes, write_axes
from embedder.pretrained.files import CHECKPOINT, copy_checkpoint, read_config
from embedder.pretrained.known import KNOWN, checkpoint_in, checkpoint_of
from embedder.pretrained.sounds import MOST, sounds_of
from embedder.space import Space
from embedder.truth.captions import bare_captions
from embedder.truth.words import WORDS
from tests.embedder.pretrained.checkpoints import (
    DIMENSION,
    broken,
    clap_checkpoint,
    collapsed,
    deaf,
    music_folder,
)


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clap_checkpoint(tmp_path_factory.mktemp("clap"))


@pytest.fixture(scope="module")
def music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return music_folder(tmp_path_factory.mktemp("music") / "listed", listed=True)


@pytest.fixture(scope="module")
def plain_folder(tmp_path_factory: pytest.TempPathFactory, checkpoint: Path, music: Path) -> Path:
    folder = tmp_path_factory.mktemp("plain")
    added(checkpoint, folder, music)
    return folder


@pytest.fixture(scope="module")
def small_folder(tmp_path_factory: pytest.TempPathFactory, checkpoint: Path, music: Path) -> Path:
    folder = tmp_path_factory.mktemp("small")
    added(checkpoint, folder, music, dimension=16)
    return folder


@pytest.fixture(scope="module")
def plain(plain_folder: Path) -> Space:
    return Space.load(plain_folder)


@pytest.fixture(scope="module")
def small(small_folder: Path) -> Space:
    return Space.load(small_folder)


@pytest.fixture
def copied(small_folder: Path, tmp_path: Path) -> Path:
    """A space that a test may damage."""
    return Path(shutil.copytree(small_folder, tmp_path / "copied"))


@pytest.fixture
def own(tmp_path: Path, checkpoint: Path) -> Path:
    """A checkpoint that a test may damage."""
    return Path(shutil.copytree(checkpoint, tmp_path / "own"))


def added(checkpoint: Path, out: Path, music: Path, dimension: int | None = None) -> Added:
    copy_checkpoint(checkpoint, out / CHECKPOINT)
    known = checkpoint_in("me/tiny", read_config(checkpoint))
    return add_space(Source(known, "v1"), out, sounds_of(music), dimension)


def test_a_space_keeps_the_checkpoints_dimension_unless_asked(plain: Space, small: Space) -> None:
    assert (plain.dimension, small.dimension) == (DIMENSION, 16)
    assert small.manifest.quality["projection"]["from"] == DIMENSION
    assert 0 < small.manifest.quality["projection"]["rms"] < 0.3
    assert "projection" not in plain.manifest.quality


def test_the_manifest_says_where_it_is_from(plain: Space) -> None:
    training = plain.manifest.training

    assert training["checkpoint"] == "me/tiny"
    assert training["revision"] == "v1"
    assert training["commercial use"] is False
    assert training["sha256"] in plain.manifest.text_model


@pytest.mark.parametrize("fixture", ["plain", "small"])
def test_the_centres_are_the_means_over_music_and_words(
    fixture: str, music: Path, request: pytest.FixtureRequest
) -> None:
    space: Space = request.getfixturevalue(fixture)

    audio = space.encode_audio(sounds_of(music).paths)
    texts = space.encode_text(caption.text for caption in bare_captions(WORDS))

    assert space.centre_audio == pytest.approx(audio.mean(axis=0), abs=1e-5)
    assert space.centre_text == pytest.approx(texts.mean(axis=0), abs=1e-5)
    gap = space.manifest.quality["modality gap"]
    assert gap == pytest.approx(modality_gap(audio, texts), abs=1e-3)


def test_words_are_calibrated_where_the_truth_is_known(plain: Space, music: Path) -> None:
    quality = plain.manifest.quality

    assert set(quality["auc"]) == {"drums", "tempo"}
    for calibration in plain.calibration.values():
        assert 0.7 <= calibration.quality <= 1


def test_the_hash_is_of_weights_and_projection_and_of_nothing_else(
    checkpoint: Path, music: Path, plain: Space, small: Space, tmp_path: Path
) -> None:
    again = added(checkpoint, tmp_path / "again", music).space
    other = added(clap_checkpoint(tmp_path / "other", seed=7), tmp_path / "space", music).space

    assert again.hash == plain.hash
    assert len({plain.hash, small.hash, other.hash}) == 3


def test_other_weights_under_the_same_manifest_are_refused(small: Space, copied: Path) -> None:
    clap_checkpoint(copied / CHECKPOINT, seed=7)

    with pytest.raises(WrongSpace, match=small.manifest.training["sha256"]):
        Space.load(copied)


def test_another_projection_under_the_same_manifest_is_refused(small: Space, copied: Path) -> None:
    write_axes(np.roll(read_axes(copied), 1, axis=1), copied)

    with pytest.raises(WrongSpace, match=small.hash):
        Space.load(copied)


def test_another_manifest_for_the_same_weights_is_refused(copied: Path) -> None:
    text = (copied / MANIFEST).read_text()

    (copied / MANIFEST).write_text(text.replace("10 s at 48000", "10 s at 44100"))

    with pytest.raises(WrongSpace):
        Space.load(copied)


@pytest.mark.parametrize(
    "missing", [WEIGHTS, f"{CHECKPOINT}/model.safetensors", f"{CHECKPOINT}/config.json"]
)
def test_a_space_that_lacks_a_part_is_none(copied: Path, missing: str) -> None:
    (copied / missing).unlink()

    with pytest.raises(NotASpace, match=Path(missing).stem):
        Space.load(copied)


@pytest.mark.parametrize("rounding", [1e-3, 0.0])
def test_a_collapsed_text_tower_is_refused_before_any_music_is_heard(
    own: Path, music: Path, tmp_path: Path, rounding: float
) -> None:
    def never(done: int, total: int) -> None:
        raise AssertionError("music was heard")

    copy_checkpoint(collapsed(own, rounding), tmp_path / "space" / CHECKPOINT)
    known = checkpoint_in("me/tiny", read_config(own))

    with pytest.raises(CollapsedTower, match="the text tower has collapsed"):
        add_space(Source(known, "v1"), tmp_path / "space", sounds_of(music), tell=never)

    assert not (tmp_path / "space" / MANIFEST).exists()


def test_a_collapsed_audio_tower_is_refused(own: Path, music: Path, tmp_path: Path) -> None:
    with pytest.raises(CollapsedTower, match="the audio tower has collapsed"):
        added(deaf(own), tmp_path / "space", music)


@pytest.mark.parametrize("side", ["text", "audio"])
def test_vectors_that_are_no_numbers_are_refused(
    own: Path, music: Path, tmp_path: Path, side: str
) -> None:
    with pytest.raises(UnusableCheckpoint, match=f"{side} tower gives vectors that are no numbers"):
        added(broken(own, side), tmp_path / "space", music)


@pytest.mark.parametrize("dimension", [1, DIMENSION + 1])
def test_a_dimension_it_cannot_be_projected_to_is_refused(
    checkpoint: Path, music: Path, tmp_path: Path, dimension: int
) -> None:
    with pytest.raises(UnusableCheckpoint, match=f"projected to {dimension}"):
        added(checkpoint, tmp_path / "space", music, dimension)


def test_a_broken_file_is_passed_over_and_no_word_calibrated_where_nothing_is_known(
    checkpoint: Path, tmp_path: Path
) -> None:
    music = music_folder(tmp_path / "music", 22)
    (music / "000.wav").write_bytes(b"no music")

    result = added(checkpoint, tmp_path / "space", music)

    assert [Path(error.path).name for error in result.broken] == ["000.wav"]
    assert result.space.manifest.quality["measured on"].startswith("21 tracks")
    assert not result.space.calibration
    assert "auc" not in result.space.manifest.quality


def test_a_handful_of_tracks_is_too_few(checkpoint: Path, tmp_path: Path) -> None:
    with pytest.raises(UnusableClips, match="19 tracks can be read"):
        added(checkpoint, tmp_path / "space", music_folder(tmp_path / "music", 19))


def test_a_large_library_is_sampled_evenly(tmp_path: Path) -> None:
    for number in range(3 * MOST):
        (tmp_path / f"{number:04}.mp3").touch()

    paths = sounds_of(tmp_path).paths

    steps = np.diff([int(path.stem) for path in paths])
    assert len(paths) == MOST
    assert set(steps) <= {3, 4}
    assert (paths[0].stem, paths[-1].stem) == ("0000", f"{3 * MOST - 1:04}")


def test_every_known_checkpoint_says_what_its_licence_allows() -> None:
    for checkpoint in KNOWN.values():
        assert checkpoint.licence
        assert checkpoint.commercial == ("NC" not in checkpoint.licence)


def test_a_name_nobody_knows_is_answered_with_the_known_ones() -> None:
    with pytest.raises(UnknownCheckpoint, match="laion/larger_clap_music"):
        checkpoint_of("laion/clap")


@pytest.mark.parametrize(
    "config", [{}, {"model_type": "bert"}, {"mulan": {}}], ids=["empty", "bert", "half a muq"]
)
def test_a_folder_of_another_network_is_refused(config: dict[str, object]) -> None:
    with pytest.raises(UnusableCheckpoint, match="me/bert"):
        checkpoint_in("me/bert", config)


def test_a_manifest_of_a_checkpoint_is_read_as_it_was_written(small: Space, tmp_path: Path) -> None:
    small.manifest.write(tmp_path)

    assert Manifest.read(tmp_path) == small.manifest
