"""M-ResNet-50: its size, its strides, and what it takes from a checkpoint."""

from pathlib import Path

import pytest
import torch

from embedder.errors import UnusableCheckpoint
from embedder.mulan import Tagger
from embedder.mulan.resnet import ResNetBody, ResNetShape
from tests.embedder.mulan.tiny import RESNET, picture_checkpoint, sound_checkpoint


def test_the_patents_network_has_as_many_weights_as_resnet_50_in_gray() -> None:
    with torch.device("meta"):
        body = ResNetBody(ResNetShape())

    in_colour = 23_508_032  # ResNet-50 without its classifier
    assert sum(weight.numel() for weight in body.parameters()) == in_colour - 2 * 64 * 7 * 7


def test_the_first_stride_is_gone_and_the_others_are_there() -> None:
    with torch.device("meta"):
        body = ResNetBody(ResNetShape())
        seen = body.feature_map(torch.zeros(2, 64, 1_000))
        first = body.network.embedder.embedder.convolution(torch.zeros(2, 1, 64, 1_000))

    assert first.shape == (2, 64, 64, 1_000)
    assert seen.shape == (2, 2048, 4, 63)  # the usual network would leave 2 by 32


def test_a_window_is_the_mean_over_time_and_mel() -> None:
    body = ResNetBody(RESNET).eval()
    spectrograms = torch.randn(2, 64, 100)

    pooled = body(spectrograms)

    assert pooled.shape == (2, body.width) == (2, 16)
    expected = body.feature_map(spectrograms).flatten(2).sum(dim=2) / (4 * 7)
    assert torch.allclose(pooled, expected, atol=1e-6)


def test_a_gray_picture_looks_to_the_warm_start_as_it_did_in_colour(tmp_path: Path) -> None:
    theirs = picture_checkpoint(tmp_path).resnet

    body = ResNetBody.warm(tmp_path).eval()

    gray = torch.randn(2, 1, 64, 100)
    first = body.network.embedder.embedder(gray)[:, :, ::2, ::2]
    assert torch.allclose(first, theirs.embedder.embedder(gray.expand(-1, 3, -1, -1)), atol=1e-5)
    learned = theirs.encoder.state_dict()
    for name, weight in body.network.encoder.state_dict().items():
        assert torch.equal(weight, learned[name])


def test_a_body_that_was_taught_tags_starts_the_tower(tmp_path: Path) -> None:
    taught = Tagger(ResNetBody(RESNET), n_tags=5)
    taught.save_body(tmp_path)

    body = ResNetBody.warm(tmp_path)

    spectrograms = torch.randn(2, 64, 100)
    assert body.shape == RESNET
    assert torch.equal(body.eval()(spectrograms), taught.body.eval()(spectrograms))


def test_a_tagger_learns_its_tags() -> None:
    torch.manual_seed(0)
    tagger = Tagger(ResNetBody(RESNET), n_tags=2)
    spectrograms = torch.randn(4, 64, 40) + torch.tensor([0.0, 0, 2, 2])[:, None, None]
    tags = torch.tensor([[1.0, 0], [1, 0], [0, 1], [0, 1]])
    optimiser = torch.optim.Adam(tagger.parameters(), 1e-2)
    before = tagger.loss(spectrograms, tags).item()

    for _ in range(10):
        optimiser.zero_grad()
        tagger.loss(spectrograms, tags).backward()
        optimiser.step()

    assert tagger.loss(spectrograms, tags).item() < before / 2


def test_audioset_has_527_classes_and_no_tag_is_told_from_another_at_first() -> None:
    tagger = Tagger(ResNetBody(RESNET))
    torch.nn.init.zeros_(tagger.classifier.weight)
    torch.nn.init.zeros_(tagger.classifier.bias)
    spectrograms = torch.randn(2, 64, 40)

    assert tagger(spectrograms).shape == (2, 527)
    loss = tagger.loss(spectrograms, torch.ones(2, 527)).item()
    assert loss == pytest.approx(0.693147, abs=1e-5)  # log 2


def test_a_checkpoint_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnusableCheckpoint, match="nowhere"):
        ResNetBody.warm(tmp_path / "nowhere")


def test_a_checkpoint_of_another_network_is_refused(tmp_path: Path) -> None:
    sound_checkpoint(tmp_path)

    with pytest.raises(UnusableCheckpoint, match="audio-spectrogram-transformer.*'resnet'"):
        ResNetBody.warm(tmp_path)


def test_a_checkpoint_with_other_blocks_is_refused(tmp_path: Path) -> None:
    picture_checkpoint(tmp_path, layer_type="basic")

    with pytest.raises(UnusableCheckpoint, match="layer_type is 'basic'"):
        ResNetBody.warm(tmp_path)


def test_a_checkpoint_that_lacks_weights_is_refused_rather_than_filled_at_random(
    tmp_path: Path,
) -> None:
    model = picture_checkpoint(tmp_path)
    weights = model.state_dict()
    lost = "resnet.encoder.stages.2.layers.0.layer.1.convolution.weight"
    del weights[lost]
    model.save_pretrained(tmp_path, state_dict=weights)

    with pytest.raises(UnusableCheckpoint, match=r"lacks 1 weights, such as 'encoder.stages.2"):
        ResNetBody.warm(tmp_path)
