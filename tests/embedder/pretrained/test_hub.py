"""Fetching a checkpoint: pinned to a commit, taken up again, refused with a way out."""

from dataclasses import replace
from pathlib import Path

import pytest

from embedder.errors import HubUnavailable, UnusableCheckpoint
from embedder.pretrained.files import digest_of
from embedder.pretrained.hub import download
from embedder.pretrained.known import KNOWN, Part
from tests.embedder.pretrained.checkpoints import clap_checkpoint
from tests.embedder.pretrained.model_hub import COMMIT, model_hub

CLAP = KNOWN["laion/clap-htsat-unfused"]
MUQ = KNOWN["OpenMuQ/MuQ-MuLan-large"]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = clap_checkpoint(tmp_path_factory.mktemp("hub") / "clap")
    (folder / "README.md").write_text("a card")
    return folder


def test_what_is_fetched_is_what_was_published_at_the_commit_returned(
    published: Path, tmp_path: Path
) -> None:
    with model_hub({CLAP.name: published}) as endpoint:
        commit = download(CLAP, tmp_path / "checkpoint", endpoint=endpoint)

    assert commit == COMMIT
    assert digest_of(tmp_path / "checkpoint") == digest_of(published)
    assert not (tmp_path / "checkpoint" / "README.md").exists()


def test_what_is_there_already_is_not_fetched_again(published: Path, tmp_path: Path) -> None:
    with model_hub({CLAP.name: published}) as endpoint:
        download(CLAP, tmp_path, endpoint=endpoint)
        before = (tmp_path / "model.safetensors").stat()
        download(CLAP, tmp_path, endpoint=endpoint)

    after = (tmp_path / "model.safetensors").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_parts_kept_elsewhere_are_put_beside_the_weights(published: Path, tmp_path: Path) -> None:
    part = Part("someone/else", ("config.json",), "audio")
    checkpoint = replace(CLAP, parts=(part,))

    with model_hub({CLAP.name: published, part.name: published}) as endpoint:
        download(checkpoint, tmp_path, endpoint=endpoint)

    beside = {path.name for path in (tmp_path / "audio").iterdir() if path.name[0] != "."}
    assert beside == {"config.json"}


def test_a_revision_the_hub_does_not_have_is_named(published: Path, tmp_path: Path) -> None:
    with (
        model_hub({CLAP.name: published}) as endpoint,
        pytest.raises(UnusableCheckpoint, match="v9"),
    ):
        download(CLAP, tmp_path, revision="v9", endpoint=endpoint)


def test_a_checkpoint_the_hub_does_not_have_is_named(tmp_path: Path) -> None:
    with model_hub({}) as endpoint, pytest.raises(UnusableCheckpoint, match=CLAP.name):
        download(CLAP, tmp_path, endpoint=endpoint)


def test_a_hub_out_of_reach_is_said_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(HubUnavailable, match="hf download .*--from FOLDER"):
        download(CLAP, tmp_path, endpoint="http://127.0.0.1:1")


def test_the_way_out_names_the_parts_too(tmp_path: Path) -> None:
    with pytest.raises(HubUnavailable, match="FOLDER/text"):
        download(MUQ, tmp_path, endpoint="http://127.0.0.1:1")
