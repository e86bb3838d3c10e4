"""What a client is told leads to what the gateway holds, whatever it held before."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.gateway.envelopes import Gap, Update, UpdateId, apply, delta, full

names = st.text("abcdefgh", min_size=1, max_size=2)
slots = st.dictionaries(names, st.fixed_dictionaries({"score": st.integers(0, 3)}), max_size=8)


@st.composite
def updates(draw: st.DrawFn) -> dict[str, Any]:
    order = [{"track_id": name, **slot} for name, slot in draw(slots).items()]
    return {"revision": 1, "slots": draw(st.permutations(order)), "model": draw(names)}


ids = st.builds(UpdateId, st.integers(1, 5), st.integers(0, 20))


@given(updates(), updates())
def test_a_delta_applied_to_its_base_is_the_newer_update(base: Update, newer: Update) -> None:
    one, two = UpdateId(1, 4), UpdateId(1, 9)

    held = apply((str(one), base), delta(base, one, newer, two))

    assert held == (str(two), newer)


@given(updates(), updates())
def test_a_delta_tells_only_the_slots_that_are_new_or_other(base: Update, newer: Update) -> None:
    told = delta(base, UpdateId(1, 4), newer, UpdateId(1, 9))["slots"]["changed"]

    assert told == [slot for slot in newer["slots"] if slot not in base["slots"]]


@given(updates(), ids, updates(), ids)
def test_what_is_older_than_what_is_held_is_passed_over(
    held: Update, held_id: UpdateId, other: Update, other_id: UpdateId
) -> None:
    after = apply((str(held_id), held), full(other, other_id))

    assert after == ((str(other_id), other) if other_id > held_id else (str(held_id), held))


@given(st.lists(st.tuples(updates(), ids), min_size=1, max_size=6, unique_by=lambda one: one[1]))
def test_clients_that_hear_the_same_in_another_order_converge(
    told: list[tuple[Update, UpdateId]],
) -> None:
    forward, backward = None, None
    for update, named in told:
        forward = apply(forward, full(update, named))
    for update, named in reversed(told):
        backward = apply(backward, full(update, named))

    assert forward == backward


def test_a_delta_against_another_update_is_a_gap() -> None:
    update = {"slots": []}
    told = delta(update, UpdateId(3, 7), update, UpdateId(4, 8))

    with pytest.raises(Gap, match="against '3-7', but '2-6' is held: ask for a full"):
        apply(("2-6", update), told)
    with pytest.raises(Gap, match="None is held"):
        apply(None, told)


def test_of_one_revision_the_later_in_the_partition_is_newer() -> None:
    assert UpdateId(2, 10) > UpdateId(2, 9) > UpdateId(1, 99)


@given(ids)
def test_an_id_is_read_as_it_is_written(named: UpdateId) -> None:
    assert UpdateId.read(str(named)) == named


@pytest.mark.parametrize(
    "text", ["", "7", "7-", "-7", "a-1", "1-a", "1-2-3", "٣-٤", "1" * 50 + "-1"]
)
def test_what_is_no_id_of_ours_is_none(text: str) -> None:
    assert UpdateId.read(text) is None
