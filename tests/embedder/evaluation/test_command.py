"""`upnext evaluate space`, end to end on small folders."""

import json
import math
from collections.abc import Iterator
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from embedder.evaluation.recordings import LABELS
from streams.cli.app import app
from streams.cli.evaluation_tables import tables_of
from tests.embedder.sounds import clicks, clip_folder, tone, write

PIECES = 24


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["evaluate", "space", *arguments])
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("evaluation")


@pytest.fixture(scope="module")
def record(folder: Path) -> dict[str, Any]:
    """Return what the verb says of the shipped space on fast drums and slow tones."""
    tracks, real = clip_folder(folder / "tracks", PIECES), folder / "real"
    (tracks / "3.wav").write_text("no music")
    real.mkdir()
    write(real / "drums.wav", clicks(150, seconds=20))
    write(real / "tone.wav", tone(seconds=20))
    labels = {
        "recordings": {"drums": "drums.wav", "tone": "tone.wav"},
        "queries": [{"text": "drums", "kind": "sound", "true_of": ["drums"]}],
    }
    (real / LABELS).write_text(json.dumps(labels))
    status, output, errors = run(
        "--space", "small", "--tracks", str(tracks), "--recordings", str(real),
        "--page", str(folder / "page"), "--vectors", str(folder / "kept"),
        "--no-yardsticks", "--resamples", "50", "--json",
    )  # fmt: skip
    assert status == 0, errors
    assert output.count("\n") == 1
    return json.loads(output)


def numbers(value: object) -> Iterator[float]:
    match value:
        case dict():
            for one in value.values():
                yield from numbers(one)
        case list():
            for one in value:
                yield from numbers(one)
        case float():
            yield value


def test_one_object_holds_every_figure(record: dict[str, Any]) -> None:
    assert record["space"] == "small"
    for key in ("zero_shot", "retrieval", "modality_gap", "clip_ms", "text_ms", "triplets"):
        assert record[key]
    assert record["zero_shot"]["drums"]["auc"] > 0.9
    assert record["zero_shot"]["tempo"]["ci"][0] <= record["zero_shot"]["tempo"]["auc"]
    assert "unseen" in record["zero_shot"]
    assert record["retrieval"]["pool"] == PIECES - 1
    assert record["modality_gap"].keys() == {"before", "after"}
    assert all(math.isfinite(number) for number in numbers(record))


def test_a_broken_piece_is_named_and_passed_over(record: dict[str, Any]) -> None:
    assert record["data"]["pieces"] == PIECES - 1
    assert record["data"]["passed_over"] == 1
    assert record["data"]["first_passed_over"][0]["path"].endswith("3.wav")


def test_recordings_are_measured_by_their_windows(record: dict[str, Any]) -> None:
    assert record["recordings"]["windows"] == 4
    assert record["recordings"]["zero_shot"]["sound"]["auc"] == 1


def test_tables_show_what_the_object_holds(record: dict[str, Any]) -> None:
    console = Console(width=120, record=True, file=StringIO())
    for table in tables_of(record):
        console.print(table)

    shown = console.export_text()
    assert "zero-shot tagging" in shown
    assert "drums" in shown
    assert "2 real recordings, 4 windows" in shown


class Page(HTMLParser):
    """What a page would fetch, and what it plays."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.sources: list[str] = []
        self.marks = 0
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        self.sources += [known[name] for name in ("src", "srcset", "data") if known.get(name)]
        if tag in {"link", "iframe"}:
            self.sources.append(tag)
        self.marks += tag == "use" and "data-v" in known


def test_the_page_carries_everything_in_itself(record: dict[str, Any], folder: Path) -> None:
    html = (folder / "page/index.html").read_text("utf-8")

    page = Page(html)

    assert all(source.startswith("data:audio/ogg;base64,") for source in page.sources)
    assert len(page.sources) <= 20
    assert page.marks == PIECES - 1
    assert "url(" not in html
    assert "http" not in html
    assert len(html) < 4_000_000


def test_the_second_time_is_quick_and_says_the_same(record: dict[str, Any], folder: Path) -> None:
    tracks = folder / "tracks"

    _, output, _ = run(
        "--space", "small", "--tracks", str(tracks), "--vectors", str(folder / "kept"),
        "--no-yardsticks", "--resamples", "50", "--json",
    )  # fmt: skip

    again = json.loads(output)
    for key in ("zero_shot", "retrieval", "music_to_music", "triplets", "linear_probe"):
        assert again[key] == record[key]


def test_a_published_set_is_measured_beside_published_figures(folder: Path) -> None:
    audio = folder / "mtat"
    (audio / "d").mkdir(parents=True)
    lines = ["clip_id\tdrums\ttone\tmp3_path"]
    for number in range(4):
        drums = number % 2
        name = f"d/song{number}-0-29.wav"
        write(audio / name, clicks(150, seconds=29) if drums else tone(seconds=29))
        lines.append(f"{number}\t{drums}\t{1 - drums}\t{name}")
    lines.append("9\t1\t0\td/missing-0-29.wav")
    table = audio / "annotations_final.csv"
    table.write_text("\n".join(lines))

    status, output, errors = run(
        "--space", "small", "--dataset", "mtat", "--annotations", str(table),
        "--audio", str(audio), "--vectors", str(folder / "kept"), "--no-yardsticks", "--json",
    )  # fmt: skip

    assert status == 0, errors
    found = json.loads(output)
    assert (found["data"]["listed"], found["data"]["heard"]) == (5, 4)
    assert found["zero_shot_by_word"]["drums"]["auc"] == 1
    assert found["zero_shot"].keys() == {"top50", "all"}
    assert {"system": "MuLan", "roc_auc": 0.782} in [
        {"system": one["system"], "roc_auc": one["roc_auc"]} for one in found["published"]
    ]
    assert len(list(tables_of(found))) > 3


def test_captions_look_for_their_clips_and_clips_for_their_captions(folder: Path) -> None:
    audio = folder / "musiccaps"
    audio.mkdir()
    write(audio / "aaaaaaaaaaa.wav", clicks(160))
    write(audio / "bbbbbbbbbbb.wav", tone(seconds=40))
    table = audio / "musiccaps-public.csv"
    table.write_text(
        "ytid,start_s,end_s,caption,author_id\n"
        "aaaaaaaaaaa,30,40,fast drums,1\nbbbbbbbbbbb,10,20,a calm solo flute,2\n"
    )

    status, output, errors = run(
        "--space", "small", "--dataset", "musiccaps", "--annotations", str(table),
        "--audio", str(audio), "--vectors", str(folder / "kept"), "--no-yardsticks", "--json",
    )  # fmt: skip

    assert status == 0, errors
    found = json.loads(output)
    assert found["retrieval"]["R@1"] == found["music_to_text"]["R@1"] == 1
    assert len(list(tables_of(found))) > 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--dataset", "mtat"), "needs --annotations"),
        (("--audio", "x"), "need --dataset"),
        (("--dataset", "mtat", "--annotations", "a", "--audio", "b", "--page", "c"), "--page"),
        (
            ("--dataset", "musiccaps", "--annotations", "a", "--audio", "b", "--split", "train"),
            "--split",
        ),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    arguments: tuple[str, ...], message: str
) -> None:
    status, _, errors = run(*arguments)

    assert status == 2
    assert message in " ".join(errors.split())


def test_help_shows_an_example() -> None:
    status, output, _ = run("--help")

    assert status == 0
    assert "upnext evaluate space" in output
