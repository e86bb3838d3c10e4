"""Run <-> folder: checkpoints that are whole or absent, and the best towers beside them.

Nothing random is kept: what is drawn at a step follows from the seed and the step
(`embedder.training.chance`), so a step number is all that a run needs to go on exactly.
"""

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from pickle import UnpicklingError
from typing import Any
from zipfile import is_zipfile

import torch

from embedder.errors import UnusableRun
from embedder.training.config import TrainingConfig

CHECKPOINTS = "checkpoints"
"""Folder, in that of the run, of its checkpoints."""

BEST = "best.pt"
"""The towers that did best on the validation data so far."""

NAME = "step-{:09d}.pt"
"""Of a checkpoint: sorted by name is sorted by step."""

FREE = frozenset({"run.workers", "run.keep", "run.checkpoint_minutes", "card.data", "card.licence"})
"""Fields that may differ when a run is resumed: they change no weight."""

State = dict[str, Any]
"""Numbers, strings, lists, tensors: what `torch.load` reads without running foreign code."""


class Checkpoints:
    """The checkpoints of one run, the newest of which is what a resumed run starts from."""

    def __init__(self, folder: Path, config: TrainingConfig, fingerprint: str, keep: int) -> None:
        self._run, self._folder = folder, folder / CHECKPOINTS
        self._config = _flat(config.model_dump(mode="json"))
        self._data = fingerprint
        self._keep = keep

    def save(self, step: int, state: State) -> Path:
        """Write a checkpoint, and remove what is older than the last few."""
        path = self.path_of(step)
        about = {"config": self._config, "data": self._data, "step": step}
        _write(path, {**about, "state": state})
        for old in _checkpoints(self._run)[: -self._keep]:
            old.unlink(missing_ok=True)
        return path

    def path_of(self, step: int) -> Path:
        """Return where the checkpoint of a step is kept."""
        return self._folder / NAME.format(step)

    def newest(self) -> Path | None:
        """Return the newest checkpoint, if there is one."""
        return newest_checkpoint(self._run)

    def load(self) -> tuple[int, State]:
        """Return step and state of the newest checkpoint.

        Raises
        ------
        UnusableRun
            There is none, it is damaged, or it belongs to another configuration or other data.

        """
        path = self.newest()
        if path is None:
            raise UnusableRun(self._folder, "there is none to go on from")
        content = _read(path)
        self._check(path, content["config"], content["data"])
        return int(content["step"]), content["state"]

    def save_best(self, towers: Mapping[str, Any]) -> None:
        """Keep the towers that did best."""
        _write(self._folder / BEST, dict(towers))

    def load_best(self) -> State:
        """Return the towers that did best."""
        return _read(self._folder / BEST)

    def _check(self, path: Path, config: Mapping[str, Any], data: str) -> None:
        changed = [
            f"{name} was {config.get(name)!r} and is {self._config.get(name)!r}"
            for name in sorted({*config, *self._config} - FREE)
            if config.get(name) != self._config.get(name)
        ]
        if data != self._data:
            changed.append("the training data is not the same")
        if changed:
            raise UnusableRun(path, f"it is of another run: {'; '.join(changed)}")


def newest_checkpoint(run: Path) -> Path | None:
    """Return the newest checkpoint in the folder of a run, if there is one."""
    found = _checkpoints(run)
    return found[-1] if found else None


def _checkpoints(run: Path) -> list[Path]:
    return sorted((run / CHECKPOINTS).glob(NAME.replace("{:09d}", "*")))


def _write(path: Path, content: State) -> None:
    """Write a file that is there as a whole or not at all, even if the power fails."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with draft.open("wb") as out:
            torch.save(content, out)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(path)
    except OSError as error:
        raise UnusableRun(path, f"it cannot be written: {error.strerror}") from None
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def _read(path: Path) -> State:
    try:
        if not is_zipfile(path):  # as every whole file of torch is
            raise _damaged(path, "it is cut off")
        content: State = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, UnpicklingError) as error:
        raise _damaged(path, str(error)) from None
    return content


def _damaged(path: Path, reason: str) -> UnusableRun:
    return UnusableRun(path, f"it cannot be read ({reason}); remove it to go on from an older one")


def _flat(record: Mapping[str, Any], start: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in record.items():
        place = f"{start}{name}"
        flat |= _flat(value, f"{place}.") if isinstance(value, dict) else {place: value}
    return flat
