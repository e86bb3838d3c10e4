"""The suite passes clients that follow the contract, and finds what is wrong with the others."""

import json
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from streams.cli import conform
from tests.client.adapters import Json, Naive, Say, awaiting, threaded, waiting
from upnext.conformance import CASES, generated, program, run, run_all
from upnext.conformance.rules import Rule
from upnext.conformance.run import Adapter
from upnext.conformance.script import Case
from upnext.errors import NotFollowed

ALL = (*CASES, *generated(8))
DOCUMENT = Path(__file__).parents[2] / "docs" / "queue-updates.md"
PYTHON = [sys.executable, "-m", "upnext.conformance.adapter"]


def faults(adapter: Adapter, cases: tuple[Case, ...] = ALL, limit: float = 20) -> dict[str, str]:
    results = run_all(cases, adapter, limit=limit, at_once=8)
    return {result.name: result.why for result in results if result.why}


def breaks(client: type[Naive], rule: Rule) -> bool:
    """Say whether a case finds that a client breaks a rule."""
    cases = [case for case in CASES if case.rule == rule]
    results = (run(case, threaded(lambda *of: client()(*of)), limit=2) for case in cases)
    return any(not result.passed for result in results)


@pytest.mark.parametrize("follow", [waiting, awaiting])
def test_our_clients_follow_the_contract(follow: object) -> None:
    assert faults(threaded(follow)) == {}  # type: ignore[arg-type]


@pytest.mark.parametrize("options", [[], ["--asynchronous"]])
def test_an_adapter_may_be_a_program(options: list[str]) -> None:
    some = tuple(case for case in CASES if "gap" in case.name)[:2]

    assert faults(program([*PYTHON, *options]), some, limit=60) == {}


def test_a_client_may_fetch_the_queue_after_a_gap() -> None:
    class Fetching(Naive):
        fetches_after_a_gap = True

    gaps = tuple(case for case in CASES if case.rule == Rule.GAP)

    assert faults(threaded(lambda *of: Fetching()(*of)), gaps) == {}


def test_a_plain_client_that_does_as_told_breaks_no_rule() -> None:
    assert faults(threaded(lambda *of: Naive()(*of)), CASES) == {}


def test_a_client_that_takes_whatever_comes_is_found() -> None:
    class Gullible(Naive):
        def is_newer(self, envelope_id: str) -> bool:
            return True

    assert breaks(Gullible, Rule.NEWER)


def test_a_client_that_compares_ids_as_texts_is_found() -> None:
    class Textual(Naive):
        def is_newer(self, envelope_id: str) -> bool:
            return envelope_id > (self.held_id or "")

    assert breaks(Textual, Rule.NEWER)


def test_a_client_that_applies_a_delta_to_anything_is_found() -> None:
    class Careless(Naive):
        def fits(self, delta: Json) -> bool:
            return True

    assert breaks(Careless, Rule.GAP)


def test_a_client_that_keeps_what_has_gone_is_found() -> None:
    class Hoarder(Naive):
        def merged(self, change: Json) -> list[Json]:
            now = super().merged(change)
            names = {slot["track_id"] for slot in now}
            return now + [slot for slot in self.slots if slot["track_id"] not in names]

    assert breaks(Hoarder, Rule.GONE)


def test_a_client_that_sorts_by_score_is_found() -> None:
    class Sorting(Naive):
        def merged(self, change: Json) -> list[Json]:
            return sorted(super().merged(change), key=lambda slot: -slot["score"])

    assert breaks(Sorting, Rule.PLACE)


def test_a_client_that_keeps_old_slots_is_found() -> None:
    class Stale(Naive):
        def merged(self, change: Json) -> list[Json]:
            known = {slot["track_id"]: slot for slot in (*change["changed"], *self.slots)}
            return [known[track_id] for track_id in change["order"]]

    assert breaks(Stale, Rule.DELTA)


def test_a_client_that_begins_anew_after_every_break_is_found() -> None:
    class Forgetful(Naive):
        resumes = False

    assert breaks(Forgetful, Rule.RESUME)


def test_a_client_that_asks_for_deltas_after_a_gap_is_found() -> None:
    class Stubborn(Naive):
        resumes_after_a_gap = True

    assert breaks(Stubborn, Rule.GAP)


def test_a_client_that_stumbles_over_new_kinds_is_found() -> None:
    class Strict(Naive):
        def take(self, data: str, say: Say) -> bool:
            return '"hint"' not in data and super().take(data, say)

    assert breaks(Strict, Rule.UNKNOWN)


def test_the_report_says_what_was_held_and_what_was_due() -> None:
    class Sorting(Naive):
        def merged(self, change: Json) -> list[Json]:
            return sorted(super().merged(change), key=lambda slot: slot["track_id"])

    case = next(case for case in CASES if case.name.startswith("the order is kept"))

    result = run(case, threaded(lambda *of: Sorting()(*of)), limit=5)

    assert result.why == "after 1-1 [a b c] it holds 2-1 [a b c], where 2-1 [c a b] is due"


def test_an_adapter_that_ends_is_quoted() -> None:
    clumsy = program([sys.executable, "-c", "raise ValueError('no such option')"])

    result = run(CASES[0], clumsy, limit=60)

    assert result.why == (
        "at first 1-1 [a b c d] is due, but the adapter ended: ValueError: no such option"
    )


@pytest.mark.parametrize(
    "line", ["hello", "7", "{}", '{"id": "1-1"}', '{"id": "1-1", "update": 7}']
)
def test_an_adapter_that_talks_otherwise_is_told_how_to(line: str) -> None:
    result = run(CASES[0], program([sys.executable, "-c", f"print({line!r})"]), limit=60)

    assert result.why is not None
    assert 'a line is no {"id": ..., "update": {"slots": [...]}}' in result.why


def test_an_adapter_that_is_not_there_is_told() -> None:
    with pytest.raises(NotFollowed, match="cannot start the adapter 'no-such-program'"):
        run(CASES[0], program(["no-such-program"]))


def test_names_tell_cases_apart() -> None:
    assert len({case.name for case in ALL}) == len(ALL)


def test_the_contract_has_every_rule_in_the_words_of_the_report() -> None:
    contract = DOCUMENT.read_text()

    assert [rule for rule in Rule if f"**{rule}**" not in contract] == []
    assert {case.rule for case in CASES} == set(Rule)


# The command.


def conforms(*arguments: str) -> tuple[int, str]:
    app = typer.Typer()
    conform.register(app)
    app.callback()(lambda: None)
    result = CliRunner().invoke(app, ["conform", *arguments])
    return result.exit_code, result.stdout


def test_the_command_reports_as_json() -> None:
    status, told = conforms("--only", "taken as it is", "--json", "--", *PYTHON)

    report = json.loads(told)
    assert status == 0
    assert (report["passed"], report["failed"]) == (1, 0)
    assert report["cases"][0]["rule"] == Rule.FULL
    assert report["cases"][0]["why"] is None


def test_the_command_names_the_rule_that_is_broken() -> None:
    status, told = conforms("--only", "taken as it is", "--", sys.executable, "-c", "print(1)")

    assert status == 1
    assert f"rule: {Rule.FULL}" in told
    assert "0 of 1 cases passed" in told


@pytest.mark.parametrize(
    "arguments",
    [["--only", "no such words", "--", "true"], ["--only", "taken", "--", "no-such-program"]],
)
def test_a_command_that_cannot_be_carried_out_has_a_status_of_its_own(arguments: list[str]) -> None:
    assert conforms(*arguments)[0] == 2
