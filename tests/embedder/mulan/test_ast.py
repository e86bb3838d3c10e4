"""M-AST: its size, its patches, and how a checkpoint's positions are fitted."""

from pathlib import Path

import pytest
import torch

from embedder.errors import UnusableCheckpoint
from embedder.mulan import Tagger
from embedder.mulan.ast import AstBody, AstShape, fitted
from tests.embedder.mulan.tiny import AST, picture_checkpoint, sound_checkpoint


def test_the_patents_network_has_the_weights_of_vit_base() -> None:
    with torch.device("meta"):
        body = AstBody(AstShape())

    patches = 768 * (16 * 16 + 1)
    positions = (12 * 99 + 2) * 768
    attention, perceptron, norms = 4 * 768 * 769, 3072 * 769 + 768 * 3073, 2 * 2 * 768
    blocks = 12 * (attention + perceptron + norms)
    expected = patches + positions + 2 * 768 + blocks + 2 * 768
    assert sum(weight.numel() for weight in body.parameters()) == expected  # 86 million


def test_patches_overlap_by_six_along_both_axes() -> None:
    with torch.device("meta"):
        body = AstBody(AstShape())
        patches = body.network.embeddings.patch_embeddings(torch.zeros(1, 1_000, 128))

    assert AstShape().grid == (12, 99)
    assert patches.shape == (1, 12 * 99, 768)


def test_a_window_is_what_its_cls_token_became() -> None:
    body = AstBody(AST).eval()
    torch.nn.init.normal_(body.network.embeddings.cls_token)
    spectrograms = torch.randn(2, 26, 1_000)

    read = body(spectrograms)

    encoded = body.network(spectrograms.transpose(1, 2))
    assert read.shape == (2, body.width) == (2, 16)
    assert torch.equal(read, encoded.last_hidden_state[:, 0])
    assert not torch.allclose(read, encoded.pooler_output)


def test_positions_are_trained() -> None:
    body = AstBody(AST)

    body(torch.randn(1, 26, 1_000)).square().sum().backward()

    positions = body.network.embeddings.position_embeddings
    assert positions.shape == (1, 2 * 99 + 2, 16)
    assert (positions.grad != 0).any(dim=2).all()


def test_fewer_columns_are_the_first_ones() -> None:
    special = [[9.0], [8.0]]
    learned = torch.tensor([[*special, [1.0], [2.0], [3.0], [4.0], [5.0], [6.0]]])

    positions = fitted(learned, (2, 3), 2)

    assert positions.flatten().tolist() == [9, 8, 1, 2, 4, 5]


def test_more_columns_are_interpolated_along_time() -> None:
    learned = torch.tensor([[[9.0], [8.0], [0.0], [4.0], [8.0], [8.0]]])

    positions = fitted(learned, (2, 2), 4)

    assert positions.flatten().tolist() == [9, 8, 0, 1, 3, 4, 8, 8, 8, 8]


def test_a_checkpoint_of_1024_frames_starts_a_tower_of_1000(tmp_path: Path) -> None:
    theirs = sound_checkpoint(tmp_path).audio_spectrogram_transformer

    body = AstBody.warm(tmp_path)

    assert body.shape == AST
    learned = theirs.embeddings.position_embeddings[0, 2:].reshape(2, 101, 16)
    kept = body.network.embeddings.position_embeddings[0, 2:].reshape(2, 99, 16)
    assert torch.equal(kept, learned[:, :99])
    weights = theirs.state_dict()
    for name, weight in body.network.state_dict().items():
        if "position" not in name:
            assert torch.equal(weight, weights[name]), name


def test_a_checkpoint_of_1000_frames_gives_the_same_encoding(tmp_path: Path) -> None:
    theirs = sound_checkpoint(tmp_path, max_length=1_000).audio_spectrogram_transformer
    spectrograms = torch.randn(1, 26, 1_000)

    body = AstBody.warm(tmp_path).eval()

    encoded = theirs(spectrograms.transpose(1, 2)).last_hidden_state[:, 0]
    assert torch.equal(body(spectrograms), encoded)


def test_a_body_that_was_taught_tags_starts_the_tower(tmp_path: Path) -> None:
    taught = Tagger(AstBody(AST), n_tags=5)
    taught.save_body(tmp_path)

    body = AstBody.warm(tmp_path)

    spectrograms = torch.randn(1, 26, 1_000)
    assert taught(spectrograms).shape == (1, 5)
    assert torch.equal(body.eval()(spectrograms), taught.body.eval()(spectrograms))


@pytest.mark.parametrize("other", [{"frequency_stride": 8}, {"hidden_act": "relu"}])
def test_a_checkpoint_that_computes_otherwise_is_refused(
    tmp_path: Path, other: dict[str, object]
) -> None:
    sound_checkpoint(tmp_path, **other)

    with pytest.raises(UnusableCheckpoint, match=next(iter(other))):
        AstBody.warm(tmp_path)


def test_a_checkpoint_of_pictures_is_refused(tmp_path: Path) -> None:
    picture_checkpoint(tmp_path)

    with pytest.raises(UnusableCheckpoint, match="it is a 'resnet' network"):
        AstBody.warm(tmp_path)
