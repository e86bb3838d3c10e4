"""Examples -> direction: a recurrent net reads what was done, in time, and says where to next.

A gated recurrent unit (GRU) folds the session's acts into a state, one after another; the state
gives a direction g of the space, and a track's log-odds gain g.x: one more linear term, so a score
stays an exact sum, and mining is still one product. What no order-blind model can know, that moods
alternate or that one is running out, it learns from how earlier sessions went (P88, P91).

Trained elsewhere (`sequence_training`), read here with numpy alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Self
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from ranker.errors import UnfitWeights
from ranker.library import Library
from ranker.models import REACH
from ranker.models.logistic import sigmoid

Matrix = NDArray[np.float64]

TOLD = 3
"""Numbers that an act tells beside its track: its sign, its weight, the pause before it."""

TINY = 1e-9
"""Added to a length before something is divided by it."""

NAMES = ("project", "read", "recur", "read_bias", "recur_bias", "point")
"""The arrays of a weights file, beside `space`."""


@dataclass(frozen=True)
class SequenceModel:
    """A trained GRU of h units over projections of size k. Compares by identity."""

    space: str
    """Hash of the space whose vectors it was trained on; in another one it has no say."""
    project: Matrix
    """(k, d), from the space to what the net sees of it, and back."""
    read: Matrix
    """(3 h, 2 k + TOLD), input weights of the reset gate, the update gate and the candidate."""
    recur: Matrix
    """(3 h, h), recurrent weights of the same."""
    read_bias: Matrix
    """(3 h,)"""
    recur_bias: Matrix
    """(3 h,)"""
    point: Matrix
    """(k, h), from the state to the direction as projected."""

    @property
    def dimension(self) -> int:
        """Length of the vectors it reads."""
        return int(self.project.shape[1])

    def fits(self, library: Library) -> bool:
        """Say whether it can read a library's vectors: those of another space mean nothing here."""
        return self.space == library.space and self.dimension == library.dimension

    def direction(self, rows: Matrix, signed: Matrix, at: Matrix) -> Matrix:
        """Return g, what a track's vector is multiplied with, (d,); O(n h (h + k)).

        About 15 microseconds an act; zeros where there is none.

        Parameters
        ----------
        rows : (n, d), vectors of the tracks that were acted on, oldest first
        signed : (n,), weights of the acts before they faded, < 0 for a refusal
        at : (n,), when, in seconds

        """
        state = np.zeros(self.recur.shape[1])
        seen = rows @ self.project.T
        told = np.concatenate([seen, signed[:, None] * seen, told_by(signed, at)], axis=1)
        for read in told @ self.read.T + self.read_bias:
            state = self._next(state, read)
        aim = self.project.T @ (self.point @ state)
        length = np.linalg.norm(aim) + TINY
        return np.asarray(aim * (REACH * np.tanh(length / REACH) / length))

    def _next(self, state: Matrix, read: Matrix) -> Matrix:
        """Return the state after one more act (Cho et al. 2014, gates as in cuDNN)."""
        size = len(state)
        recalled = self.recur @ state + self.recur_bias
        gates = sigmoid(read[: 2 * size] + recalled[: 2 * size])
        reset, update = gates[:size], gates[size:]
        candidate = np.tanh(read[2 * size :] + reset * recalled[2 * size :])
        return np.asarray(candidate + update * (state - candidate))

    def to_bytes(self) -> bytes:
        """Return the weights as a file's content: equal weights, equal bytes."""
        file = BytesIO()
        arrays = {name: getattr(self, name).astype(np.float32) for name in NAMES}
        np.savez(file, allow_pickle=False, space=np.array(self.space), **arrays)
        return file.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> Self:
        """Read what `to_bytes` wrote.

        Raises
        ------
        UnfitWeights
            It is something else, or its arrays do not fit each other.

        """
        try:
            with np.load(BytesIO(content), allow_pickle=False) as file:
                found = {name: file[name] for name in ("space", *NAMES)}
        except (OSError, ValueError, KeyError, EOFError, BadZipFile, AttributeError) as error:
            raise UnfitWeights(f"no weights of a sequence model: {error}") from None
        arrays = {name: found[name].astype(np.float64) for name in NAMES}
        _check(arrays)
        return cls(space=str(found["space"]), **arrays)


def told_by(signed: Matrix, at: Matrix) -> Matrix:
    """Return what acts tell beside their tracks, (n, TOLD).

    The sign, the weight, and the pause since the act before as log(1 + minutes).
    """
    pauses = np.log1p(np.maximum(np.diff(at, prepend=at[:1]), 0.0) / 60)
    return np.stack([np.sign(signed), np.abs(signed), pauses], axis=1)


def _check(arrays: Mapping[str, Matrix]) -> None:
    """Refuse arrays that no such net can have; raises UnfitWeights naming the one at fault."""
    size, dimension = arrays["project"].shape if arrays["project"].ndim == 2 else (0, 0)
    units = arrays["recur"].shape[-1] if arrays["recur"].ndim else 0
    shapes = {
        "project": (size, dimension),
        "read": (3 * units, 2 * size + TOLD),
        "recur": (3 * units, units),
        "read_bias": (3 * units,),
        "recur_bias": (3 * units,),
        "point": (size, units),
    }
    for name, shape in shapes.items():
        if arrays[name].shape != shape or not min(shape):
            raise UnfitWeights(f"{name} is {arrays[name].shape}, the other weights need {shape}")
        if not np.isfinite(arrays[name]).all():
            raise UnfitWeights(f"{name} has numbers that are not finite")
