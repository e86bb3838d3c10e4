"""What is held of sessions: the newest, within a bound, and no more of it than a reader takes."""

import asyncio
from typing import Any

import orjson
import pytest

from streams.gateway.envelopes import UpdateId, apply
from streams.gateway.rows import ROW_BYTES, Held, Mailbox, Row, Rows, held_of

TRACKS = [f"t{number}" for number in range(10)]


def held(
    revision: int = 1, offset: int = 0, session: str = "s1", tracks: list[str] = TRACKS, **more: Any
) -> Held:
    """Return an update of ann's as it comes from the broker."""
    update = {
        "listener_id": "ann",
        "session_id": session,
        "revision": revision,
        "caused_by": f"e{revision}",
        "occurred_at": "2026-05-10T12:00:00Z",
        "slots": [{"track_id": track, "score": 1.0} for track in tracks],
        **more,
    }
    return held_of(orjson.dumps(update), offset)


def test_an_older_update_changes_nothing() -> None:
    row = Row()
    newer = held(2, 5)

    taken = [row.put(newer), row.put(held(1, 9)), row.put(held(2, 4)), row.put(newer)]

    assert taken == [True, False, False, False]
    assert row.newest is newer


def test_a_slow_reader_finds_the_newest_update_and_no_queue_of_them() -> None:
    async def read() -> list[Held | None]:
        mailbox = Mailbox()
        for revision in (1, 2, 3):
            mailbox.put(held(revision))
        return [await mailbox.take(0.01), await mailbox.take(0.01)]

    first, second = asyncio.run(read())

    assert first is not None and first.named.revision == 3
    assert second is None


def test_a_follower_that_holds_the_base_is_told_the_difference() -> None:
    row = Row()
    base, newer = held(1, 0), held(2, 1, tracks=[*TRACKS[5:], *TRACKS[:5], "new"])
    row.put(base)
    row.put(newer)

    told = orjson.loads(row.envelope(newer, base.named))

    assert told["kind"] == "delta"
    assert [slot["track_id"] for slot in told["slots"]["changed"]] == ["new"]
    assert apply((str(base.named), base.update), told) == ("2-1", newer.update)


@pytest.mark.parametrize("base", [None, UpdateId(9, 9)])
def test_a_follower_that_holds_nothing_known_is_told_all(base: UpdateId | None) -> None:
    row, newer = Row(), held(2, 1)
    row.put(newer)

    told = orjson.loads(row.envelope(newer, base))

    assert told == {"kind": "full", "id": "2-1", "revision": 2, "update": newer.update}


def test_where_nearly_every_slot_changed_all_is_told() -> None:
    row = Row()
    base, newer = held(1, 0), held(2, 1, tracks=[f"other-{track}" for track in TRACKS])
    row.put(base)
    row.put(newer)

    assert orjson.loads(row.envelope(newer, base.named))["kind"] == "full"


def test_the_sessions_untouched_longest_make_room() -> None:
    size = len(held(session="s0").value) + ROW_BYTES
    rows = Rows(3 * size)
    for session in ("s0", "s1", "s2"):
        rows.put(held(session=session))

    rows.get("ann|s0")
    rows.put(held(session="s3"))

    assert [session for session in ("s0", "s1", "s2", "s3") if rows.get(f"ann|{session}")] == [
        "s0",
        "s2",
        "s3",
    ]


def test_a_session_that_is_followed_goes_on_when_others_push_it_out() -> None:
    rows = Rows(1)
    rows.put(held(session="s1"))
    followed = rows.get("ann|s1")
    assert followed is not None
    mailbox = Mailbox()
    followed.mailboxes.append(mailbox)

    rows.put(held(session="s2"))
    rows.put(held(2, session="s1"))

    assert rows.get("ann|s1") is followed
    assert mailbox._newest is not None and mailbox._newest.named.revision == 2


def test_an_update_knows_what_it_answers_and_how_far_its_worker_had_read() -> None:
    place = {"topic": "playback-events", "partition": 2, "offset": 7}

    update = held(burst=["e5", "e6"], covers=[place])

    assert update.answered == ("e5", "e6", "e1")
    assert update.covers == (("playback-events", 2, 7),)


@pytest.mark.parametrize("value", [b"", b"[]", b"{}", b'{"slots": 3}', b"\xff"])
def test_what_is_no_update_is_refused(value: bytes) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        held_of(value, 0)
