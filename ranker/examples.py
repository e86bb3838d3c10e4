"""History -> examples: what each act on a track taught, as a label and a weight."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from ranker.config import RankerConfig
from ranker.history import History
from schemas import PlaybackEvent


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled row of the session's table (P65)."""

    event_id: str
    track_id: str
    label: bool
    """Whether the listener wanted the track."""
    weight: float
    """How much the row counts in the loss (P76), > 0."""
    sentence: str
    """What happened, with `{title}` for the track's title."""


def examples_of(history: History, config: RankerConfig) -> tuple[Example, ...]:
    """Return the session's examples, oldest first, weighted by kind, recency and switches.

    Those that have faded below `least_weight` are left out, so that a step's cost is bounded
    however long the session.
    """
    events = _without_earlier_progress(history.playback)
    taught = [(event, lesson) for event in events if (lesson := _lesson(event, config))]
    pointed = _pointed_at(history, config)
    rows = sorted([*_from_playback(taught), *pointed], key=lambda row: row[0])
    orders = [order for order, _ in rows]
    fade = recency(len(rows), config.half_life_events) * faded_by_switch(orders, history, config)
    return tuple(
        Example(e.event_id, e.track_id, e.label, e.weight * float(f), e.sentence)
        for (_, e), f in zip(rows, fade, strict=True)
        if e.weight * f >= config.least_weight
    )


Order = tuple[datetime, str]
Lesson = tuple[bool, float, str]


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


def _from_playback(
    taught: Sequence[tuple[PlaybackEvent, Lesson]],
) -> list[tuple[Order, Example]]:
    return [
        (event.order, Example(event.event_id, event.track_id, *lesson)) for event, lesson in taught
    ]


def _pointed_at(history: History, config: RankerConfig) -> list[tuple[Order, Example]]:
    """Return what "more like this" teaches: the track that plays is liked, as if by the button."""
    return [
        (
            intent.order,
            Example(
                intent.event_id,
                track_id,
                clause.polarity > 0,
                config.liked_weight * intent.confidence * clause.confidence,
                f"you said “{clause.text}” while {{title}} played",
            ),
        )
        for intent in history.intents
        for clause in intent.clauses
        if clause.grounding == "session" and (track_id := history.playing_at(intent))
    ]


def recency(count: int, half_life: float) -> NDArray[np.float64]:
    """Return weights of `count` rows, oldest first: the newest counts 1 (P76b)."""
    return np.asarray(0.5 ** (np.arange(count)[::-1] / half_life), np.float64)


def faded_by_switch(
    orders: Sequence[Order], history: History, config: RankerConfig
) -> NDArray[np.float64]:
    """Return `switch_fade` for what came before the latest switch, 1 for the rest (P92)."""
    switches = [i.order for i in history.intents if any(c.is_switch for c in i.clauses)]
    latest = max(switches, default=None)
    faded = [latest is not None and order < latest for order in orders]
    return np.where(faded, config.switch_fade, 1.0)


def _lesson(event: PlaybackEvent, config: RankerConfig) -> Lesson | None:
    """Return (label, weight, sentence), or None where the act says nothing about taste."""
    match event.action:
        case "skipped":
            return _skip(event, config)
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


def _skip(event: PlaybackEvent, config: RankerConfig) -> Lesson:
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
        weight = 1.0 - (1.0 - config.late_skip_weight) * lateness
    if event.chosen_by == "listener":
        weight *= config.own_choice_factor
    return False, weight, sentence


def _move(event: PlaybackEvent, config: RankerConfig) -> Lesson | None:
    """Read a move within the queue: up is wanted, down is not (P64)."""
    if event.from_rank is None or event.to_rank is None or event.from_rank == event.to_rank:
        return None
    up = event.to_rank < event.from_rank
    return up, config.moved_weight, f"you moved {{title}} {'up' if up else 'down'}"
