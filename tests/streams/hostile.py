"""Messages that wish us ill, as hypothesis strategies: records bent out of shape, and plain noise.

A message begins as a legal record of its topic. Its JSON is then changed in one to three places
that are drawn from the record itself (so that what is nested is met too), written down in one of
the ways that bytes go wrong, and put under some key at some time.
"""

import json
from collections.abc import Iterable, Iterator
from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

from schemas import TextVector, Track, TrackVector, Versioned, pack_vector
from schemas.topics import (
    CATALOGUE_TRACKS,
    INTENTS,
    PLAYBACK_EVENTS,
    SESSION_COMMANDS,
    TEXT_VECTORS,
    TRACK_VECTORS,
    UNDERSTOOD_INTENTS,
    Topic,
)
from streams.work.messages import Message
from tests.factories import NOON, clause, command, info, intent, playback, understood

READ = (
    *(PLAYBACK_EVENTS, SESSION_COMMANDS, UNDERSTOOD_INTENTS),
    *(INTENTS, TRACK_VECTORS, TEXT_VECTORS, CATALOGUE_TRACKS),
)
"""Every topic that a worker reads."""

CONDITION = {"field": "year", "at_least": 1990, "at_most": 1999}
RULES = {
    "include": [CONDITION],
    "exclude": [{"field": "artist", "any_of": ["Ann"]}],
    "boosts": [{"where": CONDITION, "log_odds": 2}],
}
WHAT = info("calm-1", artist="Ann", album="B", genre="jazz", year=1999, duration_seconds=9, bpm=90)
UNIT = pack_vector([0.6, 0.8, 0.0])

GOOD: dict[str, list[Versioned]] = {
    PLAYBACK_EVENTS.name: [
        playback("calm-2", "skipped", 5, position_seconds=4, duration_seconds=200, member="bob"),
        playback("loud-1", "moved", 6, chosen_by="listener"),
        playback("loud-2", "liked", 7),
    ],
    SESSION_COMMANDS.name: [
        command("start", 5, playlist=("calm-1", "loud-1"), mode="guest", rules=RULES),
        command("shown", 6, playlist=("calm-1", "loud-1"), frozen=1),
        command("enqueue", 7, playlist=("calm-2",), rank=2),
        command("lock", 8, track_id="loud-1", rank=2),
        command("undo", 9, target_event_id="good-1"),
        command("forget", 9),
        command("end", 9),
    ],
    UNDERSTOOD_INTENTS.name: [
        understood(clause(cut=0.25, whole="calm songs"), clause("less", "this", None), at=5),
        understood(clause("only", "90s", None, grounding="metadata", filter=CONDITION), at=6),
        understood(clause("reset", "", None, grounding="metadata"), at=7),
    ],
    INTENTS.name: [
        intent("no drums, and 90s jazz like this", 5, source="spoken", confidence=0.5),
        intent("switch to something calm", 6, language="es-MX", source="chip"),
    ],
    TRACK_VECTORS.name: [
        TrackVector(
            track_id="calm-1", info=WHAT, uri="/a.ogg", content="c", space="tiny", vector=UNIT
        )
    ],
    TEXT_VECTORS.name: [TextVector(text="slow piano", space="tiny", vector=UNIT)],
    CATALOGUE_TRACKS.name: [Track(track_id="calm-1", info=WHAT, uri="file:///music/a.ogg")],
}
"""What each topic should hold, every field of it somewhere."""


class Twice(dict[str, Any]):
    """An object that is written with a field more, of a name that it has already."""

    def __init__(self, body: dict[str, Any], name: str, value: Any) -> None:
        super().__init__(body)
        self.name, self.value = name, value


class Raw(str):
    """JSON, or what looks like it, to be written as it stands."""


def nested(opening: str, closing: str, depth: int) -> Raw:
    return Raw(opening * depth + closing * depth)


NUMBERS = [
    *(0, -1, 1, 2, 2**31, 2**53 + 1, 2**63, -(2**63) - 1, 2**64, 10**400, -0.0, 1e-320, 1e308),
    *(0.5, 65_504.0, float("nan"), float("inf"), float("-inf")),
    *map(Raw, ["1e999", "-1e999", "0.1e-999", "00", "1.", "0x1", "NaN", "-", "1" * 5_000]),
]
TIMES = [
    *("2026-05-10T12:00:00+14:00", "2026-05-10T12:00:00-12:00", "2026-05-10T12:00:00"),
    *("2026-06-30T23:59:60Z", "2026-10-25T02:30:00+02:00", "2026-03-29T02:30:00Z"),
    *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "9999-12-31T24:00:00Z"),
    *("2026-05-10", "1778414400", "-1", "99999-01-01T00:00:00Z", "2026-05-10T12:00:00+99:99"),
    *("2099-12-31T23:59:59.999999Z", "2000-01-01T00:00:00Z", "now", "2026-05-10T12:00:00−02:00"),
]
PLACES = ["/dev/zero", "/dev/null", "/", "\0", "file://[", "file://", "a" * 3_000, "http://[::1"]
TEXTS = [
    *("", " ", "\0", "\x1b[2J", "\u202e", "\ufeff", "\ud800", "\udfff\ud800", "é", "e\u0301"),
    *("🎹" * 300, "x" * 129, "x" * 100_000, "a|b", "a/b", "../..", "$(reboot)", "{}", "%s"),
    *("calm-1", "loud-1", "good-1", "tiny", "ann", "null", "true", "__proto__", "liked", "drums"),
]
VECTORS = [
    *(pack_vector([0.0] * 3), pack_vector([1.0]), pack_vector([6e-8] * 3), pack_vector([6e4] * 3)),
    *("AAAA", "AHwAfAB8", "AH4AfgB+", "AAA=", "////", "A" * 11_001, "A" * 10_924, "=AAA", "AA\nAA"),
]
SHAPES = [
    *(None, True, [], {}, [[]], [None], {"": None}, ["calm-1"] * 2, ["calm-1"] * 501, [{}] * 17),
    *(nested("[", "]", 100_000), nested('{"a":', "}", 300), Raw("[" * 200), Raw("{"), Raw("")),
    CONDITION,
]

wild: st.SearchStrategy[Any] = st.one_of(
    *map(st.sampled_from, (NUMBERS, TIMES, PLACES, TEXTS, VECTORS, SHAPES)),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.datetimes().map(str),
    st.binary(max_size=20).map(bytes.hex),
    st.sampled_from([1.5, "1", "01", 9, 0]),
)
"""What a field may be set to."""


def paths(body: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to everything in a JSON value."""
    inside: Iterable[tuple[Any, Any]] = ()
    if isinstance(body, dict):
        inside = body.items()
    elif isinstance(body, list):
        inside = enumerate(body)
    for name, value in inside:
        yield (*here, name)
        yield from paths(value, (*here, name))


@st.composite
def bent(draw: st.DrawFn, topic: Topic) -> Any:
    """Return a record's JSON, changed in up to three places; now and then in none."""
    body = json.loads(draw(st.sampled_from(GOOD[topic.name])).encode())
    for _ in range(draw(st.integers(0, 3))):
        found = list(paths(body))
        if not found:
            break
        *way, name = draw(st.sampled_from(found))
        parent = body
        for step in way:
            parent = parent[step]
        _change(draw, parent, name)
    return body


def _change(draw: st.DrawFn, parent: Any, name: Any) -> None:
    kind = draw(st.sampled_from(["set", "set", "set", "remove", "wrap", "add", "swap", "twice"]))
    if kind == "set":
        parent[name] = deepcopy(draw(wild))
    elif kind == "remove":
        del parent[name]
    elif kind == "wrap":
        parent[name] = draw(st.sampled_from([[parent[name]], {"value": parent[name]}]))
    elif kind == "swap":
        others = list(parent) if isinstance(parent, dict) else list(range(len(parent)))
        other = draw(st.sampled_from(others))
        parent[name], parent[other] = parent[other], parent[name]
    elif kind == "add" and isinstance(parent, dict):
        parent[draw(st.text(max_size=30) | st.sampled_from(TEXTS))] = deepcopy(draw(wild))
    elif kind == "twice" and isinstance(parent[name], dict):
        fields = list(parent[name]) or ["a"]
        parent[name] = Twice(parent[name], draw(st.sampled_from(fields)), draw(wild))
    elif isinstance(parent, list):
        parent.append(deepcopy(draw(wild)))


def written(body: Any) -> str:
    """Return JSON with what no serializer would write: fields twice, and raw text."""
    if isinstance(body, Raw):
        return str(body)
    if isinstance(body, dict):
        fields = [f"{json.dumps(name)}:{written(value)}" for name, value in body.items()]
        if isinstance(body, Twice):
            fields.append(f"{json.dumps(body.name)}:{written(body.value)}")
        return "{" + ",".join(fields) + "}"
    if isinstance(body, list):
        return "[" + ",".join(map(written, body)) + "]"
    if isinstance(body, int) and abs(body) > 10**300:
        return "1" + "0" * 400
    return json.dumps(body)


MEGABYTE = 2**20

BYTES = st.sampled_from(
    [
        *(None, b"", b"\0", b"\xff\xfe", b"null", b"[]", b"{}", b'""', b"0", b"\xed\xa0\x80"),
        *(b"x" * (10 * MEGABYTE), b"[" * 200_000, b'{"a":' * 100_000, b" " * 262_144),
        *(b"\xc0\x80", b"\xf4\x90\x80\x80", b"\xef\xbb\xbf{}", b"\x1f\x8b\x08\0", b"PK\x03\x04"),
    ]
) | st.binary(max_size=300)


@st.composite
def values(draw: st.DrawFn, topic: Topic) -> bytes | None:
    """Return bytes: a bent record in some spelling, or none at all."""
    if draw(st.integers(0, 9)) == 0:
        return draw(BYTES)
    text = written(draw(bent(topic)))
    value = text.encode(errors="surrogatepass")
    match draw(st.sampled_from(["plain"] * 6 + ["cut", "flip", "bom", "utf16", "tail", "padded"])):
        case "cut":
            return value[: draw(st.integers(0, len(value)))]
        case "flip":
            at = draw(st.integers(0, max(0, len(value) - 1)))
            return value[:at] + bytes([draw(st.integers(0, 255))]) + value[at + 1 :]
        case "bom":
            return b"\xef\xbb\xbf" + value
        case "utf16":
            return text.encode("utf-16", errors="surrogatepass")
        case "tail":
            return value + draw(st.sampled_from([b"\0", b"{}", value, b"\n", b","]))
        case "padded":
            return value + b" " * draw(st.sampled_from([1, 300_000]))
    return value


NOON_SECONDS = NOON.timestamp() + 60

stamps = st.sampled_from(
    [NOON_SECONDS] * 8 + [0.0, -0.001, 1e9, 4e9, 253_402_300_799.0, 1e12, 9e15, -9e15]
)
"""Seconds since 1970 as a broker may say them; -0.001 is how it says that it does not know."""

KEYS: list[bytes | None] = [
    *(None, b"", b"\xff", b"bob", b"tiny/", b"/", b"tiny/" + b"x" * 300, b"k" * MEGABYTE),
]


@st.composite
def messages(draw: st.DrawFn, topic: Topic) -> Message:
    """Return a message that a topic should not hold, most of the time."""
    value = draw(values(topic))
    right = topic.key_of(GOOD[topic.name][0])
    key = draw(st.sampled_from([right] * 12 + [*KEYS]) | st.binary(max_size=9))
    place = draw(st.integers(0, 3)), draw(st.integers(0, 2**62))
    return Message(topic.name, *place, key, value, draw(stamps))
