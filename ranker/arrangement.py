"""History -> arrangement: what the listener's hand, or the player's buffer, holds in its place."""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field

from ranker.history import History
from schemas import PlaybackEvent, SessionCommand

ARRANGING = ("enqueue", "lock", "unlock", "shown")
"""Commands that touch the queue's places."""


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Places of the queue that are not the ranker's to give; 0 is next."""

    places: Mapping[str, int]
    """Track id -> the place it keeps."""
    own: frozenset[str]
    """Tracks that the listener put into the queue."""
    shown: tuple[str, ...]
    """What the player last said it displays, without what has been played since."""


def arrangement_of(history: History, known: Container[str]) -> Arrangement:
    """Follow the queue through the session: what was put where, and what has left since.

    A track that is played leaves the queue, and what stood behind it moves up by one. A track
    that nobody fixed is taken to leave from the front, as it does unless the listener jumped.

    Parameters
    ----------
    known : ids of the tracks there are; others take no place

    """
    commands = [event for event in history.commands if event.command in ARRANGING]
    moved = any(event.action == "moved" for event in history.playback)
    if not commands and not moved:
        return Arrangement({}, frozenset(), ())
    table = _Table(known)
    events: list[PlaybackEvent | SessionCommand] = [*history.playback, *commands]
    for event in sorted(events, key=lambda event: event.order):
        if isinstance(event, SessionCommand):
            table.arrange(event)
        else:
            table.play(event)
    return Arrangement(
        {**table.placed, **table.frozen}, frozenset(table.own & table.placed.keys()), table.shown
    )


@dataclass(slots=True)
class _Table:
    """The arrangement while it is followed."""

    known: Container[str]
    placed: dict[str, int] = field(default_factory=dict)
    frozen: dict[str, int] = field(default_factory=dict)
    own: set[str] = field(default_factory=set)
    shown: tuple[str, ...] = ()
    met: set[str] = field(default_factory=set)
    """What has left the queue before."""

    def arrange(self, command: SessionCommand) -> None:
        match command.command:
            case "enqueue":
                behind_own = sum(track in self.own for track in self.placed)
                first = behind_own if command.rank is None else command.rank - 1
                entries = [track_id for track_id in command.playlist if track_id in self.known]
                for offset, track_id in enumerate(entries):
                    self._put(track_id, first + offset)
                self.own.update(entries)
            case "lock" if command.track_id:
                self._hold(command.track_id, command.rank)
            case "unlock":
                self.placed.pop(command.track_id or "", None)
            case "shown":
                self.shown = tuple(
                    track
                    for track in command.playlist
                    if track in self.known and track not in self.met
                )
                ahead = set(command.playlist[: command.frozen])
                frozen = (track for track in self.shown if track in ahead)
                self.frozen = {track: place for place, track in enumerate(frozen)}

    def play(self, event: PlaybackEvent) -> None:
        if event.action == "moved":
            self._hold(event.track_id, event.to_rank)
        elif event.action in ("started", "removed", "disliked"):
            self._leave(event.track_id)
        elif event.action != "liked" and event.track_id not in self.met:
            self._leave(event.track_id)

    def _hold(self, track_id: str, rank: int | None) -> None:
        """Keep a track where it is wanted; one that was played comes back only if enqueued."""
        if track_id not in self.met and track_id in self.known:
            self._put(track_id, (rank or 1) - 1)

    def _put(self, track_id: str, place: int) -> None:
        """Give a track a place; who stands there or behind moves down by one if need be."""
        self.placed.pop(track_id, None)
        taken = place in self.placed.values()
        self.placed = {
            other: at + 1 if taken and at >= place else at for other, at in self.placed.items()
        }
        self.placed[track_id] = place

    def _leave(self, track_id: str) -> None:
        """Take a track out of the queue; one that comes again was in it only if put back."""
        first = track_id not in self.met
        self.met.add(track_id)
        if not first and track_id not in self.placed and track_id not in self.frozen:
            return
        self.placed = _closed_up(self.placed, track_id)
        self.frozen = _closed_up(self.frozen, track_id)
        self.own.discard(track_id)
        self.shown = tuple(track for track in self.shown if track != track_id)


def _closed_up(places: Mapping[str, int], left: str) -> dict[str, int]:
    """Return the places after a track has left."""
    gap = places.get(left, 0)
    return {track: at - (at > gap) for track, at in places.items() if track != left}
