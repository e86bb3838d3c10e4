"""An anonymous listener becomes a known one, and a listener is erased with a receipt."""

from uuid import uuid4

import httpx
import pytest

from schemas import TrackInfo
from tests.streams.gateway.conftest import Listening, begin, track_ids

pytestmark = pytest.mark.kafka


def as_known(anonymous: Listening, listener_id: str) -> Listening:
    """Return an anonymous listener's session as it goes on."""
    return Listening(anonymous.client, listener_id, anonymous.session_id, "-", "-")


def test_an_anonymous_listeners_session_goes_on_as_a_known_ones(
    client: httpx.Client, tracks: dict[str, TrackInfo]
) -> None:
    anonymous = begin(client, tracks, listener_id=None)
    top = track_ids(anonymous.queue())[0]
    anonymous.queue(after=anonymous.send(top))
    said = client.post(
        "/v1/intents",
        json={
            "listener_id": anonymous.listener_id,
            "session_id": anonymous.session_id,
            "text": "something calm",
        },
    ).json()["event_id"]
    queue = anonymous.queue(after=said)
    known = as_known(anonymous, f"ann-{uuid4().hex[:8]}")

    merged = client.post(
        f"/v1/listeners/{anonymous.listener_id}/merge", json={"into": known.listener_id}
    )
    again = client.post(
        f"/v1/listeners/{anonymous.listener_id}/merge", json={"into": known.listener_id}
    )

    assert merged.status_code == 202
    assert merged.json()["sessions"] == [anonymous.session_id]
    assert merged.json()["events"] == 3
    assert again.json()["events"] == 0
    moved = known.queue(after=said)
    assert moved["revision"] == queue["revision"]
    assert track_ids(moved) == track_ids(queue)


def test_only_an_anonymous_listener_can_be_merged(client: httpx.Client) -> None:
    answer = client.post("/v1/listeners/bob/merge", json={"into": "ann"})

    assert answer.status_code == 409
    assert answer.json()["type"] == "/problems/not-anonymous"


def test_an_erased_listener_leaves_a_receipt_and_no_session(listening: Listening) -> None:
    listening.queue(after=listening.send(track_ids(listening.queue())[0]))
    client = listening.client

    erased = client.delete(f"/v1/listeners/{listening.listener_id}", params={"wait": 20})

    told = erased.json()
    assert erased.status_code == 200
    assert (told["erasure"]["sessions"], told["erasure"]["events"]) == (1, 2)
    assert listening.listener_id not in erased.text
    assert client.get(told["receipt"]).json() == told
    assert listening.get("queue").status_code == 404
    assert listening.get("events").status_code == 404


def test_an_erasure_need_not_be_waited_for(client: httpx.Client) -> None:
    erased = client.delete(f"/v1/listeners/nobody-{uuid4().hex[:8]}")

    assert erased.status_code == 202
    assert erased.headers["Location"] == erased.json()["receipt"]


@pytest.mark.parametrize("event_id", ["erase-0.0", "erase-", "e1", "erase-x.99999999999999999999"])
def test_a_receipt_that_is_not_there_is_not_found(client: httpx.Client, event_id: str) -> None:
    answer = client.get(f"/v1/erasures/{event_id}")

    assert answer.status_code == 404
    assert answer.json()["type"] == "/problems/no-receipt"
