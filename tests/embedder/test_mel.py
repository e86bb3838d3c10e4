"""The mel scale against its definition, and filters computed by hand."""

import numpy as np
import pytest

from embedder.mel import hertz_of, mel_of, triangles


def test_a_thousand_hertz_are_a_thousand_mel() -> None:
    assert mel_of(1000.0) == pytest.approx(1000, abs=0.1)
    assert mel_of(0.0) == 0


def test_the_scale_leads_there_and_back() -> None:
    hertz = np.array([0.0, 20.0, 440.0, 8000.0])

    assert hertz_of(mel_of(hertz)) == pytest.approx(hertz)


def test_a_band_rises_to_its_middle_and_falls_to_its_edge() -> None:
    filters = triangles(np.array([0.0, 1.0, 3.0, 4.0]), np.array([0.0, 0.5, 1.0, 2.0, 3.0, 3.5]))

    assert filters.tolist() == [[0, 0.5, 1, 0.5, 0, 0], [0, 0, 0, 0.5, 1, 0.5]]
