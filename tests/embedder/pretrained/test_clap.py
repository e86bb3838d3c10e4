"""CLAP's two towers as they are published: the same bytes each time, or a refusal."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import ClapModel

from embedder.audio import windows_of
from embedder.errors import UnusableCheckpoint
from embedder.pretrained.clap import FRAMING, load_clap
from tests.embedder.pretrained.checkpoints import DIMENSION, clap_checkpoint, save_clap, sound


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clap_checkpoint(tmp_path_factory.mktemp("clap"))


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A checkpoint that a test may damage."""
    return clap_checkpoint(tmp_path / "own")


def random_state() -> tuple[bytes, int]:
    _, keys, place, *_ = np.random.get_state()
    return keys.tobytes(), place


def windows(*numbers: int) -> np.ndarray:
    return np.concatenate([windows_of(np.repeat(sound(n), 3), FRAMING) for n in numbers])


def test_both_towers_give_unit_rows_of_the_checkpoints_dimension(checkpoint: Path) -> None:
    audio, text = load_clap(checkpoint)

    rows = np.concatenate([audio.encode(windows(0, 1)), text.encode(["drums", "calm piano"])])

    assert rows.shape == (4, DIMENSION)
    assert rows.dtype == np.float32
    assert np.linalg.norm(rows, axis=1) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("fused", [False, True])
def test_nothing_is_drawn_at_random(tmp_path: Path, fused: bool) -> None:
    audio, _ = load_clap(clap_checkpoint(tmp_path, fused=fused))

    np.random.seed(1)
    torch.manual_seed(1)
    first = audio.encode(windows(0, 1, 2))
    np.random.seed(2)
    torch.manual_seed(2)
    second = audio.encode(windows(0, 1, 2))

    assert first.tobytes() == second.tobytes()


def test_a_longer_stretch_would_be_cropped_at_random_and_our_windows_never_are(
    checkpoint: Path,
) -> None:
    audio, _ = load_clap(checkpoint)
    longer = np.zeros(audio.framing.samples + 480, np.float32)

    before = random_state()
    audio.encode(windows(0))
    ours = random_state()
    audio._checkpoint.extractor(longer, sampling_rate=audio.framing.sampling_rate)

    assert windows(0).shape[1] == audio.framing.samples
    assert ours == before
    assert random_state() != before


def test_a_window_and_a_text_give_the_same_bytes_alone_and_among_others(checkpoint: Path) -> None:
    audio, text = load_clap(checkpoint)

    assert audio.encode(windows(1)).tobytes() == audio.encode(windows(0, 1, 2))[1:2].tobytes()
    among = text.encode(["something much longer than that", "calm"])
    assert text.encode(["calm"]).tobytes() == among[1:].tobytes()


def test_a_text_of_thousands_of_words_is_cut(checkpoint: Path) -> None:
    _, text = load_clap(checkpoint)

    assert np.isfinite(text.encode(["word " * 800])).all()


def test_weights_are_read_from_either_format_alike(tmp_path: Path) -> None:
    safe = load_clap(clap_checkpoint(tmp_path / "safe"))
    pickled = load_clap(clap_checkpoint(tmp_path / "pickled", pickled=True))

    assert safe.text.encode(["drums"]).tobytes() == pickled.text.encode(["drums"]).tobytes()


def test_another_sampling_rate_is_refused_with_both(tmp_path: Path) -> None:
    folder = clap_checkpoint(tmp_path, rate=44_100, seconds=7)

    with pytest.raises(UnusableCheckpoint, match=r"7 s at 44100 Hz.*10 s at 48000 Hz"):
        load_clap(folder)


def test_another_network_is_refused(own: Path) -> None:
    (own / "config.json").write_text(json.dumps({"model_type": "bert"}))

    with pytest.raises(UnusableCheckpoint, match="bert"):
        load_clap(own)


@pytest.mark.parametrize("name", ["config.json", "preprocessor_config.json"])
def test_a_missing_configuration_is_named(own: Path, name: str) -> None:
    (own / name).unlink()

    with pytest.raises(UnusableCheckpoint, match=name):
        load_clap(own)


def test_a_configuration_of_wrong_types_is_refused(own: Path) -> None:
    config = json.loads((own / "config.json").read_text())
    config["text_config"]["hidden_size"] = "wide"
    (own / "config.json").write_text(json.dumps(config))

    with pytest.raises(UnusableCheckpoint, match="hidden_size"):
        load_clap(own).text.encode(["drums"])


def test_a_missing_tokenizer_is_said(own: Path) -> None:
    (own / "tokenizer.json").unlink()
    (own / "tokenizer_config.json").unlink()

    with pytest.raises(UnusableCheckpoint, match="tokenizer"):
        load_clap(own).text.encode(["drums"])


def test_damaged_weights_are_refused(own: Path) -> None:
    (own / "model.safetensors").write_bytes(b"not weights at all")

    with pytest.raises(UnusableCheckpoint):
        load_clap(own).audio.encode(windows(0))


def test_weights_that_are_not_in_the_file_are_not_made_up(own: Path) -> None:
    model = ClapModel.from_pretrained(own)
    del model.text_projection.linear2
    save_clap(model, own)

    with pytest.raises(UnusableCheckpoint, match=r"text_projection\.linear2"):
        load_clap(own).text.encode(["drums"])
