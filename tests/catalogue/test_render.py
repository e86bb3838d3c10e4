import io
import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest

from catalogue.brief import Wish, draw_brief
from catalogue.chance import generator
from catalogue.compose import compose
from catalogue.errors import (
    CatalogueError,
    NoSongs,
    SoundfontMissing,
    SynthesiserFailed,
    SynthesiserMissing,
)
from catalogue.names import Name, draw_names
from catalogue.piece import Note, Part, Piece
from catalogue.progress import Progress
from catalogue.render import CEILING, LEVEL_DB, Sound, finish, level_of, synthesise
from catalogue.ship import SAMPLING_RATE
from catalogue.tracks import Track, tags_of

SOUNDFONTS = [
    *Path("/usr/share/sounds/sf2").glob("TimGM6mb.sf2"),
    *Path("/usr/share/sounds").glob("sf*/*.sf*"),
]


def piece(velocity: int = 80) -> Piece:
    return Piece("pop", 120, "major", (Part("piano", 0, (Note(0, 1, 60, velocity),)),))


def chirp(loudness: float) -> np.ndarray:
    time = np.arange(12 * 8000) / 8000
    wave = np.sin(2 * np.pi * (200 + 250 * time) * time) * loudness
    return np.stack([wave, wave], 1).astype(np.float32)


@pytest.mark.parametrize("loudness", [0.001, 0.1, 1.0])
def test_every_piece_ends_at_the_same_level(loudness: float) -> None:
    audio = finish(chirp(loudness), piece(), Sound(), sampling_rate=8000, rng=generator(1))

    assert level_of(audio) == pytest.approx(LEVEL_DB, abs=1)
    assert np.abs(audio).max() <= CEILING


def test_a_hard_touch_is_brighter_than_a_soft_one() -> None:
    hiss = generator(2).normal(size=(12 * 16_000, 1)).astype(np.float32)

    def treble(velocity: int) -> float:
        audio = finish(hiss, piece(velocity), Sound(room=0), sampling_rate=16_000, rng=generator(1))
        spectrum = np.abs(np.fft.rfft(audio[:, 0])) ** 2
        return float(spectrum[len(spectrum) // 2 :].sum() / spectrum.sum())

    assert treble(120) > 1.3 * treble(40)


def test_a_missing_soundfont_is_named_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(SoundfontMissing, match=r"none\.sf2.*apt-get install"):
        list(synthesise([piece()], tmp_path / "none.sf2", sampling_rate=SAMPLING_RATE))


@pytest.mark.parametrize(
    "error",
    [
        SynthesiserMissing(),
        SynthesiserFailed(Path("x.sf2"), "out of memory"),
        SoundfontMissing(Path("x.sf2")),
        NoSongs(Path("songs")),
    ],
)
def test_an_error_comes_back_whole_from_a_worker_process(error: CatalogueError) -> None:
    returned = pickle.loads(pickle.dumps(error))

    assert type(returned) is type(error)
    assert str(returned) == str(error)


@pytest.mark.skipif(shutil.which("fluidsynth") is None, reason="fluidsynth is not installed")
@pytest.mark.skipif(not SOUNDFONTS, reason="no soundfont is installed")
def test_pieces_of_one_run_do_not_run_into_each_other() -> None:
    rng = generator(5)
    pieces = [compose(draw_brief(rng, Wish(drums=drums)), rng) for drums in (True, False)]

    first, second = synthesise(pieces, SOUNDFONTS[0], sampling_rate=16_000)
    (alone,) = synthesise(pieces[1:], SOUNDFONTS[0], sampling_rate=16_000)

    assert first.shape == second.shape == (12 * 16_000, 2)
    assert np.abs(first).max() > 0.01
    assert np.corrcoef(second[:, 0], alone[:, 0])[0, 1] > 0.9


def test_titles_are_drawn_once() -> None:
    names = draw_names(["jazz", "rock"] * 200, generator(1))

    assert len({name.title for name in names}) == 400


def test_tags_leave_out_what_is_unknown() -> None:
    tags = tags_of(Track("x", Name("Amber Bay", "Ada Fenwick", "Blue Kite", None), piece()))

    assert tags == {
        "title": "Amber Bay",
        "artist": "Ada Fenwick",
        "album": "Blue Kite",
        "genre": "pop",
        "license": "CC0-1.0",
    }


def test_progress_writes_plain_lines_without_a_terminal() -> None:
    stream = io.StringIO()

    with Progress("pieces", 100, stream) as progress:
        for _ in range(100):
            progress.advance()

    lines = stream.getvalue().splitlines()
    assert len(lines) == 10
    assert lines[-1].startswith("pieces: 100 of 100")
