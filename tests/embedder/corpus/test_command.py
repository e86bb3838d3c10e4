"""`python -m embedder.corpus`: fit and measure from the command line."""

import json
from pathlib import Path

import pytest

from embedder.corpus.__main__ import main
from tests.embedder.corpus.checkpoints import tiny_bert

DESCRIPTIVE = [f"{how} {what}" for how in ("warm", "slow", "loud") for what in ("bass", "piano")]
OTHER = [f"{who} {what}" for who in ("please", "now", "first") for what in ("subscribe", "share")]
LINES = [
    {"text": f"{text} {end}", "label": int(text in DESCRIPTIVE), "source": "test"}
    for text in DESCRIPTIVE + OTHER
    for end in ("tonight", "again, my friends", "and that is all")
]


@pytest.fixture
def sentences(tmp_path: Path) -> Path:
    path = tmp_path / "sentences.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in LINES))
    return path


def test_own_sentences_are_fitted_and_measured(
    tmp_path: Path, sentences: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "mine.json"

    assert main(["fit", "--sentences", str(sentences), "--out", str(out)]) == 0
    table = capsys.readouterr().out
    arguments = ["--sentences", str(sentences), "--classifier", str(out), "--json"]
    assert main(["evaluate", *arguments]) == 0

    record = json.loads(capsys.readouterr().out)
    f1 = record["sentences"]["classifier"]["all"]["f1"]["value"]
    assert f1 > 0.9
    assert f"{f1:.2f}" in table
    assert record["titles"]["n_bad"] > 100


def test_a_bert_is_fine_tuned_and_measured_by_the_same_command(
    tmp_path: Path, sentences: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "bert"
    where = ["--checkpoint", str(tiny_bert(tmp_path / "tiny")), "--out", str(out)]

    assert main(["fine-tune", "--sentences", str(sentences), "--epochs", "1", *where]) == 0
    assert main(["evaluate", "--sentences", str(sentences), "--classifier", str(out)]) == 0

    first, second = capsys.readouterr().out.split("does this sentence")[1:]
    assert second.startswith(first.rstrip())


def test_a_wrong_file_is_named_on_stderr(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", "--sentences", str(tmp_path / "none.jsonl")]) == 1

    assert "none.jsonl" in capsys.readouterr().err
