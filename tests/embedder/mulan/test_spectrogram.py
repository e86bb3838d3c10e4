"""The front end against the public checkpoint's own, and against sounds whose picture is known."""

import math
import warnings

import numpy as np
import pytest
import torch
from transformers import ASTFeatureExtractor

from embedder.mulan.spectrogram import FRAMES, log_mel
from tests.embedder.mulan.tiny import windows
from tests.embedder.sounds import tone


@pytest.mark.parametrize("n_mels", [64, 128])
def test_ten_seconds_are_a_thousand_frames(n_mels: int) -> None:
    assert FRAMES == 1_000
    assert log_mel(windows(2), n_mels).shape == (2, n_mels, 1_000)


def test_it_hears_what_the_public_checkpoint_was_taught_on() -> None:
    heard = windows(2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # one of its bands is empty, and it says so
        teacher = ASTFeatureExtractor()

    theirs = teacher(list(heard.numpy()), sampling_rate=16_000, return_tensors="pt").input_values

    ours = log_mel(heard, 128).transpose(1, 2)
    assert torch.allclose(ours[:, :998], theirs[:, :998], atol=1e-3)


def test_silence_is_the_floor() -> None:
    floor = (math.log(2**-23) + 4.2677393) / (2 * 4.5689974)

    assert log_mel(torch.zeros(1, 160_000), 64) == pytest.approx(np.full((1, 64, 1_000), floor))


def test_a_tone_lights_the_band_that_holds_it() -> None:
    picture = log_mel(torch.from_numpy(tone(hertz=1000.0))[None], 64)[0]

    # 1,000 Hz are 1,000 mel; peaks lie (2840 - 32) / 65 = 43.2 mel apart from 32 + 43.2 upwards.
    assert set(picture[:, :998].argmax(dim=0).tolist()) == {21}


def test_a_click_is_seen_in_the_frames_that_reach_it() -> None:
    heard = torch.zeros(1, 160_000)
    heard[0, 80_000] = 1

    loudness = log_mel(heard, 64)[0].amax(dim=0)

    # Frame k reaches from sample 160 k to 160 k + 399.
    assert (loudness > loudness[0]).nonzero().flatten().tolist() == [498, 499, 500]


def test_mixed_precision_does_not_touch_it() -> None:
    heard = windows(1) * 1e-4

    with torch.autocast("cpu", torch.bfloat16):
        mixed = log_mel(heard, 64)

    assert mixed.dtype == torch.float32
    assert torch.equal(mixed, log_mel(heard, 64))


def test_a_window_looks_the_same_alone_and_among_others() -> None:
    both = windows(2)

    assert torch.allclose(log_mel(both, 64)[1], log_mel(both[1:], 64)[0], atol=1e-5)
