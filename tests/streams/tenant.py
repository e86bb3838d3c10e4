"""One tenant's deployment, and a player of theirs, in a process that stdin tells what to do.

The tenant of a process is that of its environment, so no test can have two. Run as
`UPNEXT_TENANT=acme python -m tests.streams.tenant STATE_FOLDER ENGINE`: ten tracks of the tenant's,
a sessions worker, and one session; each line of stdin is a call, each line of stdout its answer.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from embedder.manifest import Manifest, folder_of
from schemas import PlaylistUpdate
from streams.bench.library import publish, random_tracks
from streams.client import Follower, Publisher
from streams.forgetting.erasing import erase, erasure_of
from streams.session_client import Session
from streams.settings import Settings
from streams.stack import Stack, worker_commands
from streams.tape.recorder import record

TRACKS = 10


def told(update: PlaylistUpdate) -> dict[str, Any]:
    """Return what a test wants to know of an update."""
    return {
        "revision": update.revision,
        "queue": [slot.track_id for slot in update.slots],
        "causes": [cause.event_id for cause in update.causes],
        "read": [position.topic for position in update.covers],
    }


def calls(session: Session, settings: Settings) -> dict[str, Callable[..., Any]]:
    """Return what can be called from outside, by name."""

    def start(*playlist: str) -> Any:
        return told(session.start(playlist).update)

    def play(track_id: str, action: Any) -> Any:
        answer = session.play(track_id, action)
        return told(answer.update) | {"event": answer.event.event_id}

    def forget() -> Any:
        receipt = erase(settings, erasure_of(session.listener_id))
        return {"sessions": receipt.sessions, "events": receipt.events}

    def recorded() -> Any:
        return sorted({line.topic for line in record(settings.bootstrap)})

    return {"start": start, "play": play, "forget": forget, "recorded": recorded}


def main(state_folder: str, engine: Any) -> None:
    """Serve until stdin ends."""
    settings = Settings(
        state_folder=Path(state_folder), engine=engine, kafka_port=0, metrics_port=0, partitions=1
    )
    space = Manifest.read(folder_of(settings.space))
    with Stack(settings, commands=worker_commands("sessions")) as stack:
        publisher = Publisher(stack.settings.bootstrap)
        tracks = random_tracks(TRACKS, space)
        publish(
            [t.model_copy(update={"track_id": f"{settings.tenant}-{t.track_id}"}) for t in tracks],
            publisher,
        )
        stack.wait_until_ready()
        stack.wait_for_tracks(TRACKS)
        with Follower(stack.settings.bootstrap) as follower:
            session = Session(publisher, follower, listener_id="ann", session_id="s1")
            known = calls(session, stack.settings)
            answer(sorted(stack.settings.tenant_folder.glob("logs/*")))
            for line in sys.stdin:
                name, *arguments = json.loads(line)
                answer(known[name](*arguments))


def answer(value: Any) -> None:
    sys.stdout.write(json.dumps(value, default=str) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
