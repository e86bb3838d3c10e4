"""The TypeScript client: it builds, its own tests pass, and what is made from it is up to date."""

from pathlib import Path

import pytest

from tests.client.npm import installed, run
from tests.client.test_conformance import faults
from upnext.conformance import CASES, generated, program

PLAYER = Path(__file__).parents[2] / "streams" / "gateway" / "player" / "client"


@pytest.fixture(scope="module")
def project() -> Path:
    return installed()


@pytest.fixture(scope="module")
def tested(project: Path) -> Path:
    """The project with its tests and its adapter compiled."""
    run("node_modules/.bin/tsc", "--project", "tsconfig.json")
    return project


def test_its_own_tests_pass(tested: Path) -> None:
    assert "# fail 0" in run("npm", "test", "--ignore-scripts")


def test_it_follows_the_contract(tested: Path) -> None:
    adapter = program(["node", str(tested / "build" / "conform" / "adapter.js")])

    assert faults(adapter, (*CASES, *generated(2)), limit=60) == {}


def test_its_types_are_those_of_the_schemas(project: Path) -> None:
    made = run("node", "scripts/types.mjs", "--print")

    assert (project / "src" / "records.ts").read_text() == made, "run npm run types"


def test_the_player_has_what_the_source_builds_to(project: Path, tmp_path: Path) -> None:
    run("npm", "run", "build")
    run("node", "scripts/vendor.mjs", str(tmp_path))

    made = {path.name: path.read_text() for path in tmp_path.iterdir()}
    there = {path.name: path.read_text() for path in PLAYER.iterdir()}
    assert there == made, "run npm run vendor"


def test_the_lock_file_names_no_registry(project: Path) -> None:
    assert '"resolved"' not in (project / "package-lock.json").read_text()
