"""Ranking on the device: what the queue is, or will be, by the weights that an update carries.

A slot's score is `weights . vector + bias + rest`; the rest (the playlist's order, boosts,
neighbours) is whatever the update's own score leaves. Whoever holds the tracks' vectors can so
score a queue under other weights: exactly, when they are the server's next ones; about right, when
they are a guess at them.
"""

from collections.abc import Mapping, Sequence
from math import tanh
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from schemas import DeviceModel, PlaybackEvent, PlaylistUpdate, Slot, unpack_weights

Vector = NDArray[np.float32]
Vectors = Mapping[str, Vector]
"""Vectors of tracks, as the ranker holds them: centred, of unit length."""


def linear(device: DeviceModel, vector: Vector) -> float:
    """Return what the linear part says of a track, in log-odds."""
    return float(_weights(device) @ vector) + device.bias


def rescored(update: PlaylistUpdate, vectors: Vectors, device: DeviceModel) -> tuple[Slot, ...]:
    """Return the slots as they are under another model.

    The server's next model gives the server's next scores, as far as they are linear in it.
    Locked slots keep their places. What the rules of the queue cost a track (an artist's cap, say)
    goes on costing it: under the same model the order stays as it is. A track without a vector
    keeps its score. Reasons are still the update's own.
    """
    if update.device is None:
        return update.slots
    change = _weights(device) - _weights(update.device)
    return _moved(update.slots, vectors, change, device.bias - update.device.bias)


def anticipated(update: PlaylistUpdate, vectors: Vectors, event: PlaybackEvent) -> tuple[Slot, ...]:
    """Return the slots as they will probably be once the server has answered an act.

    One step of the logistic model that ranks there: ``w' = w + s x``, with x the track's vector
    and s where the posterior of one more example has its mode, the present weights being the
    prior's mean (P73, P75). What was played leaves the queue.
    """
    leaves = event.action in LEAVING
    left = tuple(s for s in update.slots if not (leaves and s.track_id == event.track_id))
    lesson, vector = lesson_of(event), vectors.get(event.track_id)
    if update.device is None or lesson is None or vector is None:
        return left
    margin, square = linear(update.device, vector), float(vector @ vector)
    step = mode_step(margin, square, lesson, l2=update.device.l2)
    return _moved(left, vectors, step * vector.astype(np.float64), 0.0)


class Lesson(NamedTuple):
    """What an act teaches."""

    label: bool
    """Whether the track was wanted."""
    weight: float
    """How much it counts, relative to a completed listen."""


LEAVING = frozenset({"started", "progressed", "skipped", "completed", "disliked", "removed"})
"""Acts after which a track is in the queue no more."""

EARLY, LISTENED = 0.05, 0.5
"""Fractions of a track below which a skip is a clear refusal, and from which it is a listen."""


def lesson_of(event: PlaybackEvent) -> Lesson | None:
    """Read an act as the ranker does by default; None where it says nothing about taste."""
    match event.action:
        case "liked" | "disliked":
            return Lesson(event.action == "liked", 2.0)
        case "completed" | "removed":
            return Lesson(event.action == "completed", 1.0)
        case "progressed" if (event.fraction or 0.0) >= LISTENED:
            return Lesson(True, 0.6)
        case "moved" if event.from_rank != event.to_rank:
            return Lesson((event.to_rank or 0) < (event.from_rank or 0), 0.5)
        case "skipped":
            return _skip(event)
    return None


def _skip(event: PlaybackEvent) -> Lesson:
    fraction = event.fraction
    if fraction is not None and fraction >= LISTENED:
        return Lesson(True, 0.3)
    if fraction is None:
        weight = 0.5
    else:
        lateness = max(0.0, (fraction - EARLY) / (LISTENED - EARLY))
        weight = 0.6 * (1 - lateness) + 0.12 * lateness
    return Lesson(False, weight / 2 if event.chosen_by == "listener" else weight)


MAX_ROUNDS = 100
TOLERANCE = 1e-12


def mode_step(margin: float, square: float, lesson: Lesson, *, l2: float) -> float:
    """Solve ``s = a / l2 (y - sigmoid(m + s q))`` for s.

    The right side falls in s, so the solution lies between 0 and its value at 0: by Newton steps,
    or by halving that interval where they would leave it or do not get shorter fast.

    Parameters
    ----------
    margin : m, the log-odds that the model gives the track now
    square : q, the squared length of its vector
    l2 : precision of the prior

    Examples
    --------
    >>> s = mode_step(0.0, 1.0, Lesson(True, 2.0), l2=1.0)
    >>> abs(s - 2 * (1 - sigmoid(s))) < 1e-9
    True

    """
    gain, step = lesson.weight / l2, 0.0
    low, high = sorted((0.0, gain * (lesson.label - sigmoid(margin))))
    before = high - low
    for _ in range(MAX_ROUNDS):
        p = sigmoid(margin + step * square)
        residual = step - gain * (lesson.label - p)
        if abs(residual) <= TOLERANCE * gain:
            break
        low, high = (low, step) if residual > 0 else (step, high)
        move = -residual / (1 + gain * square * p * (1 - p))
        if abs(move) > before / 2 or not low < step + move < high:
            move = (low + high) / 2 - step
        step, before = step + move, abs(move)
    return step


def sigmoid(z: float) -> float:
    """Return 1 / (1 + exp(-z)), for any z."""
    return 0.5 * (tanh(0.5 * z) + 1)


def _moved(
    slots: Sequence[Slot], vectors: Vectors, change: NDArray[np.float64], lift: float
) -> tuple[Slot, ...]:
    """Shift scores by ``change . vector + lift`` and let the free slots find their places."""
    keys: list[float] = []
    free: list[Slot] = []
    locked: dict[int, Slot] = {}
    ceiling = float("inf")
    for place, slot in enumerate(slots):
        vector = vectors.get(slot.track_id)
        shift = 0.0 if vector is None else float(change @ vector) + lift
        moved = slot.model_copy(update={"score": slot.score + shift})
        if slot.locked:
            locked[place] = moved
            continue
        # A track that stands behind lesser ones was put there by a rule: it is worth its place.
        ceiling = min(ceiling, slot.score)
        free.append(moved)
        keys.append(ceiling + shift)
    best = iter(sorted(range(len(free)), key=lambda index: -keys[index]))  # equals stay in order
    return tuple(locked.get(place) or free[next(best)] for place in range(len(slots)))


def _weights(device: DeviceModel) -> NDArray[np.float64]:
    return np.array(unpack_weights(device.weights), np.float64)
