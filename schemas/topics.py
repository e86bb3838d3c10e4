"""Every topic, once: its name, key and record. The names are those of the process's tenant."""

from dataclasses import dataclass

from schemas.commands import SessionCommand
from schemas.erasure import Erasure
from schemas.intents import Intent, UnderstoodIntent
from schemas.naming import named
from schemas.playback import PlaybackEvent
from schemas.record import Versioned
from schemas.rejected import RejectedEvent
from schemas.updates import PlaylistUpdate
from schemas.vectors import TextVector, Track, TrackVector


@dataclass(frozen=True, slots=True)
class Topic:
    """A Kafka topic as the system declares it."""

    plain: str
    """Its name where there are no tenants, which files call it by."""
    record: type[Versioned]
    key: str
    """The record's field or property that is the message key; '' keeps the key as received."""
    compacted: bool = False

    @property
    def name(self) -> str:
        """Its name on the broker, the tenant's: `acme.playback-events`."""
        return named(self.plain)

    def key_of(self, record: Versioned) -> bytes:
        """Return the message key of a record of this topic."""
        return str(getattr(record, self.key)).encode()


PLAYBACK_EVENTS = Topic("playback-events", PlaybackEvent, "listener_id")
INTENTS = Topic("intents", Intent, "listener_id")
SESSION_COMMANDS = Topic("session-commands", SessionCommand, "listener_id")
UNDERSTOOD_INTENTS = Topic("understood-intents", UnderstoodIntent, "listener_id")
PLAYLIST_UPDATES = Topic("playlist-updates", PlaylistUpdate, "listener_id")
CATALOGUE_TRACKS = Topic("catalogue-tracks", Track, "track_id", compacted=True)
TRACK_VECTORS = Topic("track-vectors", TrackVector, "key", compacted=True)
TEXT_VECTORS = Topic("text-vectors", TextVector, "key", compacted=True)
REJECTED_EVENTS = Topic("rejected-events", RejectedEvent, "")
ERASURES = Topic("erasures", Erasure, "listener")

TOPICS = (
    PLAYBACK_EVENTS,
    INTENTS,
    SESSION_COMMANDS,
    UNDERSTOOD_INTENTS,
    PLAYLIST_UPDATES,
    CATALOGUE_TRACKS,
    TRACK_VECTORS,
    TEXT_VECTORS,
    REJECTED_EVENTS,
    ERASURES,
)
