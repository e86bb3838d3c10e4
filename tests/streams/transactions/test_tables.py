"""The rows of a partition, and what a batch writes over them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import SessionState
from streams.errors import RowTooLarge
from streams.transactions import tables
from streams.transactions.tables import Overlay, Rows
from streams.work.tables import SESSION_ROW
from tests.factories import playback, state

KEYS = st.sampled_from(["a", "b", "c", "d"])
WRITES = st.lists(st.tuples(KEYS, st.none() | st.integers(0, 9)), max_size=12)


def row(number: int) -> SessionState:
    return SessionState(listener_id="ann", session_id="s1", floor=number)


def rows(**numbers: int) -> Rows[SessionState]:
    found = Rows(SESSION_ROW)
    for key, number in numbers.items():
        found.put(key, SESSION_ROW.dumps(row(number)))
    return found


def write(table: Any, key: str, number: int | None) -> None:
    if number is not None:
        table[key] = row(number)
    elif key in table:
        del table[key]


def content(of: Rows[SessionState]) -> dict[str, SessionState | None]:
    return {key: of.get(key) for key in of}


@given(WRITES, WRITES)
def test_an_overlay_behaves_like_a_dict_and_its_merge_makes_the_rows_that_dict(
    before: list[tuple[str, int | None]], batch: list[tuple[str, int | None]]
) -> None:
    held, expected = Rows(SESSION_ROW), dict[str, SessionState]()
    for writes in (before, batch):
        over = Overlay(held)
        for key, number in writes:
            write(over, key, number)
            write(expected, key, number)
        assert dict(over) == expected
        assert len(over) == len(expected)
        over.pack()
        over.merge()

    assert content(held) == expected


@given(WRITES)
def test_the_rows_stay_as_they_are_until_the_merge(batch: list[tuple[str, int | None]]) -> None:
    held = rows(a=1, b=2)
    over = Overlay(held)

    for key, number in batch:
        write(over, key, number)
    over.pack()

    assert content(held) == {"a": row(1), "b": row(2)}


def test_a_changelog_gets_the_last_of_a_rows_values_once_and_a_tombstone_for_one_that_is_gone():
    over = Overlay(rows(a=1, b=2))

    over["a"] = row(3)
    over["a"] = row(4)
    del over["b"]

    assert over.pack() == {"a": SESSION_ROW.dumps(row(4)), "b": None}


def test_what_is_not_there_cannot_be_deleted():
    with pytest.raises(KeyError):
        del Overlay(rows(a=1))["b"]


def test_few_rows_are_kept_decoded_and_all_can_be_read():
    held = Rows(SESSION_ROW, decoded=2)
    for number, key in enumerate("abcde"):
        held.put(key, SESSION_ROW.dumps(row(number)))

    read = [held.get(key) for key in "abcdeabcde"]

    assert read == [row(number) for number in (*range(5), *range(5))]
    assert len(held._decoded) == 2


def test_a_row_that_the_broker_would_refuse_is_refused_with_its_key(monkeypatch):
    monkeypatch.setattr(tables, "MAX_ROW_BYTES", 60)
    over = Overlay(rows())
    over["ann|s1"] = state(playback())

    with pytest.raises(RowTooLarge, match=r"ann\|s1.*at most 60"):
        over.pack()
