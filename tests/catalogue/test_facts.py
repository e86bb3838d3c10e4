import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.facts import FAST_BPM, SLOW_BPM, facts_of, onset_rate
from catalogue.instruments import DRUMS
from catalogue.piece import Mode, Note, Part, Piece


def notes(per_beat: float = 1, velocity: int = 80, beats: int = 40) -> tuple[Note, ...]:
    return tuple(
        Note(i / per_beat, 0.5 / per_beat, 60, velocity) for i in range(int(beats * per_beat))
    )


def piece(
    *,
    bpm: float = 105,
    mode: Mode = "major",
    instrument: str = "piano",
    velocity: int = 80,
    per_beat: float = 1,
    drums: bool = False,
) -> Piece:
    parts = [Part(instrument, 0, notes(per_beat, velocity))]
    if drums:
        parts.append(Part(DRUMS, 0, notes()))
    return Piece("pop", bpm, mode, tuple(parts))


@pytest.mark.parametrize(
    "bpm, tempo",
    [(60, "slow"), (SLOW_BPM, "slow"), (SLOW_BPM + 1, "medium"),
     (FAST_BPM - 1, "medium"), (FAST_BPM, "fast"), (170, "fast")],
)  # fmt: skip
def test_tempo_is_told_by_the_beats_a_minute(bpm: float, tempo: str) -> None:
    assert facts_of(piece(bpm=bpm)).tempo == tempo


def test_drums_are_heard_only_if_something_is_played_on_them() -> None:
    silent = Piece("pop", 100, "major", (Part("piano", 0, notes()), Part(DRUMS, 0, ())))

    assert facts_of(piece(drums=True)).drums
    assert not facts_of(piece()).drums
    assert not facts_of(silent).drums


def test_fast_hard_playing_is_energetic_and_slow_soft_playing_is_not() -> None:
    assert facts_of(piece(bpm=160, velocity=115, per_beat=2)).energy == "high"
    assert facts_of(piece(bpm=60, velocity=45)).energy == "low"


def test_loudness_is_touch_and_timbre() -> None:
    assert facts_of(piece(velocity=45)).loudness == "quiet"
    assert facts_of(piece(velocity=115)).loudness == "loud"
    assert facts_of(piece(velocity=95, instrument="distorted guitar")).loudness == "loud"
    assert facts_of(piece(velocity=95, instrument="music box")).loudness == "medium"


@pytest.mark.parametrize(
    "bpm, velocity, mode, mood",
    [(120, 80, "major", "happy"), (60, 45, "major", "tender"), (60, 80, "minor", "sad"),
     (160, 115, "minor", "tense")],
)  # fmt: skip
def test_mood_follows_from_mode_tempo_and_energy(
    bpm: float, velocity: int, mode: Mode, mood: str
) -> None:
    assert facts_of(piece(bpm=bpm, velocity=velocity, mode=mode, per_beat=2)).mood == mood


def test_a_distorted_guitar_is_an_electric_guitar_too() -> None:
    facts = facts_of(piece(instrument="distorted guitar"))

    assert facts.instruments == ("distorted guitar", "electric guitar")
    assert facts.families == ("guitar",)


def test_chords_count_as_one_onset() -> None:
    chord = tuple(Note(0.0, 1.0, pitch, 80) for pitch in (60, 64, 67))

    assert onset_rate(Piece("pop", 60, "major", (Part("piano", 0, chord),))) == pytest.approx(
        1 / 12
    )


@given(bpm=st.floats(55, 170), softer=st.integers(1, 126), harder=st.integers(1, 126))
def test_harder_playing_is_never_calmer(bpm: float, softer: int, harder: int) -> None:
    order = ("low", "medium", "high")
    softer, harder = sorted((softer, harder))

    soft, hard = (facts_of(piece(bpm=bpm, velocity=velocity)) for velocity in (softer, harder))

    assert order.index(soft.energy) <= order.index(hard.energy)
