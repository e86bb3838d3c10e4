"""Both towers together: the sphere, gradients, warm starts, and that they can learn."""

from pathlib import Path

import pytest
import torch

from embedder.errors import UnusableCheckpoint
from embedder.mulan import MulanShape, MulanTowers, spec_augment, warm_started
from embedder.mulan.towers import PUBLIC_AUDIO
from embedder.training.loss import Temperature, decoupled
from tests.embedder.mulan.tiny import (
    SHAPES,
    picture_checkpoint,
    sound_checkpoint,
    tokenizer_folder,
    towers,
    windows,
    word_checkpoint,
)

KINDS = sorted(PUBLIC_AUDIO)
TEXTS = ["calm piano", "loud drums and guitar"]


@pytest.mark.parametrize("kind", KINDS)
def test_windows_and_texts_become_unit_rows_of_128(kind: str, tmp_path: Path) -> None:
    one = towers(kind, tmp_path)

    audio, text = one(one.spectrograms(windows()), **one.tokenize(TEXTS))

    for rows in (audio, text):
        assert rows.shape == (2, 128)
        assert rows.dtype == torch.float32
        assert rows.norm(dim=1).tolist() == pytest.approx([1, 1], abs=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_rows_are_of_unit_length_in_mixed_precision_too(kind: str, tmp_path: Path) -> None:
    one = towers(kind, tmp_path)

    with torch.autocast("cpu", torch.bfloat16):
        sides = one(one.spectrograms(windows()), **one.tokenize(TEXTS))

    for rows in sides:
        assert rows.dtype == torch.float32
        assert rows.norm(dim=1).tolist() == pytest.approx([1, 1], abs=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_the_loss_reaches_every_weight_of_both_towers(kind: str, tmp_path: Path) -> None:
    one, temperature = towers(kind, tmp_path), Temperature()

    vectors = one(one.spectrograms(windows()), **one.tokenize(TEXTS))
    decoupled(*vectors, temperature()).backward()

    assert temperature.logit.grad != 0
    for name, weight in one.named_parameters():
        assert weight.grad is not None, name
        assert weight.grad.isfinite().all(), name
        # A shift of all keys cancels out of the softmax: the bias of keys has no gradient.
        if not name.endswith(("k_proj.bias", "key.bias")):
            assert weight.grad.any(), name


@pytest.mark.parametrize("kind", KINDS)
def test_towers_learn_which_words_go_with_which_sound(kind: str, tmp_path: Path) -> None:
    one, temperature = towers(kind, tmp_path), Temperature()
    generator = torch.Generator().manual_seed(0)
    spectrograms = one.spectrograms(windows() * torch.tensor([[0.01], [3.0]]))
    tokens = one.tokenize(TEXTS)
    optimiser = torch.optim.Adam([*one.parameters(), *temperature.parameters()], 3e-3)
    losses = []

    for _ in range(25):
        vectors = one(spec_augment(spectrograms, generator), **tokens)
        loss = decoupled(*vectors, temperature())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())

    assert losses[-1] < losses[0] - 2


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_gives_the_same_towers_and_leaves_torchs_own_dice(
    kind: str, tmp_path: Path
) -> None:
    before = torch.get_rng_state()

    once, again, other = (towers(kind, tmp_path, seed) for seed in (1, 1, 2))

    assert torch.equal(torch.get_rng_state(), before)
    for name, weight in once.state_dict().items():
        assert torch.equal(weight, again.state_dict()[name])
    assert not torch.equal(once.audio.project.weight, other.audio.project.weight)


def test_the_towers_share_no_weight(tmp_path: Path) -> None:
    one = towers("mulan-ast", tmp_path)

    of_audio, of_text = ({id(weight) for weight in side.parameters()} for side in one.children())

    assert not of_audio & of_text


@pytest.mark.parametrize("kind", KINDS)
def test_a_shape_survives_json(kind: str) -> None:
    shape = SHAPES[kind]

    assert shape.kind == kind
    assert MulanShape.from_record(shape.record()) == shape


def test_the_default_is_the_patents_residual_network_over_64_bands() -> None:
    shape = MulanShape()

    assert shape.kind == "mulan-resnet"
    assert shape.audio.n_mels == 64
    assert shape.text.tokens == 512


@pytest.mark.parametrize(
    ("kind", "checkpoint"),
    [("mulan-resnet", picture_checkpoint), ("mulan-ast", sound_checkpoint)],
)
def test_a_warm_start_brings_bodies_and_tokenizer_and_rolls_only_the_last_layers(
    kind: str, checkpoint: object, tmp_path: Path
) -> None:
    checkpoint(tmp_path / "audio")
    words = word_checkpoint(tmp_path / "text")

    one, again, other = (
        warm_started(kind, tmp_path / "audio", tmp_path / "text", seed) for seed in (0, 0, 1)
    )

    assert one.shape.kind == kind
    learned = words.bert.embeddings.word_embeddings.weight
    assert torch.equal(one.text.body.network.embeddings.word_embeddings.weight, learned)
    assert one.tokenize(["calm piano"])["input_ids"].tolist() == [[2, 7, 17, 3]]
    for name, weight in one.state_dict().items():
        rolled = name.startswith(("audio.project", "text.project"))
        assert torch.equal(weight, again.state_dict()[name]), name
        assert torch.equal(weight, other.state_dict()[name]) != rolled, name


def test_a_tokenizer_with_more_pieces_than_the_network_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableCheckpoint, match="82 word pieces, the text tower knows 64"):
        MulanTowers.random(SHAPES["mulan-resnet"], tokenizer_folder(tmp_path, extra=60))


def test_a_tokenizer_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnusableCheckpoint, match="nowhere"):
        MulanTowers.random(SHAPES["mulan-resnet"], tmp_path / "nowhere")
