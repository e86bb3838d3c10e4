"""Outbox -> requests: what to send next, and what an answer means for what waits."""

from collections.abc import Callable, Sequence
from typing import Any

import httpx

from schemas import Intent
from upnext.client.outbox import Event, Outbox
from upnext.client.requests import Request, answer_of, refusal
from upnext.errors import Refused, Unsettled

MOST = 500
"""Events that a request takes at most."""

OnRefused = Callable[[Event, Refused], None]


class Delivery:
    """Sends an outbox in order, without doing the sending."""

    def __init__(self, outbox: Outbox, on_refused: OnRefused) -> None:
        self.outbox = outbox
        self._on_refused = on_refused
        self._most = MOST

    def batch(self) -> list[Event]:
        """Return the oldest events that can go in one request; empty once none waits.

        Playback events and commands go together, words one by one.
        """
        batch: list[Event] = []
        for event in self.outbox:
            if len(batch) == self._most or (batch and isinstance(event, Intent)):
                break
            batch.append(event)
            if isinstance(event, Intent):
                break
        return batch

    def request(self, batch: Sequence[Event]) -> Request:
        """Return the request that sends a batch."""
        bodies = [event.model_dump(mode="json", exclude_defaults=True) for event in batch]
        if isinstance(batch[0], Intent):
            return Request("POST", "/v1/intents", json=bodies[0])
        return Request("POST", "/v1/events", json={"events": bodies})

    def settle(self, batch: Sequence[Event], response: httpx.Response) -> None:
        """Take out what was accepted, and what never will be.

        Raises
        ------
        Unsettled
            Some are to be sent again.
        Refused
            The token is no good (401): nothing was judged, everything still waits.

        """
        try:
            results = _results(answer_of(response), batch) or [{"accepted": True}] * len(batch)
        except Unsettled:
            raise
        except Refused as refused:
            if refused.status == httpx.codes.UNAUTHORIZED:
                raise
            told = _results(refused.problem, batch)
            if told is None and len(batch) > 1:
                self._most = 1  # one of them is at fault: each for itself, until one is refused
                return
            results = told or [{"accepted": False, "problem": refused.problem}]
        self._take_out(batch, results)

    def _take_out(self, batch: Sequence[Event], results: Sequence[Any]) -> None:
        settled: list[str] = []
        refused: list[tuple[Event, Refused]] = []
        busy: Unsettled | None = None
        for event, result in zip(batch, results, strict=True):
            problem = result.get("problem") or {}
            said = refusal(int(problem.get("status", 422)), problem)
            if not result["accepted"] and isinstance(said, Unsettled):
                busy = said
                continue
            settled.append(event.event_id)
            if not result["accepted"]:
                refused.append((event, said))
        self.outbox.remove(settled)
        for event, said in refused:
            self._most = MOST
            self._on_refused(event, said)
        if busy:
            raise busy


def _results(body: Any, batch: Sequence[Event]) -> list[Any] | None:
    """Return what became of each event, where the answer tells."""
    results = body.get("results")
    return results if isinstance(results, list) and len(results) == len(batch) else None
