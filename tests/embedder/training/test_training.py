"""From a folder of clips to a space that others can load, by one command."""

import json
from pathlib import Path

import numpy as np
import pytest

from embedder.__main__ import main
from embedder.errors import UnusableClips
from embedder.small.sentences import SentenceEncoder
from embedder.space import Space
from embedder.training import train as training
from embedder.training.dataset import CACHE, load_dataset
from embedder.training.loss import contrastive_loss
from embedder.training.train import Trained, TrainingConfig, embed_dataset, train
from embedder.truth.clips import read_clips
from tests.embedder.sounds import clicks, clip_folder, tone

QUICK = TrainingConfig(epochs=3, batch_clips=8, bare_texts=8, validate_every=1)


@pytest.fixture(scope="module")
def encoder() -> SentenceEncoder:
    return SentenceEncoder()


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clip_folder(tmp_path_factory.mktemp("clips") / "training", 32)


@pytest.fixture(scope="module")
def others(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clip_folder(tmp_path_factory.mktemp("clips") / "validation", 12, seed=1)


@pytest.fixture(scope="module")
def quick(clips: Path, others: Path, encoder: SentenceEncoder) -> Trained:
    return train(load_dataset([clips]), load_dataset([others]), QUICK, encoder)


def test_one_command_trains_a_space_and_another_measures_it(
    clips: Path, others: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "tiny"

    trained = main(
        ["train", "--clips", str(clips), "--validation", str(others), "--out", str(out),
         "--epochs", "20", "--data", "clicks and tones", "--licence", "CC0-1.0"]
    )  # fmt: skip
    capsys.readouterr()
    measured = main(["evaluate", "--space", str(out), "--tracks", str(others), "--json"])

    report = json.loads(capsys.readouterr().out)
    space = Space.load(out)
    assert (trained, measured) == (0, 0)
    assert report["auc"]["drums"] > 0.9
    assert report["auc"]["tempo"] > 0.9
    assert report["gap_centred"] < report["gap"]
    assert space.manifest.training["data"] == "clicks and tones"
    assert {"drums", "fast", "slow"} <= set(space.vocabulary)
    assert "guitar" not in space.vocabulary
    heard = space.encode_audio([clicks(150, seed=99), tone()])
    assert np.argmax(space.similarity(["drums"], heard)[0]) == 0


def test_the_same_seed_gives_the_same_towers(
    quick: Trained, clips: Path, others: Path, encoder: SentenceEncoder
) -> None:
    again = train(load_dataset([clips]), load_dataset([others]), QUICK, encoder)

    data = load_dataset([others])
    once, twice = (embed_dataset(run.towers.audio, data) for run in (quick, again))
    assert once.tobytes() == twice.tobytes()


def test_stopping_early_keeps_the_best_so_far(
    clips: Path, others: Path, encoder: SentenceEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps_left = iter(range(8))  # two epochs of four steps

    def stopping(*arguments: object) -> object:
        if next(steps_left, None) is None:
            raise KeyboardInterrupt
        return contrastive_loss(*arguments)

    monkeypatch.setattr(training, "contrastive_loss", stopping)

    stopped = train(load_dataset([clips]), load_dataset([others]), QUICK, encoder)

    assert stopped.epoch in (1, 2)
    assert 0 < stopped.auc <= 1


def test_features_are_computed_once(clips: Path) -> None:
    first = load_dataset([clips])
    (cache,) = clips.glob(CACHE.format("*"))
    written = cache.stat().st_mtime_ns

    second = load_dataset([clips])

    assert cache.stat().st_mtime_ns == written
    assert np.array_equal(first.features.notes, second.features.notes)


def test_a_broken_clip_is_passed_over(tmp_path: Path) -> None:
    folder = clip_folder(tmp_path / "clips", 4)
    (folder / "2.wav").write_text("no music")

    dataset = load_dataset([folder])

    assert len(dataset.facts) == 3
    assert dataset.clip_of.tolist() == [0, 1, 2]


def test_two_folders_are_joined(clips: Path, others: Path) -> None:
    both = load_dataset([clips, others])

    assert len(both.facts) == 44
    assert both.clip_of.max() == 43


@pytest.mark.parametrize(
    ("listing", "message"),
    [("", "is empty"), ("{}", "line 1"), ("[]", "line 1"), ("no json", "line 1")],
)
def test_a_listing_that_cannot_be_used_is_refused(
    tmp_path: Path, listing: str, message: str
) -> None:
    (tmp_path / "tracks.jsonl").write_text(listing)

    with pytest.raises(UnusableClips, match=message):
        read_clips(tmp_path)


def test_a_folder_without_a_listing_fails_with_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["evaluate", "--tracks", str(tmp_path)])

    assert code == 1
    assert "has no tracks.jsonl" in capsys.readouterr().err
