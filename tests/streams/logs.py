"""Recorded evenings, as `upnext record` would write them: tracks, words and events."""

from collections.abc import Mapping

import numpy as np

from schemas import (
    PlaybackEvent,
    SessionCommand,
    SessionEvent,
    TextVector,
    TrackVector,
    UnderstoodIntent,
    Versioned,
    pack_vector,
)
from schemas.topics import (
    PLAYBACK_EVENTS,
    SESSION_COMMANDS,
    TEXT_VECTORS,
    TRACK_VECTORS,
    UNDERSTOOD_INTENTS,
    Topic,
)
from streams.tape.recording import Line
from tests.factories import CALM, DRUMS, LOUD, TRACKS, VOICE, Point, info

WORDS: Mapping[str, Point] = {"calm": CALM, "loud": LOUD, "drums": DRUMS, "voice": VOICE}

TOPIC_OF: Mapping[type[SessionEvent], Topic] = {
    SessionCommand: SESSION_COMMANDS,
    PlaybackEvent: PLAYBACK_EVENTS,
    UnderstoodIntent: UNDERSTOOD_INTENTS,
}


def records(
    *events: SessionEvent, words: Mapping[str, Point] = WORDS, space: str = "tiny"
) -> list[tuple[Topic, Versioned]]:
    """Return the tracks of `tests.factories`, words of their space, and events."""
    tracks = [
        TrackVector(
            track_id=track_id,
            info=info(track_id),
            uri=track_id,
            content=track_id,
            space=space,
            vector=pack_vector(np.array(point) / np.linalg.norm(point)),
        )
        for track_id, point in TRACKS.items()
    ]
    texts = [
        TextVector(text=word, space=space, vector=pack_vector(point))
        for word, point in words.items()
    ]
    return [
        *((TRACK_VECTORS, track) for track in tracks),
        *((TEXT_VECTORS, text) for text in texts),
        *((TOPIC_OF[type(event)], event) for event in events),
    ]


def lines(
    *events: SessionEvent, words: Mapping[str, Point] = WORDS, space: str = "tiny"
) -> list[Line]:
    """Return the same as the lines of a log."""
    return [
        Line(topic.plain, 0, offset, record.model_dump(mode="json"), topic.key_of(record).decode())
        for offset, (topic, record) in enumerate(records(*events, words=words, space=space))
    ]
