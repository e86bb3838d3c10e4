"""What a run says about itself while it goes on: events, as JSON lines and as a picture."""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from embedder.errors import MissingExtra

log = logging.getLogger(__name__)

JOURNAL = "losses.jsonl"
"""One line a step, and one a look at the validation data."""

PICTURE = "losses.png"
"""The journal as curves."""

UNBOUNDED = frozenset({"median rank"})
"""Figures that are no share: they would flatten the curves of those that are."""

SMOOTHED = 100
"""Points that the curve of the loss is averaged down to: a mini-batch is noisy."""


@dataclass(frozen=True, slots=True)
class Stepped:
    """One mini-batch learned."""

    step: int
    """Counted from 1."""

    steps: int
    """In the whole run."""

    epoch: float
    loss: float
    """Nats."""

    temperature: float
    """In (0, 1]."""

    learning_rate: float
    """That this step was made with."""

    seconds: float
    """Since the start, pauses between resumed parts left out."""

    pairs_per_second: float
    """Windows of all processes, over this step."""


@dataclass(frozen=True, slots=True)
class Validated:
    """One look at the validation data."""

    step: int
    figures: Mapping[str, float]
    best: bool
    """Whether no earlier towers did better."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """The run was asked to stop, and can be resumed."""

    step: int
    steps: int
    """In the whole run."""

    checkpoint: Path


@dataclass(frozen=True, slots=True)
class Published:
    """The run is over and its best towers are a space."""

    folder: Path
    hash: str
    step: int
    """That its towers come from."""

    quality: Mapping[str, Any]


Event = Stepped | Validated | Stopped | Published


class Journal:
    """The lines of a run; a resumed run takes back those after its checkpoint."""

    def __init__(self, folder: Path, step: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / JOURNAL
        self._picture = folder / PICTURE
        self._records = [one for one in _read(self._path) if one["step"] <= step]
        self._path.write_text("".join(map(_line, self._records)), "utf-8")
        self._out: IO[str] = self._path.open("a", encoding="utf-8")

    def write(self, event: Stepped | Validated) -> None:
        """Add a line; it is on disk when this returns."""
        record = asdict(event)
        self._records.append(record)
        self._out.write(_line(record))
        self._out.flush()

    def draw(self) -> None:
        """Draw the lines so far; without matplotlib say so and leave it."""
        try:
            draw(self._records, self._picture)
        except MissingExtra as error:
            log.warning("no picture of the losses: %s", error)

    def close(self) -> None:
        """Let go of the file."""
        self._out.close()


def draw(records: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Draw loss, validation figures, temperature and learning rate over the steps.

    Raises
    ------
    MissingExtra
        matplotlib is not installed.

    """
    try:
        from matplotlib.figure import Figure
    except ModuleNotFoundError:
        raise MissingExtra("matplotlib", "training") from None
    steps = [record for record in records if "loss" in record]
    looks = [record for record in records if "figures" in record]
    figure = Figure(figsize=(9, 7), layout="constrained")
    panels = figure.subplots(2, 2, sharex=True)
    _curve(panels[0, 0], _smoothed(steps, "loss"), "loss (nats)")
    _curve(panels[1, 0], _smoothed(steps, "temperature"), "temperature")
    _curve(panels[1, 1], _smoothed(steps, "learning_rate"), "learning rate")
    _figures(panels[0, 1], looks)
    for panel in panels[1]:
        panel.set_xlabel("step")
    figure.savefig(path, dpi=100)


def _curve(panel: Any, points: Sequence[tuple[float, float]], title: str) -> None:
    panel.plot([x for x, _ in points], [y for _, y in points])
    panel.set_title(title)
    panel.grid(alpha=0.3)


def _figures(panel: Any, looks: Sequence[Mapping[str, Any]]) -> None:
    names = sorted({name for look in looks for name in look["figures"]} - UNBOUNDED)
    for name in names:
        seen = [look for look in looks if name in look["figures"]]
        panel.plot(
            [look["step"] for look in seen], [look["figures"][name] for look in seen], label=name
        )
    panel.set_title("validation")
    panel.grid(alpha=0.3)
    if names:
        panel.legend(fontsize="x-small", ncols=2)


def _smoothed(steps: Sequence[Mapping[str, Any]], name: str) -> list[tuple[float, float]]:
    width = max(1, len(steps) // SMOOTHED)
    groups = [steps[start : start + width] for start in range(0, len(steps), width)]
    return [(group[-1]["step"], sum(one[name] for one in group) / len(group)) for group in groups]


def _read(path: Path) -> list[dict[str, Any]]:
    """Read what is whole: the last line may have been cut by a crash."""
    if not path.exists():
        return []
    lines = path.read_text("utf-8").splitlines(keepends=True)
    return [json.loads(line) for line in lines if line.endswith("\n")]


def _line(record: Mapping[str, Any]) -> str:
    return json.dumps(record) + "\n"
