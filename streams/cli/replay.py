"""`upnext record`, `replay`, `diff`: any queue again, and what another policy would have done."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from ranker.config import RankerConfig
from ranker.models.sequence import SequenceModel
from ranker.replay import Difference, Refused, difference, replay
from schemas import PlaylistUpdate
from streams.cli.common import Json, emit, load_settings, out, say, talk
from streams.cli.logs import (
    LogFile,
    Policy,
    SequenceFile,
    SessionName,
    Space,
    Until,
    chosen_space,
    policy_of,
    sequence_of,
)
from streams.cli.view import queue_table
from streams.kafka.broker import bootstrap_of
from streams.tape.recorder import record as lines_of
from streams.tape.recording import Log, read_log, write_log


def record(
    file: Annotated[Path, typer.Argument(help="Where to write; .gz compresses.")],
    session: SessionName = None,
) -> None:
    """Write the events of all sessions, and the tracks, to a log that can be replayed anywhere.

    Example: upnext record evening.jsonl.gz --session default
    """
    bootstrap = bootstrap_of(load_settings())
    count = write_log(lines_of(bootstrap, session), file)
    say(f"{count} messages in {file}")


def replay_log(
    log: LogFile,
    until: Until = None,
    policy: Policy = None,
    sequence: SequenceFile = None,
    session: SessionName = None,
    space: Space = None,
    json: Json = False,
) -> None:
    """Give the queue at any point of a log: the same bytes each time.

    Example: upnext replay evening.jsonl --until 12 --policy bold.toml
    """
    recorded = read_log(log)
    before: dict[str, PlaylistUpdate] = {}
    titles = {track_id: info for (_, track_id), (_, info) in recorded.tracks.items()}
    of = chosen_space(recorded, space)
    side = _Side(policy_of(policy), sequence_of(sequence, recorded, of))
    for outcome in _outcomes(recorded, until, side, session, of):
        if isinstance(outcome, Refused):
            talk.print(f"refused {outcome.event.event_id}: {outcome.reason}", style="yellow")
        elif json:
            typer.echo(outcome.encode())
        else:
            out.rule(f"{outcome.session_id}, revision {outcome.revision}, {outcome.caused_by}")
            out.print(queue_table(before.get(outcome.session_id), outcome, titles))
            before[outcome.session_id] = outcome


def diff(
    log: LogFile,
    policy: Annotated[
        list[Path] | None,
        typer.Option(help="TOML files of two policies; one is held against ours."),
    ] = None,
    sequence: Annotated[
        Path | None,
        typer.Option(help="A sequence model for both policies; by itself, held against none."),
    ] = None,
    until: Until = None,
    session: SessionName = None,
    space: Space = None,
    json: Json = False,
) -> None:
    """Hold two policies, or a sequence model and none, against each other, event by event.

    Example: upnext diff evening.jsonl --policy ours.toml --policy bold.toml
    """
    recorded = read_log(log)
    of = chosen_space(recorded, space)
    first, second = _sides(policy or [], sequence_of(sequence, recorded, of))
    told: list[Difference] = []
    for one, other in zip(
        _outcomes(recorded, until, first, session, of),
        _outcomes(recorded, until, second, session, of),
        strict=True,
    ):
        if isinstance(one, Refused) or isinstance(other, Refused):
            continue
        apart = difference(one, other)
        told.append(apart)
        if json:
            emit(_as_record(one, apart))
        else:
            out.print(_as_line(one, apart))
    if not told:
        sys.exit("nothing to compare: no event of the log gave a queue on both sides")
    say(_summary(told))


@dataclass(frozen=True, slots=True)
class _Side:
    """What a log is replayed under."""

    config: RankerConfig
    sequence: SequenceModel | None


def _sides(policies: Sequence[Path], model: SequenceModel | None) -> tuple[_Side, _Side]:
    """Return what is held against what; a usage error where there are not two sides."""
    match [policy_of(path) for path in policies]:
        case [] if model is not None:
            return _Side(RankerConfig(), None), _Side(RankerConfig(), model)
        case [one]:
            return _Side(RankerConfig(), model), _Side(one, model)
        case [one, other]:
            return _Side(one, model), _Side(other, model)
    raise typer.BadParameter(
        f"{len(policies)} policies: name one or two with --policy, or a model with --sequence"
    )


def _outcomes(
    log: Log, until: int | None, side: _Side, session: str | None, space: str
) -> Iterator[PlaylistUpdate | Refused]:
    for outcome in replay(log.events[:until], log.library(space), side.config, side.sequence):
        of = outcome.event if isinstance(outcome, Refused) else outcome
        if session in (None, of.session_id):
            yield outcome


def _as_record(update: PlaylistUpdate, apart: Difference) -> dict[str, Any]:
    return {
        "session_id": update.session_id,
        "caused_by": update.caused_by,
        "shared": round(apart.shared, 4),
        "tau": round(apart.tau, 4),
        "entered": apart.entered,
        "left": apart.left,
    }


def _as_line(update: PlaylistUpdate, apart: Difference) -> str:
    changed = f"+{len(apart.entered)} -{len(apart.left)}" if apart.entered or apart.left else "same"
    return f"{update.caused_by:<40} tau {apart.tau:+.2f}  first ten {changed}"


def _summary(told: Sequence[Difference]) -> str:
    shared = sum(one.shared for one in told) / len(told)
    tau = sum(one.tau for one in told) / len(told)
    return f"{len(told)} queues: {shared:.0%} of the first ten shared, tau {tau:+.2f}, in the mean"


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    app.command()(record)
    app.command("replay")(replay_log)
    app.command()(diff)
