import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalogue.brief import BPM, Brief, Wish, draw_brief
from catalogue.chance import generator
from catalogue.compose import compose
from catalogue.drums import GROOVES, JIGS, PIECES, WALTZES
from catalogue.facts import facts_of, has_drums
from catalogue.figures import BASS_LINES, FIGURES
from catalogue.instruments import INSTRUMENTS
from catalogue.piece import Meter
from catalogue.styles import STYLES

seeds = st.integers(0, 2**32 - 1)


def brief(**changes: object) -> Brief:
    plain = Brief(
        style="pop",
        bpm=120,
        velocity=80,
        density="medium",
        mode="major",
        drums=False,
        lead="piano",
        companion="acoustic guitar",
        bass="bass guitar",
        onset_rate=3.0,
    )
    return dataclasses.replace(plain, **changes)  # type: ignore[arg-type]


@given(seed=seeds)
@settings(max_examples=25, deadline=None)
def test_the_same_seed_composes_the_same_piece(seed: int) -> None:
    first, second = (compose(draw_brief(rng), rng) for rng in (generator(seed), generator(seed)))

    assert first == second


@given(seed=seeds)
@settings(max_examples=50, deadline=None)
def test_what_the_brief_says_is_true_of_the_piece(seed: int) -> None:
    rng = generator(seed)
    drawn = draw_brief(rng)

    facts = facts_of(compose(drawn, rng))

    assert facts.drums == drawn.drums
    assert facts.mode == drawn.mode
    assert facts.style == drawn.style
    assert drawn.lead in facts.instruments
    (tempo,) = (name for name, (low, high) in BPM.items() if low <= drawn.bpm <= high)
    assert facts.tempo == tempo


@given(seed=seeds)
@settings(max_examples=50, deadline=None)
def test_players_stay_within_their_range_and_the_piece_within_its_length(seed: int) -> None:
    rng = generator(seed)

    piece = compose(draw_brief(rng), rng)

    for part in piece.parts:
        for note in part.notes:
            assert 0 <= note.start < note.start + note.length <= piece.beats + 1e-6
            assert 1 <= note.velocity <= 127
            if not part.is_drums:
                player = INSTRUMENTS[part.instrument]
                assert player.low - 12 <= note.pitch <= player.high + 12


def test_drums_play_only_when_asked_for() -> None:
    assert has_drums(compose(brief(drums=True), generator(1)))
    assert not has_drums(compose(brief(drums=False), generator(1)))


def test_a_busy_piece_has_more_onsets_than_a_sparse_one() -> None:
    busy = compose(brief(density="busy", onset_rate=8.0, companion=None), generator(1))
    sparse = compose(brief(density="sparse", onset_rate=1.2, companion=None), generator(1))

    assert facts_of(busy).density == "busy"
    assert facts_of(sparse).density == "sparse"


@pytest.mark.parametrize("tempo", ["slow", "medium", "fast"])
def test_no_tempo_belongs_to_one_kind_of_drums_or_touch(tempo: str) -> None:
    drawn = [draw_brief(generator(seed), Wish(tempo=tempo)) for seed in range(300)]  # type: ignore[arg-type]

    assert 0.35 < sum(one.drums for one in drawn) / len(drawn) < 0.65
    assert 0.2 < sum(one.velocity > 100 for one in drawn) / len(drawn) < 0.47


def test_in_a_jig_strokes_fall_on_thirds() -> None:
    jig = Meter(2, compound=True)

    assert [jig.place(beat) for beat in (0, 0.5, 1, 1.25)] == pytest.approx([0, 2 / 3, 1, 4 / 3])


def test_styles_name_only_what_exists() -> None:
    for style in STYLES.values():
        assert {*style.leads, *style.companions, *style.basses} <= set(INSTRUMENTS)
        assert set(style.figures) <= set(FIGURES)
        assert set(style.walks) <= set(BASS_LINES)
        assert set(style.grooves) <= set(GROOVES)


def test_grooves_fill_their_bars_with_drums_that_exist() -> None:
    for grooves, strokes in ((GROOVES, 16), (WALTZES, 12), (JIGS, 6)):
        for pattern in grooves.values():
            assert set(pattern) <= set(PIECES)
            assert {len(line) for line in pattern.values()} == {strokes}
