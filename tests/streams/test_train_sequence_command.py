"""What a person meets who trains the sequence model: no broker is needed."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from ranker.errors import TooFewSessions
from ranker.models.sequence import SequenceModel
from schemas import SessionEvent, TrackVector, pack_vector
from streams.cli.app import app
from streams.errors import TorchMissing
from streams.tape.recording import Line, write_log
from tests.factories import info, moment, playback

MOODS = {"calm": (-1.0, 0.0, 0.0), "loud": (1.0, 0.0, 0.0)}


def recorded(sessions: int, *, alternating: bool = True) -> list[Line]:
    """Return a log of sessions in which calm and loud take turns, or do not."""
    rng = np.random.default_rng(0)
    tracks = [
        TrackVector(
            track_id=f"{mood}-{place}",
            info=info(f"{mood}-{place}"),
            uri=mood,
            content=mood,
            space="tiny",
            vector=pack_vector((np.array(centre) + 0.1 * rng.normal(size=3)).tolist()),
        )
        for mood, centre in MOODS.items()
        for place in range(20)
    ]
    events: list[SessionEvent] = []
    for number in range(sessions):
        for at in range(14):
            mood = str(rng.choice(list(MOODS)))
            turn = ("calm", "loud")[at % 2 if alternating else int(rng.integers(2))]
            events.append(
                playback(
                    f"{mood}-{at}",
                    "completed" if mood == turn else "skipped",
                    event_id=f"{number}-{at}",
                    session_id=f"s{number}",
                    occurred_at=moment(5000 * number + 180 * at),
                )
            )
    messages = [("track-vectors", track) for track in tracks]
    messages += [("playback-events", event) for event in events]  # type: ignore[misc]
    return [
        Line(topic, 0, offset, record.model_dump(mode="json"))
        for offset, (topic, record) in enumerate(messages)
    ]


def train(folder: Path, lines: list[Line], *options: str) -> Result:
    log = folder / "log.jsonl.gz"
    write_log(lines, log)
    where = ["--log", str(log), "--out", str(folder / "sequence.npz")]
    return CliRunner().invoke(app, ["train", "sequence", *where, *options])


def test_a_log_becomes_a_model_that_a_worker_can_read(tmp_path: Path) -> None:
    result = train(tmp_path, recorded(40), "--json")

    report = json.loads(result.stdout)
    model = SequenceModel.from_bytes((tmp_path / "sequence.npz").read_bytes())
    assert result.exit_code == 0
    assert report["written"] is True
    assert report["blind_loss"] - report["loss"] > max(0.2, 2 * report["error"])
    assert (model.space, model.dimension) == ("tiny", 3)
    assert not list(tmp_path.glob("*.part"))


def test_one_verb_trains_all_that_can_be_trained() -> None:
    result = CliRunner().invoke(app, ["train", "--help"])

    assert "space" in result.output
    assert "sequence" in result.output


def test_where_order_tells_nothing_nothing_is_written(tmp_path: Path) -> None:
    result = train(tmp_path, recorded(40, alternating=False))

    assert result.exit_code == 1
    assert "nothing is written" in result.output
    assert not (tmp_path / "sequence.npz").exists()


def test_too_few_sessions_are_told(tmp_path: Path) -> None:
    result = train(tmp_path, recorded(1))

    assert isinstance(result.exception, TooFewSessions)
    assert "1 sessions with acts cannot be parted" in str(result.exception)


def test_without_torch_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "ranker.models.sequence_training", raising=False)
    monkeypatch.setitem(sys.modules, "torch", None)

    result = train(tmp_path, recorded(40))

    assert isinstance(result.exception, TorchMissing)
    assert "upnext[embedder]" in str(result.exception)


def test_ranking_with_the_model_needs_no_torch() -> None:
    # In a process of its own: here others have imported it already.
    from subprocess import run

    code = "import sys, ranker.session, ranker.models.sequence; sys.exit('torch' in sys.modules)"

    assert run([sys.executable, "-c", code], check=False).returncode == 0
