"""What counts as a checkpoint's files, and what tells one from another."""

from pathlib import Path

import pytest

from embedder.errors import UnusableCheckpoint
from embedder.pretrained.files import copy_checkpoint, digest_of, read_config, wanted


def folder_with(folder: Path, **contents: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        (folder / name.replace("__", ".")).write_text(content)
    return folder


def test_pickled_weights_are_taken_only_where_there_are_no_others() -> None:
    assert "pytorch_model.bin" in wanted(["config.json", "pytorch_model.bin"])
    assert "pytorch_model.bin" not in wanted(["pytorch_model.bin", "model.safetensors"])


def test_weights_in_shards_are_all_taken() -> None:
    shards = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]

    assert set(shards) < set(wanted([*shards, "model.safetensors.index.json"]))


def test_what_lies_hidden_is_left_out() -> None:
    assert wanted([".cache/model.safetensors", ".gitattributes", "a/.b/config.json"]) == ()


def test_the_digest_is_of_the_files_that_matter_wherever_they_lie(tmp_path: Path) -> None:
    folder = folder_with(tmp_path / "a", config__json="{}", model__safetensors="weights")
    copy_checkpoint(folder, tmp_path / "b" / "c")

    before = digest_of(folder)
    folder_with(folder, README__md="words")

    assert digest_of(folder) == before == digest_of(tmp_path / "b" / "c")


@pytest.mark.parametrize("name", ["config__json", "model__safetensors", "vocab__json"])
def test_the_digest_changes_with_any_file_that_matters(tmp_path: Path, name: str) -> None:
    folder = folder_with(tmp_path, config__json="{}", model__safetensors="weights")
    before = digest_of(folder)

    folder_with(folder, **{name: '{"other": 1}'})

    assert digest_of(folder) != before


@pytest.mark.parametrize(
    ("contents", "missing"),
    [
        ({}, "config.json"),
        ({"config__json": "{}"}, "weights"),
        ({"model__safetensors": "weights"}, "config.json"),
    ],
)
def test_a_folder_that_lacks_a_part_is_no_checkpoint(
    tmp_path: Path, contents: dict[str, str], missing: str
) -> None:
    folder = folder_with(tmp_path / "part", **contents)

    with pytest.raises(UnusableCheckpoint, match=missing):
        copy_checkpoint(folder, tmp_path / "copy")


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnusableCheckpoint, match="no such folder"):
        digest_of(tmp_path / "nowhere")


@pytest.mark.parametrize("content", ["{", "[]", "3"])
def test_a_configuration_that_is_none_is_refused(tmp_path: Path, content: str) -> None:
    folder_with(tmp_path, config__json=content)

    with pytest.raises(UnusableCheckpoint, match="JSON"):
        read_config(tmp_path)
