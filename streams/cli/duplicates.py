"""What of a folder is there twice: reported by name, never removed."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from schemas import TrackVector
from schemas.topics import TRACK_VECTORS
from streams.cli.common import say, talk
from streams.feeds.compacted import read_all

if TYPE_CHECKING:  # the base install has no embedder, and most verbs need none
    from embedder.duplicates import NearDuplicate

Report = dict[str, Any]


def report_duplicates(bootstrap: str, space: str, new: Collection[str]) -> list[Report]:
    """Name the pairs of tracks that are one recording, or versions of one song.

    Listens to each track that might be one, a tenth of a second each.

    Parameters
    ----------
    space : hash of the space whose vectors make the short list
    new : track_ids; each pair has at least one of these

    Raises
    ------
    BrokerUnavailable
        The broker does not answer.

    """
    if not new:
        return []
    from embedder.duplicates import near_duplicates

    say(f"looking for what of the {len(new)} new tracks is there twice")
    vectors = read_all(bootstrap, TRACK_VECTORS, TrackVector).values()
    tracks = {v.track_id: v for v in sorted(vectors, key=lambda v: v.key) if v.space == space}
    found = []
    for pair in near_duplicates(list(tracks.values()), of=new):
        found.append(_report(pair, tracks))
        talk.print(_line(found[-1]), style="yellow", markup=False)
    return found


def _report(pair: "NearDuplicate", tracks: dict[str, TrackVector]) -> Report:
    return {
        "kind": str(pair.kind),
        "first": tracks[pair.first].uri,
        "second": tracks[pair.second].uri,
        "confidence": round(pair.confidence, 2),
        "reason": pair.reason,
    }


def _line(report: Report) -> str:
    return "{kind}: {first} and {second} ({reason})".format(**report)
