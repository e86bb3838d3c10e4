"""Recorded sessions -> sequence model: the one module of the ranker that knows tensors.

Each act of a session is foretold from those before it: the order-blind model's log-odds of its
track, plus what the net adds. The net is trained by log loss to add what was missing (P88, P91);
the epoch is chosen on sessions held out, and judged on others.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits
from torch.nn.utils.rnn import pad_sequence

from ranker.courses import Course
from ranker.errors import TooFewSessions
from ranker.models import REACH
from ranker.models.sequence import TINY, TOLD, SequenceModel, told_by

SIZE = 16
"""Dimensions that the net sees of the space."""
UNITS = 32
EPOCHS = 200
RATE = 0.01
DECAY = 1e-4
"""Of the weights, by AdamW."""
PATIENCE = 30
"""Epochs without a better loss on the held-out sessions, after which training ends."""
FIFTHS = 5
"""Parts, by a hash of the session: the first chooses the epoch, the second judges."""


@dataclass(frozen=True, slots=True)
class Report:
    """What came of training, on sessions that took no part in it; nats per act, by weight."""

    sessions: int
    """Sessions learned from."""
    judged: int
    """Acts foretold in the sessions that judge."""
    blind_loss: float
    """Log loss of the order-blind model."""
    loss: float
    """Log loss with the net added to it."""
    error: float
    """Standard error of what the net saves, over sessions."""
    epochs: int
    """Passes over the sessions until the chosen one."""

    @property
    def gain(self) -> float:
        """How much the net saves."""
        return self.blind_loss - self.loss

    @property
    def is_better(self) -> bool:
        """Whether the net foretells better than could be by chance: by three standard errors.

        The epoch was chosen on the same sessions, so two would be passed by chance too often.
        """
        return self.gain > 3 * self.error


class Net(nn.Module):
    """The GRU while it is trained; `SequenceModel` holds the same weights afterwards."""

    def __init__(self, dimension: int) -> None:
        super().__init__()
        self.project = nn.Linear(dimension, SIZE, bias=False)
        self.gru = nn.GRU(2 * SIZE + TOLD, UNITS, batch_first=True)
        self.point = nn.Linear(UNITS, SIZE, bias=False)

    def forward(self, rows: Tensor, signed: Tensor, told: Tensor) -> Tensor:
        """Return what is added to the log-odds of each act after the first, (sessions, n - 1)."""
        seen = self.project(rows)
        read = torch.cat([seen, signed[..., None] * seen, told], dim=-1)
        states, _ = self.gru(read[:, :-1])
        aims = self.point(states) @ self.project.weight
        lengths = aims.norm(dim=-1, keepdim=True) + TINY
        aims = aims * (REACH * torch.tanh(lengths / REACH) / lengths)
        added: Tensor = (aims * rows[:, 1:]).sum(dim=-1)
        return added

    def frozen(self, space: str) -> SequenceModel:
        """Return the weights as they are now, as a model."""
        state = self.state_dict()
        weights = {name: np.asarray(state[name].numpy(), np.float64) for name in state}
        return SequenceModel(
            space=space,
            project=weights["project.weight"],
            read=weights["gru.weight_ih_l0"],
            recur=weights["gru.weight_hh_l0"],
            read_bias=weights["gru.bias_ih_l0"],
            recur_bias=weights["gru.bias_hh_l0"],
            point=weights["point.weight"],
        )


def train(courses: Sequence[Course], space: str, *, seed: int = 0) -> tuple[SequenceModel, Report]:
    """Train on the courses of recorded sessions; the same courses and seed, the same model.

    Seconds for hundreds of sessions, on one thread.

    Parameters
    ----------
    courses : three fifths are learned from, one chooses the epoch, one judges
    space : hash of the space that their vectors are of

    Raises
    ------
    TooFewSessions
        One of the three parts has no act to foretell.

    """
    parts = [_batch(part) for part in _parted(courses)]
    if any(part is None for part in parts):
        raise TooFewSessions(len(courses))
    learned, chooses, judges = (part for part in parts if part is not None)
    with torch.random.fork_rng(devices=[]), _one_thread():
        torch.manual_seed(seed)
        net = Net(learned.rows.shape[2])
        epochs = _run(net, learned, chooses)
        report = _report(net, learned, judges, epochs)
    return net.frozen(space), report


def _run(net: Net, learned: "Batch", chooses: "Batch") -> int:
    """Train until the loss on held-out sessions rises; leave the best weights; return the epoch."""
    optimiser = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=DECAY)
    best, kept, at = float("inf"), net.state_dict(), 0
    for epoch in range(1, EPOCHS + 1):
        optimiser.zero_grad()
        learned.loss(net).backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        with torch.no_grad():
            loss = float(chooses.loss(net))
        if loss < best:
            best, at = loss, epoch
            kept = {name: value.clone() for name, value in net.state_dict().items()}
        elif epoch - at >= PATIENCE:
            break
    net.load_state_dict(kept)
    return at


def _report(net: Net, learned: "Batch", judges: "Batch", epochs: int) -> Report:
    with torch.no_grad():
        blind, own = judges.losses(None), judges.losses(net)
    weights = judges.weights[:, 1:].sum(dim=1)
    total = float(weights.sum())
    gain = float((blind - own).sum()) / total
    # The error of a ratio of sums over sessions (Cochran 1977, 2.46).
    spread = float((blind - own - gain * weights).square().sum())
    count = len(weights)
    return Report(
        sessions=len(learned.rows),
        judged=judges.acts,
        blind_loss=float(blind.sum()) / total,
        loss=float(own.sum()) / total,
        error=(spread * count / max(count - 1, 1)) ** 0.5 / total,
        epochs=epochs,
    )


@dataclass(frozen=True)
class Batch:
    """Sessions side by side, the shorter ones padded with acts of no weight."""

    rows: Tensor
    signed: Tensor
    told: Tensor
    expected: Tensor
    weights: Tensor
    """(sessions, n), what each act counts in the loss: 0 for padding and for repeats."""

    @property
    def acts(self) -> int:
        """How many acts are foretold."""
        return int((self.weights[:, 1:] > 0).sum())

    def loss(self, net: Net | None) -> Tensor:
        """Return the log loss of what is foretold, in nats per act; of None, order-blind."""
        return self.losses(net).sum() / self.weights[:, 1:].sum()

    def losses(self, net: Net | None) -> Tensor:
        """Return each session's summed log loss, (sessions,)."""
        logits = self.expected[:, 1:]
        if net is not None:
            logits = logits + net(self.rows, self.signed, self.told)
        labels = (self.signed[:, 1:] > 0).float()
        weights = self.weights[:, 1:]
        return binary_cross_entropy_with_logits(logits, labels, weights, reduction="none").sum(1)


def _batch(courses: Sequence[Course]) -> Batch | None:
    """Put courses side by side; None where there is nothing to foretell."""
    if not courses:
        return None
    batch = Batch(
        rows=_padded(course.rows for course in courses),
        signed=_padded(course.signed for course in courses),
        told=_padded(told_by(course.signed, course.at) for course in courses),
        expected=_padded(course.expected for course in courses),
        weights=_padded(np.abs(course.signed) * course.is_first for course in courses),
    )
    return batch if batch.acts else None


def _padded(columns: Iterable[NDArray[Any]]) -> Tensor:
    tensors = [torch.tensor(column, dtype=torch.float32) for column in columns]
    return pad_sequence(tensors, batch_first=True)


def _parted(courses: Sequence[Course]) -> tuple[list[Course], list[Course], list[Course]]:
    """Return those to learn from, those that choose the epoch and those that judge."""
    fifths: list[list[Course]] = [[] for _ in range(FIFTHS)]
    for course in sorted(courses, key=lambda course: course.name):
        digest = blake2b(course.name.encode(), digest_size=4).digest()
        fifths[int.from_bytes(digest) % FIFTHS].append(course)
    chooses, judges, *rest = fifths
    return [course for part in rest for course in part], chooses, judges


@contextmanager
def _one_thread() -> Iterator[None]:
    """Compute on one thread: these matrices are too small for two."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
