"""`upnext train space`, as a person meets it."""

import json
import os
import shlex
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest
from typer.testing import CliRunner

from embedder.space import Space
from streams.cli.app import app
from streams.cli.train import STOPPED
from tests.embedder.sounds import clip_folder

CONFIG = """
name = "clicks"
[recipe]
kind = "mulan"
recordings = "{folder}/training"
validation = "{folder}/validation"
batch = 8
[recipe.towers]
start = "random"
kind = "mulan-ast"
audio = {{ n_mels = 26, width = 16, blocks = 1, heads = 2, feed_forward = 32, stride = 16 }}
text = {{ width = 16, blocks = 1, heads = 2, feed_forward = 32, tokens = 32 }}
[run]
epochs = {epochs}
[card]
data = "clicks and tones"
licence = "CC0-1.0"
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clicks")
    clip_folder(folder / "training", 8)
    clip_folder(folder / "validation", 4, seed=1)
    return folder


def config_in(folder: Path, tmp_path: Path, epochs: int = 2) -> str:
    path = tmp_path / "clicks.toml"
    path.write_text(CONFIG.format(folder=folder, epochs=epochs))
    return str(path)


def train(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["train", "space", *arguments], catch_exceptions=False)
    return result.exit_code, result.stdout, result.stderr


@contextmanager
def asked_to_stop(journal: Path, number: signal.Signals) -> Iterator[None]:
    """Send this process a signal as soon as the run has made a step."""
    over = Event()

    def ask() -> None:
        while not over.wait(0.01):
            if journal.exists() and journal.read_text().count("\n") >= 1:
                os.kill(os.getpid(), number)
                return

    asking = Thread(target=ask)
    asking.start()
    try:
        yield
    finally:
        over.set()
        asking.join()


def test_help_shows_an_example() -> None:
    code, out, _ = train("--help")

    assert code == 0
    assert "upnext train space --config small" in out


def test_a_run_prints_the_space_as_json(folder: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"

    code, out, err = train("--config", config_in(folder, tmp_path), "--out", str(run), "--json")

    printed = json.loads(out)
    assert code == 0
    assert printed["space"] == str(run / "space")
    assert printed["hash"] == Space.load(run / "space").hash
    assert printed["quality"]["retrieval"].keys() >= {"map", "median rank"}
    assert "step 2: map" in err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_keeps_the_run_and_says_how_to_go_on(
    folder: Path, tmp_path: Path, number: signal.Signals
) -> None:
    run = tmp_path / "run"
    config = config_in(folder, tmp_path, epochs=200)
    before = signal.getsignal(number)

    with asked_to_stop(run / "losses.jsonl", number):
        code, _, err = train("--config", config, "--out", str(run), "--threads", "1")

    (said,) = [line for line in err.splitlines() if line.startswith("go on with: ")]
    again = shlex.split(said.removeprefix("go on with: "))
    assert code == STOPPED
    assert "stopped after step" in err
    assert again[:3] == ["upnext", "train", "space"]
    assert again[3:] == [
        *("--config", config, "--out", str(run), "--resume", "--threads", "1"),
    ]
    assert list(run.glob("checkpoints/step-*.pt"))
    assert signal.getsignal(number) == before


def test_an_unknown_configuration_is_an_error_that_names_the_known(tmp_path: Path) -> None:
    from embedder.errors import UnusableConfig

    with pytest.raises(UnusableConfig, match="by name there are: mulan-ast, mulan-resnet, small"):
        train("--config", str(tmp_path / "nothing.toml"))


def test_going_on_with_nothing_is_an_error(folder: Path, tmp_path: Path) -> None:
    from embedder.errors import UnusableRun

    with pytest.raises(UnusableRun, match="there is none to go on from"):
        train("--config", config_in(folder, tmp_path), "--out", str(tmp_path), "--resume")
