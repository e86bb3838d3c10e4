"""What was never trained: chance where nothing is known, sense where a name is enough."""

from pathlib import Path

import numpy as np
import pytest

from embedder.audio import read_windows
from embedder.errors import NotASpace
from embedder.evaluation.subjects import load_subjects
from embedder.evaluation.yardsticks.bridge import Bridge
from embedder.evaluation.yardsticks.descriptors import DESCRIPTORS, descriptors_of
from embedder.evaluation.yardsticks.untrained import untrained
from embedder.space import Space
from tests.embedder.sounds import chord, clicks, noise, tone, write


def descriptor(name: str, wave: np.ndarray) -> float:
    return float(descriptors_of(wave[None])[0, DESCRIPTORS.index(name)])


@pytest.mark.parametrize(
    ("name", "less", "more"),
    [
        ("level", 0.1 * tone(), tone()),
        ("centroid", tone(hertz=200), tone(hertz=2000)),
        ("bass", tone(hertz=1000), tone(hertz=80)),
        ("flatness", tone(), noise()),
        ("onsets", clicks(60), clicks(180)),
        ("tempo", clicks(70), clicks(160)),
        ("major", chord(0, 3, 7), chord(0, 4, 7)),
    ],
)
def test_a_descriptor_grows_with_what_it_is_called(
    name: str, less: np.ndarray, more: np.ndarray
) -> None:
    assert descriptor(name, less) < descriptor(name, more)


def test_the_tempo_is_that_of_the_clicks() -> None:
    assert 2 ** descriptor("tempo", clicks(120)) == pytest.approx(120, rel=0.05)


def test_the_bridge_finds_what_a_name_and_a_descriptor_share() -> None:
    bridge = Bridge()
    slow, fast = clicks(65), clicks(170)
    waves = [slow, fast, 0.1 * slow, 0.1 * fast]
    audio = np.stack([bridge.encode_windows(wave[None]) for wave in waves])

    quick, silent = bridge.similarity(["a fast song", "very quiet"], audio)

    assert min(quick[1], quick[3]) > max(quick[0], quick[2])
    assert min(silent[2:]) > max(silent[:2])


def test_untrained_towers_are_drawn_by_their_seed(tmp_path: Path) -> None:
    windows = read_windows(write(tmp_path / "a.wav", clicks(120)))
    trained = Space.load("small")

    one, same, other = (untrained("small", seed) for seed in (1, 1, 2))

    np.testing.assert_array_equal(one.encode_windows(windows), same.encode_windows(windows))
    assert one.encode_windows(windows) @ other.encode_windows(windows) < 0.9
    assert one.encode_windows(windows) @ trained.encode_windows(windows) < 0.9
    assert len({one.hash, other.hash, trained.hash}) == 3


def test_a_space_is_not_set_beside_itself() -> None:
    for company in ({"beside": ["small"]}, {"trainings": ["small"]}):
        with pytest.raises(NotASpace, match="nothing can be compared"):
            load_subjects("small", **company)


def test_yardsticks_can_be_left_out() -> None:
    assert load_subjects("small", yardsticks=False).beside == ()
    assert [one.name for one in load_subjects("small").beside] == ["untrained", "bridge"]
