"""Follows every session's updates while the chaos goes on, as a client would."""

import threading
from time import monotonic
from typing import Any, Self

from schemas import PlaylistUpdate
from schemas.topics import PLAYLIST_UPDATES
from streams.kafka.reading import assign_from_now, open_reader


class Witness:
    """Keeps the newest update of each session, by the rule a follower has.

    The larger revision is the newer; of equal ones the later in the topic.
    """

    def __init__(self, bootstrap: str) -> None:
        self.newest: dict[str, PlaylistUpdate] = {}
        self.revisions: dict[str, int] = {}
        self.updates = 0
        self.answered: dict[str, float] = {}
        """When the first update came that answers an event, by the event's id."""
        self.last_at = monotonic()
        self._stop = threading.Event()
        self._consumer = open_reader(bootstrap, fetch_wait_max_ms=20, reconnect_backoff_max_ms=500)
        assign_from_now(self._consumer, PLAYLIST_UPDATES.name)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        while not self._stop.is_set():
            for message in self._consumer.consume(500, 0.02):
                if message.error() is None:
                    self._take(message)
        self._consumer.close()

    def _take(self, message: Any) -> None:
        update = PlaylistUpdate.model_validate_json(message.value())
        now = self.last_at = monotonic()
        self.updates += 1
        for event_id in (update.caused_by, *update.burst):
            self.answered.setdefault(event_id, now)
        key = f"{update.listener_id}|{update.session_id}"
        if update.revision >= self.revisions.get(key, 0):
            self.revisions[key] = update.revision
            self.newest[key] = update

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
