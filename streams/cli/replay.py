"""`upnext record`, `replay`, `diff`: any queue again, and what another policy would have done."""

import sys
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import TypeAdapter, ValidationError

from ranker.config import RankerConfig
from ranker.replay import Difference, Refused, difference, replay
from schemas import PlaylistUpdate
from streams.cli.common import Json, emit, load_settings, out, say, talk
from streams.cli.view import queue_table
from streams.errors import UnreadablePolicy
from streams.kafka.broker import bootstrap_of
from streams.recorder import record as lines_of
from streams.recording import Log, read_log, write_log

LogFile = Annotated[Path, typer.Argument(help="A log written by `upnext record`.")]
Until = Annotated[
    int | None, typer.Option(help="Stop after so many events of the log; default all.")
]
SessionName = Annotated[
    str | None, typer.Option("--session", "-s", help="Only this session; default all.")
]
Space = Annotated[str | None, typer.Option(help="Hash of the space, where the log has several.")]


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
    policy: Annotated[
        Path | None, typer.Option(help="A TOML file of RankerConfig fields; default ours.")
    ] = None,
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
    for outcome in _outcomes(recorded, until, _policy(policy), session, of):
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
        list[Path], typer.Option(help="TOML files of two policies; one is held against ours.")
    ],
    until: Until = None,
    session: SessionName = None,
    space: Space = None,
    json: Json = False,
) -> None:
    """Hold two policies against each other, event by event of one log.

    Example: upnext diff evening.jsonl --policy ours.toml --policy bold.toml
    """
    if len(policy) > 2:
        raise typer.BadParameter(f"{len(policy)} policies given, at most two can be compared")
    recorded = read_log(log)
    of = chosen_space(recorded, space)
    first, second = (_policy(path) for path in ([None, *policy] if len(policy) == 1 else policy))
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
        sys.exit("nothing to compare: no event of the log gave a queue under both policies")
    say(_summary(told))


def _outcomes(
    log: Log, until: int | None, config: RankerConfig, session: str | None, space: str
) -> Iterator[PlaylistUpdate | Refused]:
    for outcome in replay(log.events[:until], log.library(space), config):
        of = outcome.event if isinstance(outcome, Refused) else outcome
        if session in (None, of.session_id):
            yield outcome


def _policy(path: Path | None) -> RankerConfig:
    if path is None:
        return RankerConfig()
    try:
        fields = tomllib.loads(path.read_text("utf-8"))
        unknown = fields.keys() - RankerConfig.__dataclass_fields__.keys()
        if unknown:
            raise ValueError(f"{', '.join(sorted(unknown))}: no such field of RankerConfig")
        return TypeAdapter(RankerConfig).validate_python(fields)
    except (OSError, ValueError, ValidationError) as error:
        raise UnreadablePolicy(path, str(error)) from None


def chosen_space(log: Log, asked: str | None) -> str:
    """Return the space to rank in: the log's only one, or the one that was asked for."""
    if asked is None and len(log.spaces) == 1:
        return log.spaces[0]
    if asked in log.spaces:
        return str(asked)
    known = ", ".join(log.spaces) or "none"
    raise typer.BadParameter(f"the log has vectors of these spaces: {known}; choose by --space")


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
