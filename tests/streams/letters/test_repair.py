"""What can be changed in a rejected value, and what cannot."""

import json

import pytest

from streams.errors import Unrepairable
from streams.letters.repair import Repair

VALUE = b'{"text":"no drums","clauses":[{"cut":1,"vector":null},{"cut":2}]}'


def repaired(*sets: str, unset: tuple[str, ...] = (), value: bytes = VALUE) -> object:
    return json.loads(Repair.parse(sets, unset).of(value))


def test_a_value_without_changes_stays_as_it_is_to_the_byte() -> None:
    untidy = b' {"b": 1,  "a":1e2}\n'

    assert Repair().of(untidy) == untidy
    assert Repair().of(b"\xff no json") == b"\xff no json"


@pytest.mark.parametrize(
    ("assignment", "found"),
    [
        ("text=calm", "calm"),
        ('text="7"', "7"),
        ("text=7", 7),
        ("text=null", None),
        ("text=a=b", "a=b"),
        ('text={"deep": [1]}', {"deep": [1]}),
    ],
)
def test_a_field_is_set_to_json_or_else_to_text(assignment: str, found: object) -> None:
    assert repaired(assignment)["text"] == found


def test_a_path_leads_through_lists_and_makes_the_objects_it_needs() -> None:
    body = repaired("clauses.1.cut=0.5", "rules.where.field=artist", unset=("clauses.0.vector",))

    assert body["clauses"] == [{"cut": 1}, {"cut": 0.5}]
    assert body["rules"] == {"where": {"field": "artist"}}


def test_an_item_is_removed_from_its_list() -> None:
    assert repaired(unset=("clauses.0",))["clauses"] == [{"cut": 2}]


@pytest.mark.parametrize(
    ("sets", "unset", "complaint"),
    [
        (["text"], (), "'text' sets nothing"),
        (["=1"], (), "no path"),
        (["a..b=1"], (), "no path"),
        (["clauses.2.cut=1"], (), r"'clauses\.2' is no item of a list of 2"),
        (["clauses.x.cut=1"], (), r"'clauses\.x' is no item"),
        (["text.deep=1"], (), r"no place for 'text\.deep': there is 'no drums'"),
        ([], ("nothing",), "no field 'nothing'"),
        ([], ("clauses.0.nothing",), r"no field 'clauses\.0\.nothing'"),
    ],
)
def test_a_change_that_cannot_be_made_is_named(
    sets: list[str], unset: tuple[str, ...], complaint: str
) -> None:
    with pytest.raises(Unrepairable, match=complaint):
        repaired(*sets, unset=unset)


@pytest.mark.parametrize("value", [b"", b"\xff", b"no json", b'"\\ud800"', b"[" * 5_000])
def test_what_is_no_json_is_left_to_the_editor(value: bytes) -> None:
    with pytest.raises(Unrepairable, match="--edit"):
        repaired("text=calm", value=value)


def test_what_is_nested_too_deep_to_be_written_again_is_left_to_the_editor() -> None:
    deep = b'{"a":' + b"[" * 500 + b"]" * 500 + b"}"

    with pytest.raises(Unrepairable, match="--edit"):
        repaired("text=calm", value=deep)


@pytest.mark.parametrize("value", [b"1", b'"text"', b"null"])
def test_a_value_without_fields_has_no_place_for_one(value: bytes) -> None:
    with pytest.raises(Unrepairable, match="no place for 'text'"):
        repaired("text=calm", value=value)
