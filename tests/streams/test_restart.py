"""A worker that is killed in mid-session loses nothing."""

import os
import signal

import pytest

from schemas import PlaylistUpdate
from schemas.topics import PLAYBACK_EVENTS
from streams.session_client import Session

pytestmark = pytest.mark.kafka


def listen(session: Session, playlist: list[str], until: int, start: int = 0) -> PlaylistUpdate:
    """Play the first tracks of a playlist, skipping every third."""
    for place in range(start, until):
        action = "skipped" if place % 3 == 0 else "completed"
        answer = session.play(playlist[place], action, position_seconds=0.3, duration_seconds=12.0)
    return answer.update


def test_the_queue_after_a_sigkill_in_mid_session_is_that_of_a_run_without_it(
    stack, publisher, follower, tracks
):
    playlist = list(tracks)[:40]
    calm = Session(publisher, follower, listener_id="calm")
    calm.start(playlist)
    expected = listen(calm, playlist, 12)
    shaken = Session(publisher, follower, listener_id="shaken")
    shaken.start(playlist)
    listen(shaken, playlist, 6)

    os.kill(stack.pids["sessions"], signal.SIGKILL)
    while_down = shaken.playback(
        playlist[6], "skipped", position_seconds=0.3, duration_seconds=12.0
    )
    publisher.publish(PLAYBACK_EVENTS, while_down)
    stack.wait_until_ready()
    follower.answer_to(while_down.event_id, seconds=30)
    after = listen(shaken, playlist, 12, start=7)

    assert [slot.track_id for slot in after.slots] == [slot.track_id for slot in expected.slots]
    assert [slot.score for slot in after.slots] == [slot.score for slot in expected.slots]
    assert after.revision == expected.revision
