"""From folders of clips to a small space that others can load."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch

from embedder.errors import RunExists, UnevenBatch, UnusableClips
from embedder.small.sentences import SentenceEncoder
from embedder.space import Space
from embedder.training.config import TrainingConfig
from embedder.training.dataset import CACHE, load_dataset
from embedder.training.journal import Event, Published, Stepped, Stopped, Validated
from embedder.training.recipes import small
from embedder.training.recipes.small import SmallTraining
from embedder.training.train import SPACE, train_space
from embedder.training.world import World
from embedder.truth.clips import read_clips
from tests.embedder.sounds import clicks, clip_folder, tone

ORDER_OF_TRUTH = """
from embedder.truth.captions import truth_of
from embedder.truth.clips import Facts
from tests.embedder.sounds import facts
many = facts(instruments=["piano", "flute", "harp", "cello"], families=["keys", "strings"])
print(list(truth_of(Facts.from_record(many))))
"""


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clip_folder(tmp_path_factory.mktemp("clips") / "training", 32)


@pytest.fixture(scope="module")
def others(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clip_folder(tmp_path_factory.mktemp("clips") / "validation", 12, seed=1)


@pytest.fixture(scope="module", autouse=True)
def _sentences_are_read_once() -> Iterator[None]:
    """Every run here reads the same words; reading them takes longer than the run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(small, "SentenceEncoder", Remembering)
        yield


class Remembering:
    """The sentence encoder, loaded by the first text; a batch that was read is known."""

    def encode(self, texts: Sequence[str]) -> torch.Tensor:
        return encoded(tuple(texts))


@cache
def encoded(texts: tuple[str, ...]) -> torch.Tensor:
    return encoder().encode(texts)


encoder = cache(SentenceEncoder)


def config_for(clips: Path, others: Path, **run: object) -> TrainingConfig:
    return TrainingConfig.model_validate(
        {
            "name": "clicks",
            "recipe": {
                "kind": "small",
                "clips": [clips],
                "validation": [others],
                "batch": 8,
                "bare_words": 8,
            },
            "optimiser": {
                "learning_rate": 1.5e-3,
                "temperature_learning_rate": 1.5e-2,
                "weight_decay": 0.05,
                "schedule": {"kind": "one-cycle"},
            },
            "run": {"epochs": 6, "validate_every_epochs": 3, **run},
            "card": {"data": "clicks and tones", "licence": "CC0-1.0"},
        }
    )


@pytest.fixture(scope="module")
def whole(clips: Path, others: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Event]:
    """A run from start to end."""
    return list(train_space(config_for(clips, others), tmp_path_factory.mktemp("whole")))


def published(events: list[Event]) -> Published:
    last = events[-1]
    assert isinstance(last, Published)
    return last


def test_training_ends_in_a_space_that_finds_what_it_was_taught(
    clips: Path, others: Path, tmp_path: Path
) -> None:
    events = list(train_space(config_for(clips, others, epochs=20), tmp_path))

    space = Space.load(tmp_path / SPACE)
    heard = space.encode_audio([clicks(150, seed=99), tone()])
    assert published(events).hash == space.hash
    assert (space.name, space.manifest.kind) == ("clicks", "small")
    assert space.manifest.quality["auc"]["drums"] > 0.9
    assert space.manifest.quality["auc"]["tempo"] > 0.9
    assert np.argmax(space.similarity(["drums"], heard)[0]) == 0
    assert {"drums", "fast", "slow"} <= set(space.vocabulary)
    assert "guitar" not in space.vocabulary


def test_the_manifest_says_where_the_towers_come_from(whole: list[Event]) -> None:
    about = Space.load(published(whole).folder).manifest.training

    assert about["data"] == "clicks and tones"
    assert about["licence"] == "CC0-1.0"
    assert (about["clips"], about["seed"]) == (32, 0)
    assert about["step"] in (12, 24)  # of two looks the better


def test_a_stopped_run_ends_in_the_space_of_one_that_was_not(
    whole: list[Event], clips: Path, others: Path, tmp_path: Path
) -> None:
    config = config_for(clips, others)

    stopped = list(train_space(config, tmp_path, stop=lambda: True))
    resumed = list(train_space(config, tmp_path, resume=True))

    assert isinstance(stopped[-1], Stopped)
    assert [event.step for event in stopped if isinstance(event, Stepped)] == [1]
    assert published(resumed).hash == published(whole).hash


def test_a_run_that_is_over_can_be_published_again(
    whole: list[Event], clips: Path, others: Path
) -> None:
    run = published(whole).folder.parent

    again = list(train_space(config_for(clips, others), run, resume=True))

    assert len(again) == 1
    assert published(again).hash == published(whole).hash


def test_an_earlier_run_is_not_overwritten_by_accident(
    clips: Path, others: Path, tmp_path: Path
) -> None:
    config = config_for(clips, others)
    list(train_space(config, tmp_path, stop=lambda: True))

    with pytest.raises(RunExists, match="--resume"):
        next(train_space(config, tmp_path))


def test_each_look_says_the_figures_by_kind(whole: list[Event]) -> None:
    looks = [event for event in whole if isinstance(event, Validated)]

    assert [look.step for look in looks] == [12, 24]
    assert {"auc", "auc/drums", "auc/tempo"} <= looks[0].figures.keys()
    assert all(0 <= figure <= 1 for figure in looks[0].figures.values())


def test_a_mini_batch_is_windows_of_an_epoch_with_a_caption_each_and_bare_words(
    clips: Path, others: Path
) -> None:
    training = SmallTraining(config_for(clips, others).recipe, 0, World())

    batches = list(training.batches(0, 4))

    seen = np.concatenate([batch.features.notes.numpy() for batch in batches])
    everything = training.training.features.notes.numpy()
    assert [(batch.n_clips, batch.n_texts) for batch in batches] == [(8, 16)] * 4
    assert batches[0].matches.shape == (16, 8)
    assert np.array_equal(np.sort(seen, axis=0), np.sort(everything, axis=0))
    assert (batches[0].matches[:8].diagonal() == 1).all()


def test_any_step_can_be_drawn_without_those_before_it(clips: Path, others: Path) -> None:
    training = SmallTraining(config_for(clips, others).recipe, 0, World())

    third = list(training.batches(0, 3))[-1]
    alone = next(training.batches(2, 3))

    assert np.array_equal(third.sentences, alone.sentences)
    assert np.array_equal(third.features.notes, alone.features.notes)


def test_processes_share_a_mini_batch_and_know_all_its_matches(clips: Path, others: Path) -> None:
    config = config_for(clips, others).recipe
    whole = next(SmallTraining(config, 0, World()).batches(0, 1))

    parts = [next(SmallTraining(config, 0, World(rank, 2)).batches(0, 1)) for rank in range(2)]

    heard = np.concatenate([part.features.notes for part in parts])
    assert np.array_equal(heard, whole.features.notes)
    assert all(np.array_equal(part.matches, whole.matches) for part in parts)


def test_a_mini_batch_that_cannot_be_shared_evenly_is_refused(clips: Path, others: Path) -> None:
    training = SmallTraining(config_for(clips, others).recipe, 0, World(0, 3))

    with pytest.raises(UnevenBatch, match="8 windows .* 3 processes; take 6"):
        next(training.batches(0, 1))


def test_captions_do_not_depend_on_the_process_that_draws_them() -> None:
    """Sets have another order in each process; what is drawn from must not."""
    orders = {
        subprocess.run(
            [sys.executable, "-c", ORDER_OF_TRUTH],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }

    assert len(orders) == 1


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
