"""Towers on disk: the same bytes again, a space that loads, and what is refused."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from embedder.errors import CollapsedTower, NotASpace, WrongSpace
from embedder.manifest import MANIFEST, SPACES, WEIGHTS
from embedder.mulan import Findings, MulanTowers, load_towers, publish, save_towers
from embedder.mulan.towers import PUBLIC_AUDIO
from embedder.mulan.weights import TOKENIZER
from embedder.space import Space
from tests.embedder.mulan.tiny import awake, tokenizer_folder, towers, windows
from tests.embedder.sounds import clicks, noise, tone

KINDS = sorted(PUBLIC_AUDIO)
FINDINGS = Findings(
    centre_audio=np.full(128, 0.01, np.float32),
    centre_text=np.full(128, -0.01, np.float32),
    vocabulary=("drums", "calm"),
    training={"data": "none"},
)


def published(kind: str, folder: Path) -> MulanTowers:
    one = awake(towers(kind, folder))
    publish(one, folder / "space", "tiny", FINDINGS)
    return one


def edit(manifest: Path, **fields: object) -> None:
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | fields))


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_saved_is_loaded_and_saved_again_to_the_byte(kind: str, tmp_path: Path) -> None:
    one = towers(kind, tmp_path).eval()
    save_towers(one, tmp_path / "once")

    again = load_towers(tmp_path / "once")
    save_towers(again, tmp_path / "twice")

    assert again.shape == one.shape
    assert not again.training
    for path in (tmp_path / "once").rglob("*.*"):
        twin = tmp_path / "twice" / path.relative_to(tmp_path / "once")
        assert path.read_bytes() == twin.read_bytes()
    with torch.inference_mode():
        spectrograms = one.spectrograms(windows(1))
        assert torch.equal(one.audio(spectrograms), again.audio(spectrograms))


@pytest.mark.parametrize("kind", KINDS)
def test_published_towers_are_a_space(kind: str, tmp_path: Path) -> None:
    one = published(kind, tmp_path)

    space = Space.load(tmp_path / "space")

    heard = space.encode_audio([tone(25.0), noise()])
    read = space.encode_text(["calm piano", "loud drums"])
    assert space.manifest.kind == kind
    assert space.vocabulary == ("drums", "calm")
    for rows in (heard, read):
        assert rows.shape == (2, 128)
        assert np.linalg.norm(rows, axis=1) == pytest.approx(1, abs=1e-5)
    with torch.inference_mode():
        alone = one.audio(one.spectrograms(torch.from_numpy(noise())[None]))[0]
    assert heard[1] == pytest.approx(alone.numpy(), abs=1e-5)


def test_a_track_of_many_windows_is_the_mean_of_them(tmp_path: Path) -> None:
    published("mulan-resnet", tmp_path)
    space = Space.load(tmp_path / "space")
    parts = [clicks(60 + 20 * number, seed=number) for number in range(6)]

    whole = space.encode_audio([np.concatenate(parts)])[0]

    mean = space.encode_audio(parts).mean(axis=0)
    assert whole == pytest.approx(mean / np.linalg.norm(mean), abs=1e-5)


def test_words_that_were_never_trained_are_told_to_have_collapsed(tmp_path: Path) -> None:
    publish(towers("mulan-resnet", tmp_path), tmp_path / "space", "untrained", FINDINGS)

    with pytest.raises(CollapsedTower):
        Space.load(tmp_path / "space").check_text_tower()


def test_a_changed_tokenizer_is_another_space(tmp_path: Path) -> None:
    published("mulan-resnet", tmp_path)
    tokenizer_folder(tmp_path / "space" / TOKENIZER, extra=1)

    with pytest.raises(NotASpace, match="its text model is"):
        Space.load(tmp_path / "space")


def test_changed_weights_are_another_space(tmp_path: Path) -> None:
    published("mulan-resnet", tmp_path)
    weights = tmp_path / "space" / WEIGHTS
    weights.write_bytes(weights.read_bytes()[:-1] + b"\x01")

    with pytest.raises(WrongSpace):
        Space.load(tmp_path / "space")


@pytest.mark.parametrize(
    "field", [{"kind": "mulan-ast"}, {"front_end": "by ear"}, {"dimension": 64}]
)
def test_a_manifest_of_other_towers_is_refused(field: dict[str, object], tmp_path: Path) -> None:
    published("mulan-resnet", tmp_path)
    edit(tmp_path / "space" / MANIFEST, **field)

    name = next(iter(field)).replace("_", " ")
    with pytest.raises(NotASpace, match=f"its {name} is {next(iter(field.values()))!r}"):
        Space.load(tmp_path / "space")


def test_a_folder_that_lacks_its_tokenizer_is_refused(tmp_path: Path) -> None:
    published("mulan-resnet", tmp_path)
    shutil.rmtree(tmp_path / "space" / TOKENIZER)

    with pytest.raises(NotASpace, match="its tokenizer cannot be used"):
        Space.load(tmp_path / "space")


@pytest.mark.parametrize("content", [b"", b"no tensors", None])
def test_a_folder_with_damaged_weights_is_refused(content: bytes | None, tmp_path: Path) -> None:
    published("mulan-resnet", tmp_path)
    weights = tmp_path / "space" / WEIGHTS
    weights.write_bytes(weights.read_bytes()[:-100] if content is None else content)

    with pytest.raises(NotASpace, match=f"its {WEIGHTS} cannot be used"):
        Space.load(tmp_path / "space")


def test_weights_of_the_shipped_kind_are_refused(tmp_path: Path) -> None:
    published("mulan-resnet", tmp_path)
    shutil.copy(SPACES / "small" / WEIGHTS, tmp_path / "space" / WEIGHTS)

    with pytest.raises(NotASpace, match="does not say what towers it is of"):
        Space.load(tmp_path / "space")


def test_publishing_is_finished_by_the_manifest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = published("mulan-resnet", tmp_path)

    def out_of_disk(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr("embedder.mulan.weights.save_file", out_of_disk)
    with pytest.raises(OSError, match="no space left"):
        publish(one, tmp_path / "space", "tiny", FINDINGS)

    with pytest.raises(NotASpace, match=f"it has no {MANIFEST}"):
        Space.load(tmp_path / "space")
