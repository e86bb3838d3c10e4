"""History -> examples: what each act on a track taught, as a label and a weight.

The weight is what the act says by its kind, faded (P76)::

    weight = kind * 0.5^(examples since / half_life_events) * (switch_fade if before a switch)

Words outweigh it as the prior's mean and not by a weight: see `ranker.wishes`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ranker.config import RankerConfig
from ranker.history import History
from schemas import PlaybackEvent


class Example(NamedTuple):
    """One labelled row of the session's table (P65).

    A tuple, since every event makes all of them anew.
    """

    event_id: str
    track_id: str
    label: bool
    """Whether the listener wanted the track."""
    weight: float
    """How much the row counts in the loss (P76), > 0."""
    sentence: str
    """What happened, with `{title}` for the track's title."""
    at: float = 0.0
    """When, in seconds since 1970."""
    fade: float = 1.0
    """What recency and switches have left of the weight, in (0, 1]."""

    @property
    def signed(self) -> float:
        """What the act said when it was done: its weight before it faded, < 0 for a refusal."""
        return (self.weight if self.label else -self.weight) / self.fade


Order = tuple[datetime, str]
"""When, and by which event: `SessionEvent.order`."""

_Taught = tuple[bool, float, str]
"""Label, weight and sentence."""

_Unfaded = tuple[Order, str, _Taught]
"""When, by which event, on which track, and what it taught: an example that has not faded yet."""


def examples_of(history: History, config: RankerConfig) -> tuple[Example, ...]:
    """Return the session's examples, oldest first, weighted by kind, recency and switches.

    Those that have faded below `least_weight` are left out, so that a step's cost is bounded
    however long the session.
    """
    rows = [*_from_playback(history.playback, config), *_pointed_at(history, config)]
    rows.sort(key=lambda row: row[0])
    orders = [order for order, _, _ in rows]
    fades = recency(len(rows), config.half_life_events) * faded_by_switch(orders, history, config)
    return tuple(
        Example(event_id, track_id, label, weight * fade, sentence, at.timestamp(), fade)
        for ((at, event_id), track_id, (label, weight, sentence)), fade in zip(
            rows, fades.tolist(), strict=True
        )
        if weight * fade >= config.least_weight
    )


def recency(count: int, half_life: float) -> NDArray[np.float64]:
    """Return what is left of `count` things done in turn, the newest last, in (0, 1] (P76b).

    >>> recency(3, half_life=1.0).tolist()
    [0.25, 0.5, 1.0]
    """
    return np.asarray(0.5 ** (np.arange(count)[::-1] / half_life), np.float64)


def faded_by_switch(
    orders: Sequence[Order], history: History, config: RankerConfig
) -> NDArray[np.float64]:
    """Return `switch_fade` for what came before the latest switch, 1 for the rest (P92)."""
    if not history.switches:
        return np.ones(len(orders))
    return np.where([order < history.switches[-1] for order in orders], config.switch_fade, 1.0)


def _from_playback(playback: Sequence[PlaybackEvent], config: RankerConfig) -> list[_Unfaded]:
    """Return what acts on tracks teach."""
    events = _without_earlier_progress(playback)
    again = _repeats(events)
    return [
        (event.order, event.track_id, taught)
        for event in events
        if (taught := _taught_by(event, again, config))
    ]


def _without_earlier_progress(playback: Sequence[PlaybackEvent]) -> list[PlaybackEvent]:
    """Leave out reports of progress that a later one, a skip or the end of the track outdates."""
    ends: dict[str, PlaybackEvent] = {
        event.track_id: event
        for event in playback
        if event.action in ("progressed", "skipped", "completed")
    }
    return [
        event for event in playback if event.action != "progressed" or ends[event.track_id] is event
    ]


def _repeats(playback: Sequence[PlaybackEvent]) -> frozenset[str]:
    """Return the ids of the events in which a track was heard to its end once more."""
    completed = [event for event in playback if event.action == "completed"]
    first = {event.track_id: event.event_id for event in reversed(completed)}
    return frozenset(e.event_id for e in completed if e.event_id != first[e.track_id])


def _pointed_at(history: History, config: RankerConfig) -> list[_Unfaded]:
    """Return what "more like this" teaches: the track that plays is liked, as if by the button."""
    return [
        (
            intent.order,
            track_id,
            (
                clause.polarity > 0,
                config.liked_weight * intent.confidence * clause.confidence,
                f"you said “{clause.text}” while {{title}} played",
            ),
        )
        for intent in history.intents
        for clause in intent.clauses
        if clause.grounding == "session" and (track_id := history.playing_at(intent))
    ]


def _taught_by(event: PlaybackEvent, again: frozenset[str], config: RankerConfig) -> _Taught | None:
    """Return (label, weight, sentence), or None where the act says nothing about taste."""
    match event.action:
        case "skipped":
            return _skip(event, config)
        case "completed" if event.event_id in again:
            return True, config.repeated_weight, "you listened to {title} again"
        case "completed":
            return True, config.completed_weight, "you listened to {title}"
        case "progressed" if (event.fraction or 0) >= config.listened_fraction:
            return True, config.progressed_weight, "you are listening to {title}"
        case "liked":
            return True, config.liked_weight, "you liked {title}"
        case "disliked":
            return False, config.disliked_weight, "you disliked {title}"
        case "removed":
            return False, config.removed_weight, "you removed {title}"
        case "moved":
            return _move(event, config)
    return None


def _skip(event: PlaybackEvent, config: RankerConfig) -> _Taught:
    """Grade a skip: the earlier, the clearer the dislike; a late one is a listen (P59-P61)."""
    heard, start, end = event.fraction, config.early_fraction, config.listened_fraction
    at = "" if event.position_seconds is None else f" at {event.position_seconds:.0f} s"
    sentence = f"you skipped {{title}}{at}"
    if heard is not None and heard >= end:
        return True, config.late_listen_weight, sentence
    if heard is None:
        weight = config.unplaced_skip_weight
    else:
        lateness = max(0.0, (heard - start) / (end - start))
        weight = config.early_skip_weight * (1 - lateness) + config.late_skip_weight * lateness
    if event.chosen_by == "listener":
        weight *= config.own_choice_factor
    return False, weight, sentence


def _move(event: PlaybackEvent, config: RankerConfig) -> _Taught | None:
    """Read a move within the queue: up is wanted, down is not (P64)."""
    if event.from_rank is None or event.to_rank is None or event.from_rank == event.to_rank:
        return None
    up = event.to_rank < event.from_rank
    return up, config.moved_weight, f"you moved {{title}} {'up' if up else 'down'}"
