"""From recordings with texts to a space of the patent's kind, a thousandth of its size."""

from pathlib import Path

import numpy as np
import pytest
import torch

from embedder.corpus.records import Recording, Texts, write_recordings
from embedder.corpus.sources import Source
from embedder.errors import UnusableCheckpoint, UnusableCorpus, UnusableRecording
from embedder.space import Space
from embedder.training.composed import read_composed
from embedder.training.config import TrainingConfig
from embedder.training.journal import Event, Published, Stepped, Validated
from embedder.training.loss import Temperature
from embedder.training.recipes.mulan import MulanTraining
from embedder.training.retrieval import Pool
from embedder.training.train import train_space
from embedder.training.world import World
from tests.embedder.mulan.tiny import picture_checkpoint, word_checkpoint
from tests.embedder.sounds import clip_folder, noise, write

AST = {"n_mels": 26, "width": 16, "blocks": 1, "heads": 2, "feed_forward": 32, "stride": 16}
RESNET = {"n_mels": 16, "stem": 2, "widths": [4, 4, 6, 8], "depths": [1, 1, 1, 1]}
BERT = {"width": 16, "blocks": 1, "heads": 2, "feed_forward": 32, "tokens": 32}
SIZES = {"mulan-ast": AST, "mulan-resnet": RESNET}
EVEN = dict.fromkeys(Source, 1.0)


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clip_folder(tmp_path_factory.mktemp("clips") / "training", 16)


@pytest.fixture(scope="module")
def others(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clip_folder(tmp_path_factory.mktemp("clips") / "validation", 6, seed=1)


def config_for(
    clips: Path, others: Path, kind: str = "mulan-ast", chunk: int | None = None, **recipe: object
) -> TrainingConfig:
    towers = {"start": "random", "kind": kind, "audio": SIZES[kind], "text": BERT}
    paths = {"recordings": clips, "validation": others}
    return TrainingConfig.model_validate(
        {
            "name": "clicks",
            "recipe": {"kind": "mulan", "batch": 8, "towers": towers, **paths, **recipe},
            "optimiser": {"learning_rate": 1e-3},
            "run": {"epochs": 2, "chunk": chunk},
            "card": {"data": "clicks and tones", "licence": "CC0-1.0"},
        }
    )


def training_of(config: TrainingConfig, world: World | None = None) -> MulanTraining:
    return MulanTraining(config.recipe, config.run, world or World(), torch.device("cpu"))


def published(events: list[Event]) -> Published:
    last = events[-1]
    assert isinstance(last, Published)
    return last


@pytest.mark.parametrize("kind", SIZES)
def test_training_ends_in_a_space_of_its_kind(
    clips: Path, others: Path, tmp_path: Path, kind: str
) -> None:
    events = list(train_space(config_for(clips, others, kind), tmp_path))

    manifest = (space := Space.load(published(events).folder)).manifest
    assert (manifest.kind, manifest.name, manifest.dimension) == (kind, "clicks", 128)
    assert manifest.training["recordings"] == 16
    assert manifest.quality["measured on"] == "6 texts, each among 6 recordings"
    assert manifest.quality["retrieval"].keys() >= {"map", "recall@10"}
    assert 0 < manifest.quality["retrieval by chance"]["map"] < 1
    assert "drums" in manifest.vocabulary
    assert space.encode_audio([noise()]).shape == (1, 128)
    for centre in (manifest.centre_audio, manifest.centre_text):
        assert 0 < np.linalg.norm(centre) <= 1


def test_a_stopped_run_ends_in_the_space_of_one_that_was_not(
    clips: Path, others: Path, tmp_path: Path
) -> None:
    config = config_for(clips, others, chunk=3, concatenated=2, loss="multi-positive")
    whole = list(train_space(config, tmp_path / "whole"))

    list(train_space(config, tmp_path / "cut", stop=lambda: True))
    resumed = list(train_space(config, tmp_path / "cut", resume=True))

    assert [event.step for event in resumed if isinstance(event, Stepped)] == [2, 3, 4]
    assert published(resumed).hash == published(whole).hash
    looks = [event.figures for event in whole if isinstance(event, Validated)]
    assert len(looks) == 2
    assert all(look["recall@1"] <= look["recall@10"] <= 1 <= look["median rank"] for look in looks)


@pytest.mark.parametrize("loss", ["decoupled", "info-nce", "multi-positive"])
def test_every_loss_reaches_both_towers(clips: Path, others: Path, loss: str) -> None:
    training = training_of(config_for(clips, others, loss=loss))
    batch = next(training.batches(0, 1))

    rows = slice(0, 8)
    batch.loss(batch.audio(rows), batch.text(rows), Temperature()()).backward()

    for tower in (training.towers.audio, training.towers.text):
        assert all(weight.grad is not None for weight in tower.project.parameters())


def test_some_of_a_spectrogram_is_hidden_in_training_only(clips: Path, others: Path) -> None:
    config = config_for(clips, others, spec_augment={"masks": 9, "widest_band": 1.0})
    training = training_of(config)
    training.towers.eval()
    batch = next(training.batches(0, 1))

    hidden = batch.audio(slice(0, 2))
    whole = training.towers.audio(training.towers.spectrograms(batch.windows[:2]))

    assert not torch.allclose(hidden, whole, atol=1e-3)


def test_processes_share_the_pairs_of_a_mini_batch(clips: Path, others: Path) -> None:
    config = config_for(clips, others)
    whole = next(training_of(config).batches(0, 1))

    parts = [next(training_of(config, World(rank, 2)).batches(0, 1)) for rank in range(2)]

    assert [*parts[0].pairs, *parts[1].pairs] == list(whole.pairs)
    assert torch.equal(torch.cat([part.windows for part in parts]), whole.windows)


def test_recordings_can_come_as_json_lines(clips: Path, others: Path, tmp_path: Path) -> None:
    recordings = read_composed(clips, seed=0)
    write_recordings(tmp_path / "recordings.jsonl", recordings)

    read = training_of(config_for(tmp_path / "recordings.jsonl", others))

    assert read.recordings == recordings
    assert read.fingerprint == training_of(config_for(clips, others)).fingerprint


def test_towers_can_start_from_checkpoints(clips: Path, others: Path, tmp_path: Path) -> None:
    picture = picture_checkpoint(tmp_path / "picture")
    word_checkpoint(tmp_path / "words")
    towers = {
        "start": "checkpoints",
        "kind": "mulan-resnet",
        "audio": str(tmp_path / "picture"),
        "text": str(tmp_path / "words"),
    }

    training = training_of(config_for(clips, others, towers=towers))

    ours = training.towers.audio.body.network.state_dict()
    theirs = picture.resnet.state_dict()
    last = "encoder.stages.3.layers.0.layer.2.convolution.weight"
    assert torch.equal(ours[last], theirs[last])


def test_a_checkpoint_that_cannot_be_had_is_named(
    clips: Path, others: Path, tmp_path: Path
) -> None:
    nowhere = str(tmp_path / "nowhere")
    towers = {"start": "checkpoints", "kind": "mulan-ast", "audio": nowhere, "text": nowhere}

    with pytest.raises(UnusableCheckpoint, match="nowhere"):
        training_of(config_for(clips, others, towers=towers))


def test_recordings_that_cannot_be_read_are_named(others: Path, tmp_path: Path) -> None:
    with pytest.raises(UnusableRecording, match="nowhere.jsonl"):
        training_of(config_for(tmp_path / "nowhere.jsonl", others))


def test_a_pool_asks_the_same_texts_at_every_look(others: Path) -> None:
    recordings = read_composed(others, seed=0)

    one, same, other = (Pool.draw(recordings, EVEN, 4, seed) for seed in (0, 0, 1))

    assert one == same != other
    assert len(one.texts) == 4


def test_a_pool_leaves_out_what_cannot_be_read(tmp_path: Path) -> None:
    write(tmp_path / "a.wav", noise(1))
    there, gone = (Recording(tmp_path / f"{name}.wav", Texts(sf=(name,))) for name in ("a", "b"))

    assert Pool.draw([there, gone], EVEN, 9, seed=0).recordings == (there,)
    with pytest.raises(UnusableCorpus, match="no recording to validate on"):
        Pool.draw([gone], EVEN, 9, seed=0)


def test_a_text_is_right_for_every_recording_that_has_it() -> None:
    recordings = tuple(
        Recording(Path(f"{row}.ogg"), texts)
        for row, texts in enumerate(
            (Texts(sf=("calm",)), Texts(labels=("calm",)), Texts(lf=("loud",)))
        )
    )
    pool = Pool(recordings, ("calm", "calm", "loud"))

    chance = pool.chance()

    assert pool.have(pool.texts).tolist() == [[1, 1, 0], [1, 1, 0], [0, 0, 1]]
    assert chance["recall@1"] == pytest.approx((2 / 3 + 2 / 3 + 1 / 3) / 3)
    assert chance["recall@10"] == 1
    one = (1 + 1 / 2 + 1 / 3) / 3  # the only right one is first, second or third
    two = (1 + (1 + 2 / 3) / 2 + (1 / 2 + 2 / 3) / 2) / 3  # the wrong one is third, second, first
    assert chance["map"] == pytest.approx((two + two + one) / 3)


def test_composed_clips_have_texts_of_every_source_that_are_true(clips: Path) -> None:
    for recording in read_composed(clips, seed=0):
        texts = recording.texts
        assert all(texts.of(source) for source in Source)
        assert ("fast" in texts.labels) == ("drums" in texts.labels)


def test_composed_texts_are_the_same_for_a_seed(clips: Path) -> None:
    assert read_composed(clips, seed=0) == read_composed(clips, seed=0)
    assert read_composed(clips, seed=0) != read_composed(clips, seed=1)
