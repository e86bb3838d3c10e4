"""What the features hear."""

import numpy as np
import torch

from embedder.small.features import features_of
from embedder.small.features.mel import FRAMES_PER_SECOND, log_mel
from embedder.small.features.rhythm import N_PERIODS, periods, rhythm_of
from embedder.small.features.tonality import tonality_of
from tests.embedder.sounds import chord, clicks, noise, tone

MAJOR_FIT, MINOR_FIT = 12, 13


def batch(*waves: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(np.stack(waves))


def test_a_window_becomes_a_picture_and_a_row_of_finite_numbers() -> None:
    features = features_of(np.stack([tone(), noise()]))

    assert features.picture.shape == (2, 96, 313)
    assert features.notes.shape[0] == 2
    assert torch.isfinite(features.picture).all()
    assert torch.isfinite(features.notes).all()


def test_the_volume_knob_changes_nothing_in_the_picture() -> None:
    loud, quiet = features_of(clicks(120)[None]), features_of(0.05 * clicks(120)[None])

    torch.testing.assert_close(loud.picture, quiet.picture, atol=1e-3, rtol=1e-3)


def test_the_tempogram_peaks_at_the_beat() -> None:
    for bpm in (70, 100, 150):
        tempogram = rhythm_of(log_mel(batch(clicks(bpm))))[0, :N_PERIODS]

        period = 60 / bpm * FRAMES_PER_SECOND
        at_beat = tempogram[(periods() - period).abs().argmin()]
        off_beat = tempogram[(periods() - period * 0.7).abs().argmin()]
        assert at_beat > 5 * off_beat.clamp(min=0.05)


def test_a_major_and_a_minor_chord_fit_their_keys() -> None:
    major, minor = tonality_of(batch(chord(0, 4, 7), chord(0, 3, 7)))

    assert major[MAJOR_FIT] > major[MINOR_FIT]
    assert minor[MINOR_FIT] > minor[MAJOR_FIT]


def test_notes_are_counted_from_the_tonic_so_that_the_key_does_not_matter() -> None:
    here, there = tonality_of(batch(chord(0, 4, 7), chord(5, 9, 12)))

    torch.testing.assert_close(here[:12], there[:12], atol=0.35, rtol=0)


def test_the_same_window_gives_the_same_bytes() -> None:
    window = noise()[None]

    once, again = features_of(window), features_of(window)

    assert torch.equal(once.notes, again.notes)
    assert torch.equal(once.picture, again.picture)
