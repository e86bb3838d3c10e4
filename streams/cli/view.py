"""How a changed queue looks to a person, and to a program."""

from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

from schemas import PlaylistUpdate, Slot, TrackInfo

TOP = 10

Tracks = dict[str, TrackInfo]


def top_of(update: PlaylistUpdate | None) -> list[str]:
    """Return the ids of the first tracks of a queue."""
    return [slot.track_id for slot in update.slots[:TOP]] if update else []


def queue_table(before: PlaylistUpdate | None, after: PlaylistUpdate, tracks: Tracks) -> Table:
    """Draw the queue's top before and after an event, what moved, and why."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, expand=True, caption=_unheard(after))
    table.add_column("", justify="right", style="dim", width=2)
    if before:
        table.add_column("before", ratio=2, no_wrap=True, style="dim")
    table.add_column("after", ratio=2, no_wrap=True)
    table.add_column("", width=5, justify="right")
    table.add_column("because", ratio=5, no_wrap=True)
    old = top_of(before)
    ranks = {slot.track_id: rank for rank, slot in enumerate(before.slots)} if before else {}
    for rank, slot in enumerate(after.slots[:TOP]):
        cells: list[str | Text] = [str(rank + 1)]
        if before:
            cells.append(_title(old[rank], tracks) if rank < len(old) else "")
        cells += [_title(slot.track_id, tracks), _moved(slot, rank, ranks), _because(slot, after)]
        table.add_row(*cells)
    return table


def _unheard(update: PlaylistUpdate) -> str | None:
    if not update.unheard:
        return None
    return f"without effect in this space, say it again: {', '.join(update.unheard)}"


def _title(track_id: str, tracks: Tracks) -> str:
    """Return what a column has room for."""
    return tracks[track_id].title if track_id in tracks else track_id


def _moved(slot: Slot, rank: int, ranks: dict[str, int]) -> Text:
    if not ranks:
        return Text("")
    if slot.track_id not in ranks:
        return Text("new", style="cyan")
    by = ranks[slot.track_id] - rank
    if by == 0:
        return Text("")
    return Text(f"▲{by}", style="green") if by > 0 else Text(f"▼{-by}", style="red")


def _because(slot: Slot, update: PlaylistUpdate) -> str:
    return ", ".join(
        f"{value:+.2f} {update.causes[index].sentence}" for index, value in slot.reasons[:2]
    )


def reasons_of(update: PlaylistUpdate) -> list[dict[str, Any]]:
    """Return the reasons of the first tracks, spelled out."""
    return [
        {
            "track_id": slot.track_id,
            "score": slot.score,
            "because": [
                {"sentence": update.causes[index].sentence, "contribution": value}
                for index, value in slot.reasons
            ],
        }
        for slot in update.slots[:TOP]
    ]
