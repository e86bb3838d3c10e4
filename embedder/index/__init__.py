"""Where the vectors live: one small port over Qdrant, embedded or on a server.

    index = open_index("embedded", Path(".upnext/index"))
    tracks = index.collection("tracks", dimension=128, space=space.hash)
    tracks.search(weights, limit=50, where=[Between("year", 1990, 1999)])

Importing this package needs no Qdrant; opening an index does.
"""

from pathlib import Path

from embedder.errors import MissingExtra
from embedder.index.points import point_uuid
from embedder.index.port import (
    Between,
    Collection,
    Condition,
    Equals,
    Hit,
    KeyKind,
    Payload,
    Point,
    Vector,
    VectorIndex,
)
from embedder.index.words import Poles, poles

__all__ = [
    "Between",
    "Collection",
    "Condition",
    "Equals",
    "Hit",
    "KeyKind",
    "Payload",
    "Point",
    "Poles",
    "Vector",
    "VectorIndex",
    "open_index",
    "point_uuid",
    "poles",
]


def open_index(location: str, folder: Path, api_key: str | None = None) -> VectorIndex:
    """Open the index that the settings name.

    Parameters
    ----------
    location : "embedded", or the URL of a Qdrant server
    folder : where an embedded index keeps its files
    api_key : for a server that asks for one

    Raises
    ------
    IndexBusy
        An embedded index is open already, in this process or another.
    IndexUnavailable
        The folder cannot be used, or the URL is none.
    MissingExtra
        The dependency of that kind of index is not installed.

    """
    return _embedded(folder) if location == "embedded" else _server(location, api_key)


def _embedded(folder: Path) -> VectorIndex:
    try:
        from embedder.index.edge import EdgeIndex
    except ModuleNotFoundError as error:
        raise MissingExtra(error.name or "qdrant_edge", "embedded") from None
    return EdgeIndex(folder)


def _server(url: str, api_key: str | None) -> VectorIndex:
    try:
        from embedder.index.server import ServerIndex
    except ModuleNotFoundError as error:
        raise MissingExtra(error.name or "qdrant_client", "embedder") from None
    return ServerIndex(url, api_key)
