"""What a listener does is in the queue that is read afterwards."""

import json
from uuid import uuid4

import httpx
import pytest

from schemas import PlaylistUpdate, TrackInfo
from streams.client import Publisher
from streams.stack import Stack
from tests.streams.gateway.conftest import Listening, Served, begin, serving, track_ids

pytestmark = pytest.mark.kafka


def test_the_queue_read_after_an_event_reflects_it(listening: Listening) -> None:
    top = track_ids(listening.queue())[0]

    for action in ("skipped", "liked", "disliked"):
        event_id = listening.send(top, action)
        update = PlaylistUpdate.model_validate(listening.queue(after=event_id))
        assert update.answers(event_id)
        top = update.slots[0].track_id


def test_a_skipped_track_does_not_come_back(listening: Listening) -> None:
    top = track_ids(listening.queue())[0]

    queue = listening.queue(after=listening.send(top))

    assert top not in track_ids(queue)


def test_an_event_that_was_answered_long_ago_need_not_be_waited_for(listening: Listening) -> None:
    first, *_ = track_ids(listening.queue())
    early = listening.send(first)
    listening.queue(after=early)
    listening.queue(after=listening.send(first, "liked"))

    answer = listening.get("queue", after=early, timeout=0)

    assert "Upnext-Waiting-For" not in answer.headers


def test_an_event_that_nobody_sent_is_named_as_what_is_waited_for(listening: Listening) -> None:
    listening.queue()

    answer = listening.get("queue", after="never-sent", timeout=0.1)

    assert answer.status_code == 200
    assert answer.headers["Upnext-Waiting-For"] == "never-sent"


def test_a_queue_that_has_not_changed_is_not_sent_again(listening: Listening) -> None:
    listening.queue()
    named = listening.get("queue").headers["ETag"]

    again = listening.client.get(
        f"{listening.path}/queue",
        params={"listener": listening.listener_id},
        headers={"If-None-Match": named},
    )

    assert again.status_code == 304
    assert again.content == b""


def test_words_are_understood_and_turn_the_queue(listening: Listening) -> None:
    listening.queue()

    who = {"listener_id": listening.listener_id, "session_id": listening.session_id}
    said = listening.client.post("/v1/intents", json={**who, "text": "something calm with piano"})
    queue = listening.queue(after=said.json()["event_id"])

    assert said.status_code == 202
    assert any("piano" in cause["sentence"] for cause in queue["causes"])


def test_a_batch_says_of_each_event_what_became_of_it(listening: Listening) -> None:
    first, second, *_ = track_ids(listening.queue())
    events = [
        listening.event(first, event_id="good-1"),
        listening.event(second, "danced"),
        {"what": "is this"},
        listening.event(second, occurred_at="2099-01-01T00:00:00Z"),
    ]

    answer = listening.client.post("/v1/events", json={"events": events})

    results = answer.json()["results"]
    assert answer.status_code == 207
    assert [one["accepted"] for one in results] == [True, False, False, False]
    assert results[0]["event_id"] == "good-1"
    assert [one["problem"]["status"] for one in results[1:]] == [422, 422, 422]
    assert "action" in results[1]["problem"]["detail"]
    assert "future" in results[3]["problem"]["detail"]


def test_a_batch_of_nothing_good_is_refused_and_says_why_of_each(listening: Listening) -> None:
    events = [listening.event("t1", "danced"), {}]

    answer = listening.client.post("/v1/events", json={"events": events})

    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert [one["accepted"] for one in answer.json()["results"]] == [False, False]


def test_a_retry_is_accepted_again_and_counts_once(listening: Listening) -> None:
    top = track_ids(listening.queue())[0]
    event = listening.event(top, event_id=f"e-{uuid4().hex}")

    answers = [listening.client.post("/v1/events", json=event) for _ in range(3)]
    queue = listening.queue(after=event["event_id"])

    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.text for answer in answers}) == 1
    assert queue["revision"] == 2


def test_an_event_id_cannot_be_used_for_another_event(listening: Listening) -> None:
    first, second, *_ = track_ids(listening.queue())
    event_id = listening.send(first)

    answer = listening.client.post("/v1/events", json=listening.event(second, event_id=event_id))

    assert answer.status_code == 409
    assert answer.json()["type"] == "/problems/other-body"


def test_an_undone_event_is_taken_out_and_listed_as_undone(listening: Listening) -> None:
    before = listening.queue()
    top = track_ids(before)[0]
    event_id = listening.send(top)
    listening.queue(after=event_id)

    undone = listening.post("undo", {"event_id": event_id})
    after = listening.queue(after=undone.json()["event_id"])

    events = listening.get("events").json()["events"]
    assert undone.status_code == 202
    assert track_ids(after) == track_ids(before)
    assert [(event["kind"], event["undone"]) for event in events] == [
        ("command", False),
        ("playback", True),
        ("command", False),
    ]


def test_the_compass_names_where_a_session_leans_and_can_be_turned(listening: Listening) -> None:
    listening.queue()

    turned = listening.client.patch(
        f"{listening.path}/compass",
        params={"listener": listening.listener_id},
        json={"more": ["Piano"], "less": ["drums"]},
    )
    listening.queue(after=turned.json()["event_id"])
    words = listening.get("compass").json()["words"]

    strength = {one["word"]: one["strength"] for one in words}
    assert turned.status_code == 202
    assert strength["piano"] > 0.5 > -0.5 > strength["drums"]
    assert list(strength.values()) == sorted(strength.values(), reverse=True)


def test_a_word_that_the_space_does_not_know_is_named_with_its_neighbours(
    listening: Listening,
) -> None:
    answer = listening.client.patch(
        f"{listening.path}/compass",
        params={"listener": listening.listener_id},
        json={"more": ["pianoo"]},
    )

    assert answer.status_code == 422
    assert answer.json()["type"] == "/problems/unknown-word"
    assert "piano" in answer.json()["near"]


def test_an_unknown_session_is_not_found(client: httpx.Client) -> None:
    answer = client.get("/v1/sessions/nobodys/queue", params={"listener": "nobody"})

    assert answer.status_code == 404
    assert answer.json()["type"] == "/problems/unknown-session"


def test_a_session_is_found_again_after_a_restart_of_the_gateway(
    stack: Stack, client: httpx.Client, tracks: dict[str, TrackInfo]
) -> None:
    listening = begin(client, tracks)
    queue = listening.queue()

    with serving(stack.settings) as restarted, restarted.client() as other:
        again = other.get(f"{listening.path}/queue", params={"listener": listening.listener_id})

    assert again.json() == queue
    assert again.headers["ETag"] == listening.get("queue").headers["ETag"]


def test_an_accepted_event_is_on_the_broker(
    listening: Listening, publisher: Publisher, stack: Stack
) -> None:
    from streams.tape.recorder import record

    event_id = listening.send(track_ids(listening.queue())[0])

    recorded = record(stack.settings.bootstrap, listener=listening.listener_id)
    assert event_id in {(line.value or {}).get("event_id") for line in recorded}


def test_a_restart_knows_what_a_token_was_signed_with(
    served: Served, stack: Stack, listening: Listening
) -> None:
    listening.queue()

    with serving(stack.settings) as restarted, restarted.client(listening.token) as other:
        answer = other.get(f"{listening.path}/queue")

    assert answer.status_code == 200
    assert json.loads(answer.text)["listener_id"] == listening.listener_id
