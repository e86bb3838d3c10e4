"""The cases: what a gateway and a network can do to a client."""

from itertools import pairwise

from pydantic_core import to_json

from upnext.conformance.rules import Rule
from upnext.conformance.script import Case, Leg, Pause, case, cut, part, sends
from upnext.conformance.story import Held, Json, delta, full, held, message

ONE = held("1-1", "a b c d")
TWO = held("2-1", "b c d e", current="a")
THREE = held("3-1", "d c b e", current="a")
FOUR = held("4-1", "c b e f", current="d")

QUICK = b"retry: 20\n\n"
"""Tells clients to come back at once, so that the suite is quick."""


def leg(*steps: Json | bytes | Pause, **how: object) -> Leg:
    """Return a connection that sends these, and tells to come back soon."""
    return Leg(sends(QUICK, *steps), **how)  # type: ignore[arg-type]


def both(base: Held, after: Held) -> tuple[Json, Json]:
    """Return the envelopes that lead to a queue by way of another."""
    return full(base), delta(base, after)


def story(name: str, rule: Rule, *queues: Held) -> Case:
    """Return a case in which deltas lead from queue to queue, none of them lost."""
    steps = [full(queues[0])]
    steps += [delta(old, new) for old, new in pairwise(queues)]
    return case(name, rule, leg(*steps), expects=queues)


def spoilt(envelope: Json, **fields: object) -> Json:
    """Return an envelope with other fields."""
    return {**envelope, **fields}


APPLYING = (
    story("a full envelope is taken as it is", Rule.FULL, ONE),
    case(
        "a full envelope replaces one that is held",
        Rule.FULL,
        leg(full(ONE), full(held("7-1", "x y", current="b"))),
        expects=(ONE, held("7-1", "x y", current="b")),
    ),
    story("deltas in turn are applied in turn", Rule.DELTA, ONE, TWO, THREE, FOUR),
    story(
        "a slot that changed replaces the one that was held",
        Rule.DELTA,
        held("1-1", "a b c"),
        held("2-1", "a b c", {"b": 2.5}),
        held("3-1", "a b* c", {"b": 2.5}),
    ),
    case(
        "the update's own fields come from the delta, and none stay from before",
        Rule.DELTA,
        leg(*both(held("1-1", "a b", relaxed=["no drums"], current="z"), held("2-1", "a b"))),
        expects=(held("1-1", "a b", relaxed=["no drums"], current="z"), held("2-1", "a b")),
    ),
    case(
        "a slot that is told but not in the order is not in the queue",
        Rule.GONE,
        leg(
            full(ONE),
            spoilt(
                delta(ONE, TWO),
                slots={
                    "order": ["b", "c", "d", "e"],
                    "changed": [
                        {"track_id": "e", "score": 1.0},
                        {"track_id": "ghost", "score": 9.0},
                    ],
                },
            ),
        ),
        expects=(ONE, TWO),
    ),
    story(
        "a track that was played does not come back, however often the queue changes",
        Rule.GONE,
        held("1-1", "a b c d"),
        held("2-1", "b c d", current="a"),
        held("3-1", "d b c", current="a"),
        held("4-1", "b c e", current="d"),
        held("5-1", "c e", current="b"),
    ),
    story(
        "a queue may run empty and fill again",
        Rule.GONE,
        held("1-1", "a"),
        held("2-1", "", current="a", empty_because="nothing else is calm"),
        held("3-1", "b c", current="a"),
    ),
    story(
        "a track that had gone is told anew when it is queued again",
        Rule.GONE,
        held("1-1", "a b"),
        held("2-1", "b"),
        held("3-1", "a+ b", {"a": -1.0}),
    ),
    story(
        "the order is kept, though the scores would have another",
        Rule.PLACE,
        held("1-1", "a b c", {"a": 1.0, "b": 3.0, "c": 2.0}),
        held("2-1", "c a b", {"a": 1.0, "b": 3.0, "c": 2.0}),
    ),
    story(
        "a listener's own entries and what is locked stay where the gateway puts them",
        Rule.PLACE,
        held("1-1", "a own+ c* d", {"own": -4.0, "c": -9.0}),
        held("2-1", "d own+ c* a", {"own": -4.0, "c": -9.0}),
        held("3-1", "own+ c* e a", {"own": -4.0, "c": -9.0}, current="d"),
    ),
    story(
        "the front that a player has prefetched stays in front",
        Rule.PLACE,
        held("1-1", "a* b* c d"),
        held("2-1", "a* b* d c", {"d": 8.0}),
        held("3-1", "b* d* c e", {"d": 8.0}, current="a"),
    ),
)

AGEING = (
    case(
        "a duplicate changes nothing",
        Rule.NEWER,
        leg(full(ONE), full(ONE), delta(ONE, TWO), delta(ONE, TWO), full(TWO)),
        expects=(ONE, TWO),
    ),
    case(
        "a smaller revision is passed over",
        Rule.NEWER,
        leg(full(THREE), full(ONE), delta(ONE, TWO), delta(THREE, FOUR)),
        expects=(THREE, FOUR),
    ),
    case(
        "an old delta is no gap",
        Rule.NEWER,
        leg(full(TWO), delta(ONE, held("2-1", "b")), delta(TWO, THREE)),
        expects=(TWO, THREE),
    ),
    case(
        "of one revision the later replaces the earlier",
        Rule.NEWER,
        leg(*both(held("5-1", "a b c"), held("5-2", "b a c"))),
        expects=(held("5-1", "a b c"), held("5-2", "b a c")),
    ),
    case(
        "of one revision the earlier is passed over",
        Rule.NEWER,
        leg(full(held("5-2", "b a")), full(held("5-1", "a b"))),
        expects=(held("5-2", "b a"),),
    ),
    case(
        "ids are compared as numbers: 10 is newer than 9",
        Rule.NEWER,
        leg(*both(held("9-9", "a b"), held("9-10", "b a")), full(held("10-1", "b"))),
        expects=(held("9-9", "a b"), held("9-10", "b a"), held("10-1", "b")),
    ),
    case(
        "revisions may leap",
        Rule.NEWER,
        leg(*both(ONE, held("1000002-1", "c d")), full(TWO)),
        expects=(ONE, held("1000002-1", "c d")),
    ),
)

MISSING = (
    case(
        "a delta on something else than what is held is a gap",
        Rule.GAP,
        leg(full(ONE), delta(TWO, THREE), then="gap"),
        leg(full(THREE), delta(THREE, FOUR), asked=None),
        expects=(ONE, THREE, FOUR),
    ),
    case(
        "a delta before anything is held is a gap",
        Rule.GAP,
        leg(delta(ONE, TWO), then="gap"),
        leg(full(TWO), asked=None),
        expects=(TWO,),
    ),
    case(
        "an order that names a track without a slot is a gap",
        Rule.GAP,
        leg(
            full(ONE),
            spoilt(delta(ONE, TWO), slots={"order": ["b", "unheard-of"], "changed": []}),
            then="gap",
        ),
        leg(full(TWO), asked=None),
        expects=(ONE, TWO),
    ),
    case(
        "after a gap nothing is applied until a full envelope comes",
        Rule.GAP,
        leg(full(ONE), delta(TWO, THREE), delta(THREE, FOUR), then="gap"),
        leg(full(FOUR), asked=None),
        expects=(ONE, FOUR),
    ),
    case(
        "what cannot be read is a gap",
        Rule.GAP,
        leg(full(ONE), b'event: update\ndata: {"kind":"delta","id"\n\n', then="gap"),
        leg(full(TWO), asked=None),
        expects=(ONE, TWO),
    ),
)

BREAKING = (
    case(
        "after the stream ends the client goes on from what it holds",
        Rule.RESUME,
        leg(full(ONE), then="close"),
        leg(delta(ONE, TWO), asked="1-1"),
        expects=(ONE, TWO),
    ),
    case(
        "after the connection breaks the client goes on from what it holds",
        Rule.RESUME,
        leg(full(ONE), delta(ONE, TWO), then="break"),
        leg(delta(TWO, THREE), asked="2-1"),
        expects=(ONE, TWO, THREE),
    ),
    case(
        "an envelope that the break cut in two counts once it comes whole",
        Rule.RESUME,
        leg(full(ONE), message(delta(ONE, TWO))[:-1], then="close"),
        leg(delta(ONE, TWO), asked="1-1"),
        expects=(ONE, TWO),
    ),
    case(
        "a gateway that is busy is asked again",
        Rule.RESUME,
        leg(full(ONE), then="close"),
        Leg(status=503, retry_after="0"),
        Leg(status=429, retry_after="0"),
        leg(full(TWO), asked="1-1"),
        expects=(ONE, TWO),
    ),
    case(
        "a gateway that has started anew and is behind does not turn the queue back",
        Rule.RESUME,
        leg(full(THREE), then="break"),
        leg(full(held("2-7", "b c d e")), full(held("3-1", "d c b e")), full(FOUR), asked="3-1"),
        expects=(THREE, FOUR),
    ),
    case(
        "a break after a gap does not bring back what was missed",
        Rule.RESUME,
        leg(full(ONE), delta(TWO, THREE), then="gap"),
        Leg(sends(QUICK), asked=None, then="close"),
        leg(full(THREE), asked=None),
        expects=(ONE, THREE),
    ),
)

ODD = held("2-1", "für-elise ночь 夜曲", relaxed=["“Für Elise” 🎵\u2028and\u0085on"])

READING = (
    case(
        "chunks may end anywhere, within a character too",
        Rule.STREAM,
        Leg(
            (QUICK, *cut(message(full(ODD)), 1, *range(40, len(message(full(ODD))), 7))),
        ),
        expects=(ODD,),
    ),
    case(
        "many envelopes may come in one chunk",
        Rule.STREAM,
        Leg((QUICK + b"".join(map(message, (full(ONE), delta(ONE, TWO), delta(TWO, THREE)))),)),
        expects=(ONE, TWO, THREE),
    ),
    case(
        "a slow network changes nothing",
        Rule.STREAM,
        Leg(
            (
                QUICK,
                *(
                    step
                    for chunk in cut(message(full(ONE)), 30, 80, 150)
                    for step in (chunk, Pause(0.05))
                ),
                message(delta(ONE, TWO)),
            ),
        ),
        expects=(ONE, TWO),
    ),
    case(
        "comments that keep the connection alive are no messages",
        Rule.STREAM,
        leg(b": keep-alive\n\n", full(ONE), b": keep-alive\n", delta(ONE, TWO), b":\n\n"),
        expects=(ONE, TWO),
    ),
    case(
        "lines may end in CR LF",
        Rule.STREAM,
        Leg(cut(message(full(ONE)).replace(b"\n", b"\r\n"), 6, 10)),
        expects=(ONE,),
    ),
    case(
        "data may take many lines",
        Rule.STREAM,
        leg(b"data: " + to_json(full(ONE), indent=1).replace(b"\n", b"\ndata: ") + b"\n\n"),
        expects=(ONE,),
    ),
    case(
        "a space after the colon may be missing",
        Rule.STREAM,
        leg(message(full(ONE)).replace(b": ", b":", 3)),
        expects=(ONE,),
    ),
    case(
        "five hundred slots are no more than five",
        Rule.STREAM,
        leg(full(held("1-1", " ".join(f"track-{i}" for i in range(500))))),
        expects=(held("1-1", " ".join(f"track-{i}" for i in range(500))),),
    ),
)

NOVEL = (
    case(
        "a kind of envelope that is not known is passed over",
        Rule.UNKNOWN,
        leg(full(ONE), {"kind": "hint", "id": "1-2", "prefetch": ["a"]}, delta(ONE, TWO)),
        expects=(ONE, TWO),
    ),
    case(
        "fields that are not known are passed over",
        Rule.UNKNOWN,
        leg(
            spoilt(
                full(ONE),
                sent_at=7,
                update={
                    **full(ONE)["update"],
                    "weather": "fine",
                    "slots": [{**slot, "colour": "blue"} for slot in ONE.slots],
                },
            )
        ),
        expects=(ONE,),
    ),
)

CONVERGING = (
    Case(
        "two tabs and a phone on one session come to the same queue",
        Rule.CONVERGE,
        (
            part(
                leg(full(ONE), delta(ONE, TWO), delta(TWO, THREE), delta(THREE, FOUR)),
                expects=(ONE, TWO, THREE, FOUR),
                name="the first tab",
            ),
            part(leg(*both(THREE, FOUR)), expects=(THREE, FOUR), name="the second tab"),
            part(
                leg(full(ONE), then="break"),
                leg(delta(TWO, THREE), asked="1-1", then="gap"),
                leg(full(THREE), full(ONE), delta(THREE, FOUR), asked=None),
                expects=(ONE, THREE, FOUR),
                name="the phone",
            ),
        ),
    ),
)

CASES: tuple[Case, ...] = (
    *APPLYING,
    *AGEING,
    *MISSING,
    *BREAKING,
    *READING,
    *NOVEL,
    *CONVERGING,
)
