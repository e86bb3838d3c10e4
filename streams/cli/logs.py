"""What the verbs that read a log share: their options, and how a file becomes a policy."""

import tomllib
from pathlib import Path
from typing import Annotated

import typer
from pydantic import TypeAdapter, ValidationError

from ranker.config import RankerConfig
from ranker.models.sequence import SequenceModel
from streams.errors import UnreadablePolicy
from streams.sequence_file import load_sequence
from streams.tape.recording import Log

LogFile = Annotated[Path, typer.Argument(help="A log written by `upnext record`.")]
Until = Annotated[
    int | None, typer.Option(min=0, help="Stop after so many events of the log; default all.")
]
SessionName = Annotated[
    str | None, typer.Option("--session", "-s", help="Only this session; default all.")
]
Space = Annotated[str | None, typer.Option(help="Hash of the space, where the log has several.")]
Policy = Annotated[
    Path | None, typer.Option(help="A TOML file of RankerConfig fields; default ours.")
]
SequenceFile = Annotated[
    Path | None, typer.Option(help="A model written by `upnext train sequence`; default none.")
]


def policy_of(path: Path | None) -> RankerConfig:
    """Read a policy; of no file, ours. Raises UnreadablePolicy."""
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


def sequence_of(path: Path | None, log: Log, space: str) -> SequenceModel | None:
    """Read a sequence model for a log's tracks; of no file, none. Raises UnusableSequence."""
    if path is None:
        return None
    return load_sequence(path, space, log.library(space).dimension)


def chosen_space(log: Log, asked: str | None) -> str:
    """Return the space to rank in: the log's only one, or the one that was asked for."""
    if asked is None and len(log.spaces) == 1:
        return log.spaces[0]
    if asked in log.spaces:
        return str(asked)
    known = ", ".join(log.spaces) or "none"
    raise typer.BadParameter(f"the log has vectors of these spaces: {known}; choose by --space")
