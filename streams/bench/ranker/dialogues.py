"""Real conversations: whether what a person liked is ranked above what the person disliked.

In the Conversational Playlist Curation Dataset people ask, are shown tracks, and like or dislike
them. Before each turn's verdicts are known its tracks are ranked by what was said so far and by
the verdicts of earlier turns. There is no audio: a track is its title and artists, encoded by the
sentence model, so this measures the ranker and the parser, not the space.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from embedder.small.sentences import SENTENCE_DIMENSION, SentenceEncoder
from ranker.config import RankerConfig
from ranker.language.clauses import parse
from ranker.library import Array, Library
from ranker.session import explain
from schemas import (
    PlaybackEvent,
    SessionEvent,
    SessionState,
    TrackInfo,
    UnderstoodClause,
    UnderstoodIntent,
    pack_vector,
)
from streams.bench.ranker.intervals import figure
from streams.bench.ranker.worlds import read_json_lines

SPACE = "sentences"
BEGAN = datetime(2026, 5, 10, tzinfo=UTC)

Encode = Callable[[Sequence[str]], Array]
Score = Callable[[Sequence[SessionEvent], Sequence[str]], Sequence[float]]


@dataclass(frozen=True, slots=True)
class Turn:
    """What was said, and what was thought of the tracks shown for it."""

    said: str
    liked: tuple[str, ...]
    disliked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dialogue:
    """One person's conversation."""

    turns: tuple[Turn, ...]
    tracks: Mapping[str, str]
    """Track id -> title and artists."""


def dialogues(folder: Path, config: RankerConfig = RankerConfig()) -> dict[str, Any]:
    """Return the share of (liked, disliked) pairs in the right order, ours beside words alone.

    Raises
    ------
    UnreadableLog
        The folder lacks the conversations.

    """
    read = [_dialogue(row) for row in read_json_lines(folder / "cpcd_v1.dialogs.dev.val.jsonl")]
    encode = _encoder([text for one in read for text in one.tracks.values()])
    told: dict[str, Any] = {"dialogues": len(read)}
    shares: dict[str, list[float]] = {"upnext": [], "words": [], "verdicts": []}
    turns: dict[str, dict[int, list[float]]] = {name: {} for name in shares}
    for one in read:
        library = _library(one, encode)
        for name, keep in (("upnext", "both"), ("words", "words"), ("verdicts", "verdicts")):
            pairs = list(_pairs(one, library, encode, keep, config))
            if pairs:
                shares[name].append(float(np.mean([right for _, right in pairs])))
            for turn, right in pairs:
                turns[name].setdefault(min(turn, 5), []).append(right)
    for name, values in shares.items():
        by_turn = {
            f"turn_{turn + 1}": round(float(np.mean(rights)), 4)
            for turn, rights in sorted(turns[name].items())
        }
        told[name] = {"pairs_in_order": figure(values), **by_turn}
    return told


def _pairs(
    one: Dialogue, library: Library, encode: Encode, keep: str, config: RankerConfig
) -> Iterator[tuple[int, float]]:
    """Yield (turn, 1 if the liked track scores higher, 1/2 if equal, else 0)."""
    events: list[SessionEvent] = []
    for number, turn in enumerate(one.turns):
        if keep != "verdicts":
            events += _said(turn.said, number, encode)
        state = SessionState(listener_id="ann", session_id="s", events=tuple(events))
        liked = [_score(state, track, library, config) for track in turn.liked]
        disliked = [_score(state, track, library, config) for track in turn.disliked]
        for good in liked:
            for bad in disliked:
                yield number, 0.5 * (good > bad) + 0.5 * (good >= bad)
        if keep != "words":
            events += _verdicts(turn, number)


def _score(state: SessionState, track: str, library: Library, config: RankerConfig) -> float:
    return sum(part for _, part in explain(state, track, library, config))


def _said(text: str, number: int, encode: Encode) -> list[SessionEvent]:
    clauses = parse(text)
    if not clauses:
        return []
    vectors = encode([clause.subject for clause in clauses])
    grounded = tuple(
        UnderstoodClause(
            **clause.model_dump(), grounding="space", vector=pack_vector(vector.tolist())
        )
        for clause, vector in zip(clauses, vectors, strict=True)
    )
    return [
        UnderstoodIntent(
            **_identity(f"said-{number}", number, 0), text=text, space=SPACE, clauses=grounded
        )
    ]


def _verdicts(turn: Turn, number: int) -> list[SessionEvent]:
    verdicts = [*((t, "liked") for t in turn.liked), *((t, "disliked") for t in turn.disliked)]
    return [
        PlaybackEvent.model_validate(
            {**_identity(f"{action}-{number}-{place}", number, place + 1)}
            | {"track_id": track, "action": action}
        )
        for place, (track, action) in enumerate(verdicts)
    ]


def _identity(name: str, turn: int, place: int) -> dict[str, Any]:
    at = BEGAN + timedelta(minutes=turn, milliseconds=place)
    return {"event_id": name, "listener_id": "ann", "session_id": "s", "occurred_at": at}


def _dialogue(row: Mapping[str, Any]) -> Dialogue:
    known = {
        _plain(track_id): f"{track['track_titles']} by {', '.join(track['track_artists'])}"
        for track_id, track in row["tracks"].items()
    }
    turns = tuple(
        Turn(
            turn["user_query"],
            tuple(t for t in map(_plain, turn["liked_results"]) if t in known),
            tuple(t for t in map(_plain, turn["disliked_results"]) if t in known),
        )
        for turn in row["turns"]
    )
    return Dialogue(turns, known)


def _plain(track_id: str) -> str:
    return f"t:{track_id}"


def _library(one: Dialogue, encode: Encode) -> Library:
    ids = sorted(one.tracks)
    vectors = encode([one.tracks[track] for track in ids])
    infos = (TrackInfo(title=one.tracks[track][:500]) for track in ids)
    return Library.of(zip(ids, vectors, infos, strict=True), SENTENCE_DIMENSION, SPACE)


def _encoder(texts: Sequence[str]) -> Encode:
    """Return the sentence model, centred on the tracks and remembering what it has read."""
    model = SentenceEncoder()
    known: dict[str, Array] = {}

    def raw(wanted: Sequence[str]) -> Array:
        new = sorted({text for text in wanted if text not in known})
        for start in range(0, len(new), 256):
            part = new[start : start + 256]
            known.update(zip(part, model.encode(part).numpy(), strict=True))
        return np.stack([known[text] for text in wanted])

    centre = raw(sorted(set(texts))).mean(axis=0)
    return lambda wanted: np.asarray(raw(wanted) - centre, np.float32)
