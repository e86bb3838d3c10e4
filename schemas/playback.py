"""What a listener did with a track."""

from typing import Literal, Self

from pydantic import Field, model_validator

from schemas.record import Id, ListenerEvent

Action = Literal[
    "started", "progressed", "skipped", "completed", "liked", "disliked", "removed", "moved"
]


class PlaybackEvent(ListenerEvent):
    """One act on one track (P57-P64), on `playback-events`.

    Examples
    --------
    >>> PlaybackEvent(event_id="e1", listener_id="ann", session_id="s1", track_id="t1",
    ...               action="skipped", position_seconds=4, duration_seconds=200,
    ...               occurred_at="2026-05-10T10:00:00+02:00").occurred_at.hour
    8

    """

    track_id: Id
    action: Action
    position_seconds: float | None = Field(default=None, ge=0, le=86_400)
    """How far into the track the listener was, where the act has a place in it."""
    duration_seconds: float | None = Field(default=None, gt=0, le=86_400)
    """Length of the whole track."""
    chosen_by: Literal["listener", "algorithm"] = "algorithm"
    """Who put the track on: a skip of one's own choice says less about the algorithm's taste."""
    from_rank: int | None = Field(default=None, ge=1, le=10_000)
    """For `moved`: the place in the queue it was taken from, 1 is next."""
    to_rank: int | None = Field(default=None, ge=1, le=10_000)
    """For `moved`: the place it was put."""

    @model_validator(mode="after")
    def _moved_says_where(self) -> Self:
        moved = self.action == "moved"
        if moved != (self.from_rank is not None) or moved != (self.to_rank is not None):
            raise ValueError("from_rank and to_rank go with the action 'moved', and only with it")
        return self

    @property
    def fraction(self) -> float | None:
        """How much of the track was heard, in [0, 1]; None where the event does not say."""
        if self.position_seconds is None or self.duration_seconds is None:
            return None
        return min(1.0, self.position_seconds / self.duration_seconds)
