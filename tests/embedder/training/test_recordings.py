"""Recordings that nobody described: cut where the listing says, known by hearsay."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

from embedder.training import recordings
from embedder.training.recordings import Stretch, cut, main, stretches
from embedder.truth.captions import OPPOSITE, UNHEARD, caption_for, truth_of
from embedder.truth.clips import Heard, read_sources
from embedder.truth.words import WORDS
from tests.embedder.sounds import tone, write

HEARD = {"piano": 0.9, "fast": -0.5, "slow": 0.5}


@pytest.fixture
def unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package with one recording of 30 s, of which the listing names two stretches."""
    path = tmp_path / "unpacked" / "some-data" / "tune.wav"
    path.parent.mkdir(parents=True)
    write(path, tone(30))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    listed = tuple(Stretch("some-data/tune.wav", digest, start, HEARD) for start in (0.0, 15.0)) + (
        Stretch("other-data/gone.ogg", "0" * 16, 0.0, HEARD),
    )
    monkeypatch.setattr(recordings, "stretches", lambda: listed)
    return tmp_path / "unpacked"


def test_each_stretch_that_is_there_becomes_a_clip(unpacked: Path, tmp_path: Path) -> None:
    count = cut(unpacked, tmp_path / "clips")

    sources = read_sources(tmp_path / "clips")
    assert count == len(sources) == 2
    assert all(source.path.is_file() for source in sources)
    assert sources[0].known == Heard(HEARD)


def test_a_file_that_was_not_tagged_is_passed_over(
    unpacked: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write(unpacked / "some-data" / "tune.wav", tone(30, hertz=100))

    assert cut(unpacked, tmp_path / "clips") == 0
    assert "not the file that was tagged" in caplog.text


def test_the_packages_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--packages"])

    assert "supertuxkart-data" in capsys.readouterr().out.split()


def test_the_listing_believes_in_known_attributes_within_bounds() -> None:
    for stretch in stretches():
        assert stretch.heard.keys() <= WORDS.keys()
        assert all(OPPOSITE <= degree <= 1 for degree in stretch.heard.values())


def test_a_quality_without_an_opinion_is_neither_taught_nor_ruled_out() -> None:
    truth = truth_of(Heard(HEARD))

    assert truth["piano"] == 0.9
    assert truth["major"] == UNHEARD
    assert "trumpet" not in truth


def test_a_caption_names_what_is_likely_of_a_recording() -> None:
    rng = np.random.default_rng(0)

    certain = caption_for(truth_of(Heard(HEARD)), frozenset(WORDS), rng)
    unsure = caption_for({"piano": 0.2, "guitar": 0.3}, frozenset({"piano", "guitar"}), rng)

    assert certain.attributes == ("piano",)
    assert unsure.attributes == ("guitar",)
