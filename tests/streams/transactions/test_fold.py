"""A batch -> what one transaction writes, on the real work of the sessions worker."""

import pytest

from schemas import PlaylistUpdate, SessionEvent
from schemas.topics import PLAYBACK_EVENTS, PLAYLIST_UPDATES, REJECTED_EVENTS, SESSION_COMMANDS
from streams.errors import RowTooLarge
from streams.transactions import tables
from streams.transactions.fold import Folded, fold, refuse
from streams.transactions.tables import Partition
from streams.work.messages import Message
from streams.work.sessions import Sessions
from streams.work.tables import ROWS
from tests.factories import NOON, library, moment, playback, skip, start

TOPICS = {"playback": PLAYBACK_EVENTS.name, "command": SESSION_COMMANDS.name}


def messages(*events: SessionEvent, partition: int = 0) -> list[Message]:
    return [
        Message(
            TOPICS["command" if hasattr(event, "command") else "playback"],
            partition,
            offset,
            event.listener_id.encode(),
            event.encode(),
            NOON.timestamp() + 3600,
        )
        for offset, event in enumerate(events)
    ]


def of(listener_id: str, partition: int = 0) -> list[Message]:
    who = {"listener_id": listener_id}
    begun = start("calm-1", "loud-1", "loud-2").model_copy(update=who)
    heard = (playback("calm-1", at=1, **who), playback("loud-1", "skipped", at=2, **who))
    return messages(begun, *heard, partition=partition)


def partitions(*numbers: int) -> dict[int, Partition]:
    return {number: Partition({}) for number in numbers}


def rows_of(held: dict[int, Partition]) -> dict[str, dict[str, bytes]]:
    return {
        table: {key: bytes for p in held.values() for key, bytes in p.rows[table]._packed.items()}
        for table in ROWS
    }


def updates(folded: Folded) -> list[PlaylistUpdate]:
    ours = [each for each in folded.outputs if each.topic == PLAYLIST_UPDATES.name]
    return [PlaylistUpdate.model_validate_json(each.value) for each in ours]


def test_a_burst_is_one_row_and_one_update_that_answers_all_of_it():
    batch = of("ann")

    folded = fold(Sessions(library), batch, partitions(0))

    assert [change.key for change in folded.changes if change.table == "sessions"] == ["ann|s1"]
    (update,) = updates(folded)
    assert update.revision == 3
    assert len((update.caused_by, *update.burst)) == 3


def test_rows_and_positions_are_the_same_bytes_however_the_log_is_cut_into_batches():
    log = [*of("ann"), *of("bob"), *of("eve")]
    log = [Message(m.topic, 0, n, m.key, m.value, m.timestamp) for n, m in enumerate(log)]
    whole, cut = partitions(0), partitions(0)

    fold(Sessions(library), log, whole).merge(whole)
    sessions = Sessions(library)
    for place in range(0, len(log), 2):
        fold(sessions, log[place : place + 2], cut).merge(cut)

    assert rows_of(cut) == rows_of(whole)
    assert cut[0].positions == whole[0].positions


def test_nothing_is_held_of_a_batch_that_is_not_merged_and_folding_it_again_is_the_same():
    held = partitions(0)
    sessions = Sessions(library)

    first = fold(sessions, of("ann"), held)
    sessions.forget({0})
    again = fold(sessions, of("ann"), held)

    assert not any(rows_of(held).values())
    assert held[0].positions == {}
    assert again.outputs == first.outputs
    assert again.changes == first.changes


def test_each_partition_has_rows_of_its_own():
    held = partitions(0, 1)

    fold(Sessions(library), [*of("ann", 0), *of("bob", 1)], held).merge(held)

    assert list(held[0].rows["sessions"]) == ["ann|s1"]
    assert list(held[1].rows["sessions"]) == ["bob|s1"]
    assert held[1].positions == {PLAYBACK_EVENTS.name: 3, SESSION_COMMANDS.name: 1}


def test_a_bad_event_is_a_dead_letter_of_the_same_transaction_and_its_neighbours_are_folded():
    batch = messages(playback("calm-1", at=1), playback("nowhere", at=2), skip("loud-1", at=3))

    folded = fold(Sessions(library), batch, partitions(0))

    topics = [output.topic for output in folded.outputs]
    assert topics == [REJECTED_EVENTS.name, PLAYLIST_UPDATES.name]
    assert folded.ends == {(PLAYBACK_EVENTS.name, 0): 3}
    assert updates(folded)[0].revision == 2


def test_an_event_that_outgrows_its_row_is_refused_with_the_reason(monkeypatch):
    monkeypatch.setattr(tables, "MAX_ROW_BYTES", 60)
    (message,) = messages(playback())

    with pytest.raises(RowTooLarge) as error:
        fold(Sessions(library), [message], partitions(0))
    folded = refuse(message, error.value, moment(0))

    assert [output.topic for output in folded.outputs] == [REJECTED_EVENTS.name]
    assert folded.changes == []
    assert folded.ends == {(PLAYBACK_EVENTS.name, 0): 1}
