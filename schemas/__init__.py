"""The nouns on the wire: every record that crosses a topic, and the topics themselves."""

from schemas.commands import SessionCommand
from schemas.device import DeviceModel, pack_weights, unpack_weights
from schemas.erasure import Erased, Erasure
from schemas.filters import Boost, QueueRules, TrackFilter
from schemas.intents import Clause, Intent, UnderstoodClause, UnderstoodIntent
from schemas.playback import PlaybackEvent
from schemas.record import ListenerEvent, Record, Versioned
from schemas.rejected import RejectedEvent
from schemas.session import SessionEvent, SessionState
from schemas.updates import Cause, PlaylistUpdate, Position, Receipt, Slot
from schemas.vectors import (
    TextVector,
    Track,
    TrackInfo,
    TrackVector,
    pack_vector,
    split_key,
    unpack_vector,
    vector_key,
)

__all__ = [
    "Boost",
    "Cause",
    "Clause",
    "DeviceModel",
    "Erased",
    "Erasure",
    "Intent",
    "ListenerEvent",
    "PlaybackEvent",
    "PlaylistUpdate",
    "QueueRules",
    "Position",
    "Receipt",
    "Record",
    "RejectedEvent",
    "SessionCommand",
    "SessionEvent",
    "SessionState",
    "Slot",
    "TextVector",
    "Track",
    "TrackFilter",
    "TrackInfo",
    "TrackVector",
    "UnderstoodClause",
    "UnderstoodIntent",
    "Versioned",
    "pack_vector",
    "pack_weights",
    "split_key",
    "unpack_vector",
    "unpack_weights",
    "vector_key",
]
