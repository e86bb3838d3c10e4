"""What holds for every session: its state and its queue depend on the set of its events alone."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ranker import preference
from ranker.config import RankerConfig
from ranker.examples import examples_of
from ranker.history import history_of
from ranker.listener import Background
from ranker.preference import Preference
from ranker.session import step
from ranker.wishes import wishes_of
from schemas import SessionEvent, SessionState
from tests.factories import command, follow, state, undo
from tests.ranker.logs import TRACKS, logs

SMALL = RankerConfig(queue_length=15, mined=20)
EVERYTHING = replace(
    SMALL, exploration=0.5, diversity=1.0, churn_budget=3, group_rule="turns", drop_evidence=1.0
)
"""All knobs turned."""
NOBODY = Background.none(8)

thoroughly = settings(max_examples=100)
briefly = settings(max_examples=40)


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[list[SessionEvent], list[SessionEvent]]:
    """Draw a log, and the same log as a network may deliver it: late, twice, in any order."""
    log = draw(logs())
    again = draw(st.lists(st.sampled_from(log), max_size=6))
    return log, draw(st.permutations(log + again))


def fitted(session: SessionState) -> Preference:
    history = history_of(session)
    wishes = wishes_of(history, TRACKS, SMALL)
    return preference.fit(examples_of(history, SMALL), wishes, NOBODY, TRACKS, SMALL)


@pytest.mark.parametrize("config", [SMALL, EVERYTHING], ids=["plain", "all knobs turned"])
@given(deliveries())
@thoroughly
def test_order_duplication_and_delay_do_not_matter(
    config: RankerConfig, delivered: tuple[list[SessionEvent], list[SessionEvent]]
) -> None:
    in_order, anyhow = delivered

    first, _ = follow(*in_order, tracks=TRACKS, config=config)
    second, _ = follow(*anyhow, tracks=TRACKS, config=config)

    assert first.encode() == second.encode()
    assert first.revision == second.revision
    # Asking again with a known event names the same cause on both sides.
    (_, one), (_, other) = (step(s, in_order[0], TRACKS, config) for s in (first, second))
    assert one.encode() == other.encode()


@given(logs())
@briefly
def test_a_replay_gives_the_same_bytes(log: list[SessionEvent]) -> None:
    state_then, update_then = follow(*log, tracks=TRACKS, config=SMALL)
    state_now, update_now = follow(*log, tracks=TRACKS, config=SMALL)

    assert state_then.encode() == state_now.encode()
    assert update_then.encode() == update_now.encode()


@given(logs())
@briefly
def test_a_state_that_was_written_and_read_goes_on_as_before(log: list[SessionEvent]) -> None:
    session, _ = follow(*log, tracks=TRACKS, config=SMALL)
    restored = SessionState.model_validate_json(session.encode())

    assert step(restored, log[0], TRACKS, SMALL) == step(session, log[0], TRACKS, SMALL)


@given(logs(), st.data())
@briefly
def test_a_revision_grows_with_every_event_that_changes_something(
    log: list[SessionEvent], data: st.DataObject
) -> None:
    session = state()
    for event in data.draw(st.permutations(log + log[:3])):
        before = session
        session, update = step(session, event, TRACKS, SMALL)

        assert update.revision == session.revision
        assert (session.revision > before.revision) == (session != before)


@given(logs(forgetting=False), logs(forgetting=False))
@thoroughly
def test_what_was_undone_leaves_no_trace(log: list[SessionEvent], more: list[SessionEvent]) -> None:
    mistake = more[0].model_copy(update={"event_id": "mistake"})

    never, told_never = follow(*log, tracks=TRACKS, config=SMALL)
    undone, told_undone = follow(mistake, *log, undo(mistake), tracks=TRACKS, config=SMALL)

    assert told_undone.slots == told_never.slots
    assert told_undone.causes == told_never.causes
    assert told_undone.relaxed == told_never.relaxed
    assert told_undone.current == told_never.current
    assert told_undone.model == told_never.model
    np.testing.assert_array_equal(fitted(undone).alpha, fitted(never).alpha)
    np.testing.assert_array_equal(fitted(undone).weights, fitted(never).weights)


@given(logs())
@briefly
def test_after_forgetting_only_what_came_later_counts(log: list[SessionEvent]) -> None:
    forget = command("forget", 4.5, event_id="forget")
    later = [event for event in log if event.order > forget.order]

    forgetful, told = follow(*log, forget, tracks=TRACKS, config=SMALL)
    _, told_fresh = follow(forget, *later, tracks=TRACKS, config=SMALL)

    assert told.slots == told_fresh.slots
    assert all(
        event.order >= forget.order or getattr(event, "command", "") == "forget"
        for event in forgetful.events
    )


@given(logs())
@briefly
def test_step_leaves_its_inputs_alone(log: list[SessionEvent]) -> None:
    session, _ = follow(*log[:-1], tracks=TRACKS, config=SMALL) if log[1:] else (state(), None)
    vectors, state_bytes, event_bytes = TRACKS.vectors.copy(), session.encode(), log[-1].encode()

    step(session, log[-1], TRACKS, SMALL)

    assert session.encode() == state_bytes
    assert log[-1].encode() == event_bytes
    np.testing.assert_array_equal(TRACKS.vectors, vectors)


@given(logs())
@thoroughly
def test_every_queue_is_well_formed(log: list[SessionEvent]) -> None:
    session, update = follow(*log, tracks=TRACKS, config=SMALL)
    queued = [slot.track_id for slot in update.slots]
    scores = [slot.score for slot in update.slots if not slot.locked]

    chosen = {slot.track_id for slot in update.slots if slot.lane == "listener"}
    assert not (set(queued) - chosen) & history_of(session).played
    assert len(set(queued)) == len(queued) <= SMALL.queue_length
    assert scores == sorted(scores, reverse=True)
    assert (update.empty_because is None) == bool(queued)
    for slot in update.slots:
        told = [part for _, part in slot.reasons]
        assert sum(told) == pytest.approx(slot.score, abs=1e-6)
        assert len(told) <= SMALL.named_reasons + 1
        assert all(0 <= index < len(update.causes) for index, _ in slot.reasons)


@given(logs())
@briefly
def test_every_state_and_update_is_a_legal_record(log: list[SessionEvent]) -> None:
    records: tuple[Any, ...] = follow(*log, tracks=TRACKS, config=SMALL)

    for record in records:
        assert type(record).model_validate_json(record.encode()) == record
