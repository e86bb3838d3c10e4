"""`upnext train sequence`: from recorded sessions to the model that knows how sessions go."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ranker.courses import Course, courses_of
from streams.cli.common import Json, emit, say
from streams.cli.logs import Space, chosen_space
from streams.errors import TorchMissing
from streams.sequence_file import save_sequence
from streams.tape.recording import read_log

if TYPE_CHECKING:  # the base install has no torch, and most verbs need none
    from ranker.models.sequence import SequenceModel
    from ranker.models.sequence_training import Report


def train_sequence(
    log: Annotated[Path, typer.Option(help="A log written by `upnext record`.")],
    out: Annotated[Path, typer.Option(help="Where to write the weights, such as sequence.npz.")],
    space: Space = None,
    json: Json = False,
) -> None:
    """Train the sequence model on recorded sessions; it is written if it foretells them better.

    Judged on a fifth of the sessions, which took no part: how well the next act on a track is
    foretold, beside the model that knows no order.

    Example: upnext train sequence --log evenings.jsonl.gz --out sequence.npz
    """
    recorded = read_log(log)
    of = chosen_space(recorded, space)
    say(f"reading {len(recorded.events)} events of sessions")
    model, report = _train(courses_of(recorded.events, recorded.library(of)), of)
    saved = f"saves {report.gain:.4f} of {report.blind_loss:.4f} nats, +-{report.error:.4f}"
    say(f"on {report.judged} acts of sessions it never saw it {saved}")
    if json:
        emit(asdict(report) | {"written": report.is_better})
    if not report.is_better:
        sys.exit("upnext: that could be chance, so nothing is written: record more sessions")
    save_sequence(model, out)
    say(f"wrote {out}")


def _train(courses: tuple[Course, ...], space: str) -> "tuple[SequenceModel, Report]":
    try:
        from ranker.models.sequence_training import train
    except ModuleNotFoundError as error:
        if error.name != "torch":
            raise
        raise TorchMissing from None
    return train(courses, space)
