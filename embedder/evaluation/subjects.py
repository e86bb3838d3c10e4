"""Names -> what is measured, and beside what."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from embedder.errors import NotASpace
from embedder.evaluation.subject import Subject
from embedder.evaluation.yardsticks.bridge import Bridge
from embedder.evaluation.yardsticks.untrained import untrained
from embedder.space import Space


@dataclass(frozen=True, slots=True)
class Subjects:
    """A space and its company."""

    space: Space
    trainings: tuple[Space, ...]
    """Other trainings of the same recipe."""
    beside: tuple[Subject, ...]
    """Of different names."""


def load_subjects(
    space: str,
    beside: Sequence[str] = (),
    trainings: Sequence[str] = (),
    *,
    yardsticks: bool = True,
    seed: int = 0,
) -> Subjects:
    """Load spaces by name or folder, and with `yardsticks` what was never trained.

    Raises
    ------
    NotASpace
        There is no such space, or one is set beside itself.
    WrongSpace
        Weights are not those of their manifest.

    """
    first = Space.load(space)
    company: list[Subject] = []
    for name in beside:
        other = _another(name, first)
        if other.name in {first.name, *(one.name for one in company)}:
            other.manifest = replace(other.manifest, name=f"{other.name} {other.hash[:6]}")
        company.append(other)
    if yardsticks:
        twin = untrained(space, seed)
        company += [twin] if twin else []
        company.append(Bridge())
    return Subjects(first, tuple(_another(name, first) for name in trainings), tuple(company))


def _another(name: str, first: Space) -> Space:
    other = Space.load(name)
    if other.hash == first.hash:
        raise NotASpace(name, f"it is {first.name!r} itself; nothing can be compared")
    return other
