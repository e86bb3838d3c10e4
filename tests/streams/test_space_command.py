"""`upnext space` as a person meets it: what there is, what it allows, and new ones by name."""

import json
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from embedder.errors import HubUnavailable, LicenceRefused, NotASpace, UnknownCheckpoint
from embedder.manifest import MANIFEST, Manifest
from embedder.pretrained.known import KNOWN
from embedder.space import Space
from streams.cli.app import app
from tests.embedder.pretrained.checkpoints import clap_checkpoint, music_folder

CLAP = "laion/clap-htsat-unfused"
MUQ = "OpenMuQ/MuQ-MuLan-large"


@pytest.fixture(autouse=True)
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPNEXT_STATE_FOLDER", str(tmp_path / "state"))
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:1")


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clap_checkpoint(tmp_path_factory.mktemp("clap"))


@pytest.fixture(scope="module")
def music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return music_folder(tmp_path_factory.mktemp("music") / "songs", listed=True)


def upnext(*arguments: str | Path, says: str | None = None) -> Result:
    return CliRunner().invoke(app, ["space", *map(str, arguments)], input=says)


def added(checkpoint: Path, music: Path, *more: str | Path) -> Result:
    return upnext("add", CLAP, "--from", checkpoint, "--tracks", music, "--accept-licence", *more)


def test_the_list_names_what_ships_and_what_is_known_with_licence_and_size() -> None:
    result = upnext("list", "--json")

    cards = {card["name"]: card for card in map(json.loads, result.stdout.splitlines())}
    assert cards["small"]["where"] == "shipped"
    assert KNOWN.keys() < cards.keys()
    assert cards[MUQ]["licence"] == "CC-BY-NC-4.0"
    assert cards[MUQ]["commercial_use"] is False
    assert all(cards[name]["megabytes"] > 100 for name in KNOWN)


def test_the_list_warns_of_what_is_not_for_commercial_use() -> None:
    lines = upnext("list").stdout.splitlines()

    (muq,) = (line for line in lines if MUQ in line)
    (clap,) = (line for line in lines if CLAP in line)
    assert "NO" in muq.split()
    assert "yes" in clap.split()


def test_the_shipped_space_is_shown_with_what_it_is_worth() -> None:
    card = json.loads(upnext("show", "small", "--json").stdout)
    manifest = Space.load("small").manifest

    assert card["hash"] == manifest.hash
    assert card["dimension"] == manifest.dimension
    assert card["quality"] == manifest.quality
    assert card["calibrated_words"] == len(manifest.calibration)
    assert "Apache-2.0" in upnext("show", "small").stdout


def test_a_checkpoint_is_shown_before_it_is_fetched() -> None:
    card = json.loads(upnext("show", "laion/larger_clap_music", "--json").stdout)

    assert "collapsed" in card["remark"]
    assert "NON-COMMERCIAL" in upnext("show", MUQ).stdout


def test_what_is_neither_name_nor_folder_is_answered_with_the_names() -> None:
    result = upnext("show", "nothing")

    assert isinstance(result.exception, NotASpace)
    assert "small" in str(result.exception)


def test_a_checkpoint_becomes_a_space_that_is_listed_shown_and_loaded(
    checkpoint: Path, music: Path, tmp_path: Path
) -> None:
    result = added(checkpoint, music, "--project", "16", "--revision", "abc", "--json")

    assert result.exit_code == 0, result.output
    card = json.loads(result.stdout)
    folder = tmp_path / "state" / "spaces" / "clap-htsat-unfused"
    assert card["folder"] == str(folder)
    assert (card["dimension"], card["training"]["revision"]) == (16, "abc")
    assert Space.load(folder).hash == card["hash"]
    assert card["name"] in upnext("list").stdout
    shown = json.loads(upnext("show", "clap-htsat-unfused", "--json").stdout)
    assert shown == card


def test_a_folder_of_ones_own_is_used_under_ones_own_name(
    checkpoint: Path, music: Path, tmp_path: Path
) -> None:
    result = upnext(
        *("add", "me/mine", "--from", checkpoint, "--tracks", music),
        *("--out", tmp_path / "mine", "--accept-licence"),
    )

    assert result.exit_code == 0, result.output
    manifest = Manifest.read(tmp_path / "mine")
    assert manifest.training["checkpoint"] == "me/mine"
    assert manifest.training["commercial use"] is False


def test_nothing_is_used_before_its_licence_is_accepted(
    checkpoint: Path, music: Path, tmp_path: Path
) -> None:
    result = upnext("add", MUQ, "--from", checkpoint, "--tracks", music, "--out", tmp_path / "out")

    assert isinstance(result.exception, LicenceRefused)
    assert "--accept-licence" in str(result.exception)
    assert "CC-BY-NC-4.0 NON-COMMERCIAL" in result.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("says", "made"), [("y\n", True), ("n\n", False), ("\n", False)])
def test_at_a_terminal_the_licence_is_asked_for(
    checkpoint: Path,
    music: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    says: str,
    made: bool,
) -> None:
    monkeypatch.setattr("streams.cli.space.at_a_terminal", lambda: True)

    upnext(
        *("add", CLAP, "--from", checkpoint, "--tracks", music, "--out", tmp_path / "out"),
        says=says,
    )

    assert (tmp_path / "out" / MANIFEST).exists() == made


def test_a_hub_out_of_reach_is_said_with_the_way_out(music: Path, tmp_path: Path) -> None:
    result = upnext("add", CLAP, "--tracks", music, "--accept-licence", "--out", tmp_path / "out")

    assert isinstance(result.exception, HubUnavailable)
    assert "--from FOLDER" in str(result.exception)


def test_an_unknown_name_is_answered_with_the_known_ones(music: Path) -> None:
    result = upnext("add", "laion/clip", "--tracks", music, "--accept-licence")

    assert isinstance(result.exception, UnknownCheckpoint)
    assert CLAP in str(result.exception)


def test_a_space_that_is_there_is_not_written_over(
    checkpoint: Path, music: Path, tmp_path: Path
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / MANIFEST).write_text("{}")

    result = added(checkpoint, music, "--out", tmp_path / "out")

    assert result.exit_code == 2
    assert "already" in result.stderr
    assert (tmp_path / "out" / MANIFEST).read_text() == "{}"
