"""The cases that the patent works through (P72, P76d, P92): on made vectors, and on real sound.

The shipped space hears styles and drums well, flutes so-so; what it cannot tell apart (a flute from
a flute with a piano, the rock of a metal band from its metal) is shown on made vectors only.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import catalogue
from embedder.space import Space
from ranker.config import RankerConfig
from ranker.library import Library
from ranker.listener import Background
from ranker.session import step
from schemas import SessionEvent, TrackInfo, UnderstoodIntent
from tests.factories import clause, playback, queue, skip, state, understood

CONFIG = RankerConfig(
    queue_length=300, mined=300, artist_cap=0, near_duplicate=1.0, same_sound=1.1, drop_evidence=1e9
)
"""Every track is ranked, and by its score alone."""

# A made space: how much of each sound is in a track.

SOUNDS = ("flute", "piano", "strings", "orchestra", "rock", "jazz", "calm", "mozart")


def sound(**amounts: float) -> np.ndarray:
    return np.array([amounts.get(name, 0.0) for name in SOUNDS], np.float32)


KINDS = {
    "flute": sound(flute=1),
    "flute-piano": sound(flute=1, piano=1),
    "flute-strings": sound(flute=1, strings=1),
    "flute-concerto": sound(flute=1, orchestra=1),
    "piano": sound(piano=1),
    "piano-concerto": sound(piano=1, orchestra=1),
    "strings": sound(strings=1),
    "rock": sound(rock=1),
    "jazz": sound(jazz=1),
    "calm": sound(calm=1),
    "mozart": sound(mozart=1),
    "calm-mozart": sound(calm=1, mozart=1),
}
EACH = 4


def made_library() -> Library:
    """Return four tracks of each kind, no two alike: `flute-0` to `flute-3`, and so on."""
    rng = np.random.default_rng(0)
    return Library.of(
        (
            (
                f"{kind}-{i}",
                vector + rng.normal(scale=0.05, size=len(SOUNDS)).astype(np.float32),
                TrackInfo(title=f"{kind} {i}"),
            )
            for kind, vector in KINDS.items()
            for i in range(EACH)
        ),
        len(SOUNDS),
        "made",
    )


MADE = made_library()


def made_queue(*events: SessionEvent) -> list[str]:
    """Return the kinds of the tracks in the queue, next first."""
    return [track.rsplit("-", 1)[0] for track in queue(*events, tracks=MADE, config=CONFIG)]


def listened(*track_ids: str, at: float = 0) -> list[SessionEvent]:
    return [playback(track, "completed", at + i) for i, track in enumerate(track_ids)]


def skipped(*track_ids: str, at: float = 100) -> list[SessionEvent]:
    return [skip(track, at + i) for i, track in enumerate(track_ids)]


def wish(operation: str, subject: str, at: float) -> UnderstoodIntent:
    said = clause(operation, subject, sound(**{subject: 1.0}).tolist())
    return understood(said, at=at, space="made")


def test_flute_concertos_lead_to_flute_instrumentals() -> None:
    line = made_queue(*listened("flute-concerto-0", "flute-concerto-1"))

    assert line[:2] == ["flute-concerto"] * 2
    assert line.index("flute") < line.index("piano")
    assert _last(line, "flute") < line.index("strings")


def test_flute_listened_and_flute_with_piano_skipped_is_flute_without_piano() -> None:
    line = made_queue(*listened("flute-0"), *skipped("flute-piano-0", "flute-piano-1"))

    assert line[:3] == ["flute"] * 3
    assert _last(line, "flute-strings") < line.index("flute-piano")
    assert line[-EACH:] == ["piano"] * EACH


def test_flute_and_flute_with_strings_but_not_flute_with_piano() -> None:
    acts = [*listened("flute-0", "flute-strings-0"), *skipped("flute-piano-0")]

    line = made_queue(*acts)

    assert set(line[:6]) == {"flute", "flute-strings"}
    assert _last(line, "strings") < line.index("piano")
    assert line.index("flute-piano") > _last(line, "flute-concerto")


def test_known_taste_and_the_mood_of_the_moment_combine() -> None:
    taste = Background(weights=4.0 * sound(mozart=1).astype(np.float64))

    _, update = step(state(), wish("more", "calm", 0), MADE, CONFIG, taste)

    kinds = [slot.track_id.rsplit("-", 1)[0] for slot in update.slots]
    assert kinds[:EACH] == ["calm-mozart"] * EACH
    assert kinds[EACH : 2 * EACH] == ["calm"] * EACH
    assert kinds[2 * EACH : 3 * EACH] == ["mozart"] * EACH


def test_a_switch_needs_fewer_words_than_a_plain_wish_to_leave_rock_for_jazz() -> None:
    rock = [wish("more", "rock", 0), *listened("rock-0", "rock-1", at=1)]

    def leads(events: Sequence[SessionEvent]) -> bool:
        return made_queue(*events)[:EACH] == ["jazz"] * EACH

    plain = _needed(lambda at: wish("more", "jazz", at), rock, leads)
    switch = _needed(lambda at: wish("switch", "jazz", at), rock, leads)

    assert switch == 1
    assert plain > switch


def _last(line: Sequence[str], kind: str) -> int:
    return len(line) - 1 - line[::-1].index(kind)


def _needed(
    said: Callable[[float], SessionEvent],
    before: Iterable[SessionEvent],
    is_enough: Callable[[Sequence[SessionEvent]], bool],
) -> int:
    """Return how often something must be said until it is enough; fails beyond ten times."""
    events = [*before]
    for times in range(1, 11):
        events.append(said(1000 + times))
        if is_enough(events):
            return times
    pytest.fail("said ten times, and not enough")


def test_one_band_with_two_styles_is_two_sounds() -> None:
    library = Library.of(
        (
            (name, np.array(vector, np.float32), TrackInfo(title=name, artist=artist))
            for name, vector, artist in [
                *((f"soft-{i}", (1, 0.1 * i, 0), "The Band") for i in range(3)),
                *((f"hard-{i}", (-1, 0.1 * i, 0.3), "The Band") for i in range(3)),
                ("soft-other", (1, -0.2, 0.1), "Another"),
            ]
        ),
        3,
        "made",
    )

    line = queue(*listened("soft-0"), skip("hard-0", 1), tracks=library, config=CONFIG)

    assert set(line[:3]) == {"soft-1", "soft-2", "soft-other"}
    assert set(line[3:]) == {"hard-1", "hard-2"}


# Real sound: the shipped space and the shipped catalogue, whose facts the ranker never sees.

Facts = dict[str, Any]


@pytest.fixture(scope="module")
def space() -> Space:
    return Space.load("small")


@pytest.fixture(scope="module")
def facts() -> dict[str, Facts]:
    lines = (Path(catalogue.__file__).parent / "tracks.jsonl").read_text("utf-8").splitlines()
    return {row["track_id"]: row for row in map(json.loads, lines)}


@pytest.fixture(scope="module")
def sounds(space: Space, facts: dict[str, Facts]) -> Library:
    folder = Path(catalogue.__file__).parent
    vectors = space.encode_audio([folder / row["path"] for row in facts.values()])
    infos = (TrackInfo(title=row["title"], artist=row["artist"]) for row in facts.values())
    rows = zip(facts, space.centred_audio(vectors), infos, strict=True)
    return Library.of(rows, space.dimension, space.hash)


def separation(line: Sequence[str], wanted: Iterable[str], other: Iterable[str]) -> float:
    """Return the chance that a wanted track stands before another (area under the ROC curve)."""
    place = {track: at for at, track in enumerate(line)}
    here = [place[track] for track in wanted if track in place]
    there = [place[track] for track in other if track in place]
    return float(np.mean([[a < b for b in there] for a in here]))


def test_in_real_sound_two_flutes_bring_other_flutes_up(
    sounds: Library, facts: dict[str, Facts]
) -> None:
    flutes = {t for t, row in facts.items() if "flute" in row["facts"]["instruments"]}
    others = facts.keys() - flutes

    found = [
        separation(queue(*listened(*pair), tracks=sounds, config=CONFIG), flutes, others)
        for pair in combinations(sorted(flutes), 2)
    ]

    assert np.mean(found) > 0.65  # 0.5 is chance


def test_in_real_sound_a_guitar_listened_and_two_with_drums_skipped_is_guitar_without_drums(
    sounds: Library, facts: dict[str, Facts]
) -> None:
    guitars = [t for t, row in facts.items() if "guitar" in row["facts"]["families"]]
    drummed = [t for t in guitars if facts[t]["facts"]["drums"]]
    plain = [t for t in guitars if not facts[t]["facts"]["drums"]]

    def parted(*acts: SessionEvent) -> float:
        return separation(queue(*acts, tracks=sounds, config=CONFIG), plain, drummed)

    rounds = list(zip(plain[:12], drummed[:12], drummed[12:24], strict=True))
    before = np.mean([parted(*listened(one)) for one, _, _ in rounds])
    after = np.mean([parted(*listened(one), *skipped(*two)) for one, *two in rounds])

    assert after > 0.8
    assert after > before + 0.1


def test_in_real_sound_one_band_has_two_styles(sounds: Library, facts: dict[str, Facts]) -> None:
    def by(genre: str) -> list[str]:
        band = "Emmett Rowe"
        return [t for t, r in facts.items() if (r["artist"], r["genre"]) == (band, genre)]

    bossa, jazz = by("bossa nova"), by("jazz")
    found = [
        separation(
            queue(*listened(*liked), *skipped(*disliked), tracks=sounds, config=CONFIG), bossa, jazz
        )
        for liked in combinations(bossa, 2)
        for disliked in combinations(jazz, 2)
    ]

    assert np.mean(found) > 0.85


def test_in_real_sound_a_switch_needs_fewer_words_than_a_plain_wish_to_leave_rock_for_jazz(
    space: Space, sounds: Library, facts: dict[str, Facts]
) -> None:
    def said(operation: str, subject: str, at: float) -> UnderstoodIntent:
        vector = space.centred_text(space.encode_text([subject]))[0].tolist()
        return understood(clause(operation, subject, vector), at=at, space=space.hash)

    def leads(events: Sequence[SessionEvent]) -> bool:
        top = queue(*events, tracks=sounds, config=CONFIG)[:10]
        genres = [facts[track]["genre"] for track in top]
        return genres.count("jazz") >= 5 and "rock" not in genres

    liked = [t for t, row in facts.items() if row["genre"] == "rock"][:5]
    rock = [said("more", "rock", 0), *(playback(t, "liked", 1 + i) for i, t in enumerate(liked))]
    plain = _needed(lambda at: said("more", "jazz", at), rock, leads)
    switch = _needed(lambda at: said("switch", "jazz", at), rock, leads)

    assert switch == 1
    assert plain >= 3
