"""MuQ-MuLan's two towers, where the extra is installed; and the refusal where it is not."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from embedder.audio import windows_of
from embedder.errors import MissingExtra, UnusableCheckpoint
from embedder.pretrained.encoders import load_towers

try:
    from embedder.pretrained.muq import FRAMING, load_muq
except (MissingExtra, UnusableCheckpoint) as error:
    WHY_NOT = str(error)
else:
    WHY_NOT = ""

from tests.embedder.pretrained.checkpoints import sound
from tests.embedder.pretrained.muq_checkpoint import DIMENSION, muq_checkpoint, write_json

needs_muq = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT)


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return muq_checkpoint(tmp_path / "own")


def windows(*numbers: int) -> np.ndarray:
    return np.concatenate([windows_of(np.resize(sound(n), 240_000), FRAMING) for n in numbers])


def test_without_the_package_the_extra_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ["muq", *(name for name in sys.modules if name.startswith("muq."))]:
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.delitem(sys.modules, "embedder.pretrained.muq", raising=False)

    with pytest.raises(MissingExtra, match=r"upnext\[muq\]"):
        load_towers("muq", tmp_path)


@needs_muq
def test_both_towers_give_unit_rows_of_the_checkpoints_dimension(own: Path) -> None:
    audio, text = load_muq(own)

    rows = np.concatenate([audio.encode(windows(0, 1)), text.encode(["drums", "calm piano"])])

    assert rows.shape == (4, DIMENSION)
    assert rows.dtype == np.float32
    assert np.linalg.norm(rows, axis=1) == pytest.approx(1, abs=1e-5)


@needs_muq
def test_nothing_is_drawn_at_random(own: Path) -> None:
    torch.manual_seed(1)
    first = load_muq(own).audio.encode(windows(0, 1))
    torch.manual_seed(2)
    second = load_muq(own).audio.encode(windows(0, 1))

    assert first.tobytes() == second.tobytes()


@needs_muq
def test_a_window_and_a_text_give_the_same_bytes_alone_and_among_others(own: Path) -> None:
    audio, text = load_muq(own)

    assert audio.encode(windows(1)).tobytes() == audio.encode(windows(0, 1, 2))[1:2].tobytes()
    among = text.encode(["something much longer than that", "calm"])
    assert text.encode(["calm"]).tobytes() == among[1:].tobytes()


@needs_muq
def test_a_text_of_thousands_of_words_is_cut(own: Path) -> None:
    assert np.isfinite(load_muq(own).text.encode(["word " * 800])).all()


@needs_muq
@pytest.mark.parametrize(
    ("part", "key", "value", "message"),
    [
        ("mulan", "sr", 16_000, "10 s at 16000 Hz"),
        ("audio_model", "use_layer_idx", 5, "layer 5"),
        ("mulan", "dim_latent", 8, "do not fit"),
        ("text_transformer", "tf_depth", 2, "lack"),
        ("text_transformer", "tf_depth", 0, "too many"),
        ("text_transformer", "colour", "red", "colour"),
    ],
)
def test_a_configuration_that_does_not_fit_is_refused(
    own: Path, part: str, key: str, value: object, message: str
) -> None:
    config = json.loads((own / "config.json").read_text())
    config[part][key] = value
    write_json(own / "config.json", config)

    with pytest.raises(UnusableCheckpoint, match=message):
        load_muq(own).text.encode(["drums"])


@needs_muq
@pytest.mark.parametrize(
    "missing", ["config.json", "audio/config.json", "text/config.json", "pytorch_model.bin"]
)
def test_a_missing_file_is_named(own: Path, missing: str) -> None:
    (own / missing).unlink()

    with pytest.raises(UnusableCheckpoint, match=Path(missing).name):
        load_muq(own).text.encode(["drums"])


@needs_muq
def test_damaged_weights_are_refused(own: Path) -> None:
    (own / "pytorch_model.bin").write_bytes(b"not weights at all")

    with pytest.raises(UnusableCheckpoint, match="weights"):
        load_muq(own).audio.encode(windows(0))
