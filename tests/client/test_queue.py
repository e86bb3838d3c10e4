"""What a client holds: the same as every other client, whatever reached it and how often."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.client.envelopes import after, delta, full, held, queue_of, read, sessions
from upnext.conformance.story import Held
from upnext.envelopes import envelope_of
from upnext.queue import Gap, apply, is_newer

ONE = held("1-1", "a b c")
TWO = held("2-1", "b* d c+", {"b": 2.5}, current="a")


def test_a_full_envelope_is_the_queue() -> None:
    queue = after(full(ONE))

    assert queue == queue_of(ONE)
    assert (queue.revision, queue.track_ids) == (1, ("a", "b", "c"))


def test_a_delta_leads_to_the_queue_that_it_was_made_of() -> None:
    assert after(full(ONE), delta(ONE, TWO)) == queue_of(TWO)


def test_what_is_no_newer_changes_nothing_at_all() -> None:
    queue = after(full(TWO))

    assert apply(queue, read(full(ONE))) is queue
    assert apply(queue, read(full(TWO))) is queue
    assert apply(queue, read(delta(held("1-9", "x"), TWO))) is queue


def test_a_delta_on_something_else_is_a_gap() -> None:
    gap = apply(queue_of(ONE), read(delta(TWO, held("3-1", "b"))))

    assert gap == Gap("3-1 builds on 2-1, but 1-1 is held")
    assert apply(None, read(delta(ONE, TWO))) == Gap("2-1 builds on 1-1, but nothing is held")


def test_an_order_with_a_track_that_nobody_told_of_is_a_gap() -> None:
    broken = delta(ONE, TWO)
    broken["slots"]["order"].append("unheard-of")

    gap = apply(queue_of(ONE), read(broken))

    assert gap == Gap("2-1 names unheard-of, of which no slot is held")


def test_a_delta_whose_update_is_none_is_a_gap() -> None:
    broken = delta(ONE, TWO)
    del broken["update"]["revision"]

    assert isinstance(apply(queue_of(ONE), read(broken)), Gap)


@given(sessions())
def test_deltas_and_full_envelopes_lead_to_the_same_queue(story: list[Held]) -> None:
    by_deltas = after(full(story[0]), *map(delta, story, story[1:]))

    assert by_deltas == after(full(story[-1])) == queue_of(story[-1])


@given(sessions(), st.data())
def test_whoever_follows_comes_to_the_same_queue_whatever_was_lost_or_repeated(
    story: list[Held], data: st.DataObject
) -> None:
    envelopes = [full(story[0]), *map(delta, story, story[1:]), *map(full, story[:-1])]
    arrived = data.draw(st.lists(st.sampled_from(envelopes), max_size=12))

    now = None
    for envelope in arrived:
        applied = apply(now, read(envelope))
        if isinstance(applied, Gap):  # the client connects anew
            applied = apply(now, read(full(story[-1])))
        assert not isinstance(applied, Gap)
        assert now is None or applied is now or is_newer(applied.id, now.id)
        assert applied in map(queue_of, story)
        now = applied

    assert apply(now, read(full(story[-1]))) == queue_of(story[-1])


def test_fields_of_a_newer_gateway_are_passed_over() -> None:
    novel = full(ONE) | {"sent_at": 7}
    novel["update"] = novel["update"] | {
        "weather": "fine",
        "slots": [{**slot, "colour": "blue"} for slot in ONE.slots],
    }

    assert after(novel) == queue_of(ONE)


def test_a_kind_of_a_newer_gateway_is_passed_over() -> None:
    assert envelope_of('{"kind": "hint", "id": "1-1"}') is None


@pytest.mark.parametrize(
    "data",
    [
        "{",
        "7",
        '{"kind": "full", "id": "one", "revision": 1, "update": {}}',
        json.dumps(full(ONE) | {"update": {"slots": []}}),
        json.dumps(delta(ONE, TWO) | {"base": None}),
        json.dumps(delta(ONE, TWO) | {"slots": {"order": ["a"]}}),
    ],
)
def test_what_cannot_be_read_is_told(data: str) -> None:
    with pytest.raises(ValueError, match="."):
        envelope_of(data)
