"""How deep a session went is the model that ranks it, found without a fit."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ranker.config import RankerConfig
from ranker.depth import depth_of
from ranker.models.sequence import SequenceModel
from ranker.session import update_of
from schemas import SessionEvent
from tests.checks.model_contract import untrained
from tests.factories import clause, playback, state, understood
from tests.ranker.logs import TRACKS, plays, words

SOON = RankerConfig(
    perceptron_from=2, perceptron_full=6, sequence_from=2, sequence_full=6, model_head_start=0
)
"""All models of the ladder, within a few acts."""
MEMORY = untrained(dimension=8)

alone = (plays | words).map(lambda event: event.model_copy(update={"member": None}))


@pytest.mark.parametrize("memory", [None, MEMORY], ids=["no sequence model", "a sequence model"])
@given(st.lists(alone, min_size=1, max_size=12, unique_by=lambda event: event.event_id))
@settings(max_examples=40)
def test_it_is_the_model_that_ranks(memory: SequenceModel | None, log: list[SessionEvent]) -> None:
    session = state(*sorted(log, key=lambda event: event.order))

    update = update_of(session, log[0], TRACKS, SOON, sequence=memory)

    assert depth_of(session, TRACKS, SOON, memory) == update.model


def acts(count: int, **fields: str) -> list[SessionEvent]:
    return [
        playback(f"t{place}", "disliked" if place % 2 else "liked", place, **fields)
        for place in range(count)
    ]


@pytest.mark.parametrize("count, model", [(1, "nearest"), (2, "blend"), (6, "mlp")])
def test_the_more_was_done_the_deeper(count: int, model: str) -> None:
    assert depth_of(state(*acts(count)), TRACKS, SOON) == model


def test_a_sequence_model_of_another_space_was_never_heard() -> None:
    session = state(*acts(6))

    assert depth_of(session, TRACKS, SOON, MEMORY) == "sequence"
    assert depth_of(session, TRACKS, SOON, untrained(dimension=4)) == "mlp"


def test_words_alone_go_no_deeper_than_what_is_near_to_them() -> None:
    said = understood(clause("more", "flutes", [1.0] + [0.0] * 7))

    assert depth_of(state(said), TRACKS, SOON) == "nearest"
    assert depth_of(state(), TRACKS, SOON) == "order"


def test_a_shared_session_went_as_deep_as_any_of_its_members() -> None:
    guest = playback("t30", "liked", 40, member="bob")
    session = state(*acts(6, member="ann"), guest)

    assert depth_of(session, TRACKS, SOON) == "mlp"


def test_acts_on_tracks_that_left_the_library_went_nowhere() -> None:
    session = state(playback("gone", "liked"), playback("gone-too", "disliked", 1))

    assert depth_of(session, TRACKS, SOON) == "order"
