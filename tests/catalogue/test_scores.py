import dataclasses
from pathlib import Path

import mido
import pytest

from catalogue.arrange import arrange
from catalogue.brief import draw_brief
from catalogue.chance import generator
from catalogue.clips import ClipPlan, clip_works, draw_clip, split_of
from catalogue.errors import NoSongs
from catalogue.facts import facts_of
from catalogue.piece import Note, Origin
from catalogue.score import Score, excerpt_from
from catalogue.scores import Work, works
from catalogue.songs import read_song, songs
from catalogue.theory import Key, key_of

A_MINOR = (69, 71, 72, 74, 76, 74, 72, 71, 69, 64, 68, 69)
C_MAJOR = (60, 62, 64, 65, 67, 69, 71, 72, 67, 64, 60, 60)


def score(
    pitches: tuple[int, ...] = A_MINOR,
    length: float = 1.0,
    meter: tuple[int, int] = (4, 4),
    voices: int = 1,
) -> Score:
    line = tuple(Note(i * length, length, pitch, 80) for i, pitch in enumerate(pitches * 12))
    lower = [
        tuple(note._replace(pitch=note.pitch - 12 * down) for note in line)
        for down in range(voices)
    ]
    return Score(Origin("test", "CC0-1.0", "test/tune.abc"), tuple(lower), meter)


def test_shipped_works_and_clip_works_are_disjoint() -> None:
    shipped = {work.opus for work in works() if work.is_for_shipping}
    train, validation, test = (
        {work.opus for work in clip_works(side)} for side in ("train", "validation", "test")
    )  # type: ignore[arg-type]

    assert shipped and train and validation and test
    assert not shipped & (train | validation | test)
    assert not train & (validation | test)
    assert not validation & test


def test_movements_of_a_quartet_stay_together() -> None:
    first, second = (Work(f"mozart/k155/movement{number}.mxl") for number in (1, 2))

    assert first.opus == second.opus
    assert first.is_for_shipping == second.is_for_shipping


@pytest.mark.parametrize("side", ["validation", "test"])
def test_one_song_in_ten_is_kept_for_each_of_validation_and_test(side: str) -> None:
    sides = [split_of(f"{number:03}.mid") for number in range(500)]

    assert 0.07 < sides.count(side) / len(sides) < 0.13


def test_a_key_is_found_by_how_long_its_notes_sound() -> None:
    minor, _ = key_of([Note(i, 1, pitch, 80) for i, pitch in enumerate(A_MINOR)])
    major, _ = key_of([Note(i, 1, pitch, 80) for i, pitch in enumerate(C_MAJOR)])

    assert minor == Key(9, "minor")
    assert major == Key(0, "major")


@pytest.mark.parametrize(
    "length, meter, beats",
    [(1.0, (4, 4), 4), (0.5, (4, 4), 4), (0.25, (2, 4), 4), (0.5, (6, 8), 2), (1.0, (3, 4), 3)],
)
def test_beats_are_what_a_listener_taps(length: float, meter: tuple[int, int], beats: int) -> None:
    cut = excerpt_from(score(length=length, meter=meter), beats=16, rng=generator(1))

    assert cut is not None
    assert cut.meter.beats == beats
    assert cut.meter.compound == (meter == (6, 8))


def test_an_excerpt_that_is_too_long_for_its_score_is_refused() -> None:
    assert excerpt_from(score(), beats=1000, rng=generator(1)) is None


@pytest.mark.parametrize("voices", [1, 2, 4])
def test_an_arrangement_is_played_by_whom_the_brief_names_in_the_mode_of_the_score(
    voices: int,
) -> None:
    rng = generator(3)
    brief = dataclasses.replace(
        draw_brief(rng), mode="major", lead="flute", companion="harp", bass=None, drums=True
    )
    cut = excerpt_from(score(voices=voices), beats=brief.beats, rng=rng)
    assert cut is not None

    facts = facts_of(arrange(cut, brief, rng))

    assert facts.instruments == ("flute", "harp")
    assert facts.mode == "minor"
    assert facts.drums


def test_a_song_is_moved_onto_the_grid(tmp_path: Path) -> None:
    song, track = mido.MidiFile(ticks_per_beat=480), mido.MidiTrack()
    song.tracks.append(track)
    track.append(mido.Message("note_on", note=60, velocity=80, time=40))  # a twelfth late
    for pitch in C_MAJOR * 4:
        track.append(mido.Message("note_off", note=60, time=480))
        track.append(mido.Message("note_on", note=pitch, velocity=80, time=0))
    song.save(tmp_path / "late.mid")

    (voice,) = read_song(tmp_path / "late.mid").voices  # type: ignore[union-attr]

    assert voice[0].start % 1 == pytest.approx(0, abs=0.03)


def test_a_folder_without_songs_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoSongs, match=str(tmp_path)):
        songs(tmp_path)


def test_a_clip_follows_from_its_seed_and_number() -> None:
    plan = ClipPlan(count=4, seed=7, soundfonts=(), out=Path())

    assert draw_clip(plan, 0) == draw_clip(plan, 0)
    assert draw_clip(plan, 0) != draw_clip(plan, 1)
