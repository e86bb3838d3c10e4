"""Every kind of space, the shipped one and tiny ones of the others, keeps the same contract."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from embedder.errors import MissingExtra, UnusableCheckpoint
from embedder.manifest import SPACES
from embedder.mulan import Findings, publish
from embedder.pretrained.add import Source, add_space
from embedder.pretrained.encoders import load_towers
from embedder.pretrained.files import CHECKPOINT, read_config
from embedder.pretrained.known import checkpoint_in
from embedder.pretrained.sounds import sounds_of
from embedder.space import Space
from embedder.truth.words import WORDS
from tests.checks.space_contract import SpaceContract
from tests.embedder.mulan.tiny import awake, towers
from tests.embedder.pretrained.checkpoints import clap_checkpoint, music_folder
from tests.embedder.pretrained.muq_checkpoint import muq_checkpoint
from tests.embedder.sounds import chord, clicks, noise, tone


class TestTheShippedSpace(SpaceContract):
    @pytest.fixture(scope="class")
    @classmethod
    def folder(cls) -> Path:
        return SPACES / "small"


class TestClap(SpaceContract):
    @pytest.fixture(scope="class")
    @classmethod
    def folder(cls, tmp_path_factory: pytest.TempPathFactory) -> Path:
        place = tmp_path_factory.mktemp("clap")
        clap_checkpoint(place / "space" / CHECKPOINT)
        return added(place)


class TestClapProjected(SpaceContract):
    @pytest.fixture(scope="class")
    @classmethod
    def folder(cls, tmp_path_factory: pytest.TempPathFactory) -> Path:
        place = tmp_path_factory.mktemp("clap")
        clap_checkpoint(place / "space" / CHECKPOINT, fused=True)
        return added(place, dimension=16)


class TestMuQMuLan(SpaceContract):
    @pytest.fixture(scope="class")
    @classmethod
    def folder(cls, tmp_path_factory: pytest.TempPathFactory) -> Path:
        place = tmp_path_factory.mktemp("muq")
        try:
            muq_checkpoint(place / "space" / CHECKPOINT)
        except (MissingExtra, UnusableCheckpoint) as error:
            pytest.skip(str(error))
        return added(place, dimension=16)


class TestThePatentsResNet(SpaceContract):
    @pytest.fixture(scope="class")
    @classmethod
    def folder(cls, tmp_path_factory: pytest.TempPathFactory) -> Path:
        return trained("mulan-resnet", tmp_path_factory.mktemp("mulan"))


class TestThePatentsAst(SpaceContract):
    @pytest.fixture(scope="class")
    @classmethod
    def folder(cls, tmp_path_factory: pytest.TempPathFactory) -> Path:
        return trained("mulan-ast", tmp_path_factory.mktemp("mulan"))


def added(place: Path, dimension: int | None = None) -> Path:
    """Make a space of the checkpoint that lies in it."""
    space = place / "space"
    known = checkpoint_in("me/tiny", read_config(space / CHECKPOINT))
    add_space(Source(known, "v1"), space, sounds_of(music_folder(place / "music")), dimension)
    return space


def trained(kind: str, place: Path) -> Path:
    """Towers as a training would leave them, their centres found on a few sounds and words."""
    one = awake(towers(kind, place))
    publish(one, place / "space", "tiny", Findings(np.zeros(128), np.zeros(128), ("drums",)))
    space = Space.load(place / "space")
    audio = space.encode_audio([tone(), noise(), clicks(120), chord(0, 3, 7)])
    text = space.encode_text(WORDS)
    centres = {"centre_audio": means(audio), "centre_text": means(text)}
    replace(space.manifest, **centres).write(place / "space")
    return place / "space"


def means(rows: np.ndarray) -> tuple[float, ...]:
    return tuple(float(value) for value in rows.mean(axis=0))


def test_a_kind_nobody_runs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableCheckpoint, match="'whale'"):
        load_towers("whale", tmp_path)
