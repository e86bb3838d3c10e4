"""`/v1/listeners`: an anonymous listener becomes a known one; a listener is erased."""

import asyncio
from datetime import UTC, datetime
from time import monotonic
from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from schemas import Erasure, SessionCommand
from schemas.topics import SESSION_COMMANDS
from streams.gateway.access import Caller
from streams.gateway.answers import answer
from streams.gateway.bodies import ErasureAccepted, ErasureReceipt, MergeBody, Merged
from streams.gateway.core import Gateway
from streams.gateway.intake import Sending
from streams.gateway.merging import events_of, under
from streams.gateway.problems import Problem, documented
from streams.gateway.reading import ListenerId, body_of, takes
from streams.gateway.routes.events import REFUSALS
from streams.gateway.routes.sessions import ANONYMOUS, LONGEST_WAIT

LOOK_SECONDS = 0.05


def listeners_routes(gateway: Gateway) -> APIRouter:
    """Return the routes."""
    router = APIRouter(tags=["listeners"])
    one_at_a_time = asyncio.Lock()

    @router.post(
        "/v1/listeners/{listener_id:path}/merge",
        status_code=202,
        response_model=Merged,
        responses=documented(*REFUSALS),
        openapi_extra=takes("MergeBody"),
    )
    async def merge(request: Request, listener_id: ListenerId) -> Response:
        """Have an anonymous listener's sessions go on as a known one's; safe to repeat.

        Reads a partition of the topics from its beginning: seconds where they are long.
        """
        caller = gateway.access.caller(request)
        caller.require("send")
        if caller.token is not None:
            raise Problem("not-allowed", "a listener's token is not enough: use an API key")
        body = await body_of(request, MergeBody)
        if not listener_id.startswith(ANONYMOUS) or body.into == listener_id:
            raise Problem("not-anonymous", f"{listener_id!r} is not one of those who had no id")
        async with one_at_a_time:
            moved = await asyncio.to_thread(
                events_of, gateway.settings.bootstrap, listener_id, gateway.partitions
            )
            told = [under(body.into, one) for one in moved]
            for each in [gateway.intake.offer(Sending(one.topic, one.event)) for one in told]:
                await each.wait()
        sessions = sorted({one.event.session_id for one in told})
        for session_id in sessions:
            gateway.hub.expect(body.into, session_id)
        event_id = await _erase(gateway, caller, listener_id)
        return answer(
            Merged(
                listener_id=body.into,
                sessions=sessions,
                events=len(told),
                event_id=event_id,
                receipt=f"/v1/erasures/{event_id}",
            ),
            202,
        )

    @router.delete(
        "/v1/listeners/{listener_id:path}",
        status_code=202,
        response_model=ErasureAccepted,
        responses={
            200: {"model": ErasureReceipt, "description": "It was carried out in time"},
            **documented(*REFUSALS),
        },
    )
    async def erase(
        request: Request,
        listener_id: ListenerId,
        wait: Annotated[float, Query(ge=0, le=LONGEST_WAIT)] = 0,
    ) -> Response:
        """Erase a listener: every session, and what was learned from them."""
        caller = gateway.access.caller(request)
        caller.require_listener(listener_id)
        if caller.token is None:
            caller.require("admin")
        event_id = await _erase(gateway, caller, listener_id)
        accepted = ErasureAccepted(event_id=event_id, receipt=f"/v1/erasures/{event_id}")
        until = monotonic() + wait
        while (receipt := _receipt(gateway, event_id)) is None and monotonic() < until:
            await asyncio.sleep(LOOK_SECONDS)
        if receipt is None:
            return answer(accepted, 202, {"Location": accepted.receipt})
        return answer(ErasureReceipt(**accepted.model_dump(), erasure=receipt))

    @router.get(
        "/v1/erasures/{event_id}",
        response_model=ErasureReceipt,
        responses=documented(401, 403, 404, 421, 422, 429),
    )
    async def read_receipt(
        request: Request, event_id: Annotated[str, Path(max_length=128)]
    ) -> Response:
        """Return the receipt of an erasure, once a worker has carried it out."""
        caller = gateway.access.caller(request)
        caller.require("read")
        named = _named(event_id)
        is_own = caller.token is None or (
            named is not None and named[0] == gateway.hub.name_of(caller.token.listener_id)
        )
        receipt = _receipt(gateway, event_id) if is_own else None
        if receipt is None:
            raise Problem("no-receipt", "no such erasure was carried out yet", retry_after=1)
        place = f"/v1/erasures/{event_id}"
        return answer(ErasureReceipt(event_id=event_id, receipt=place, erasure=receipt))

    return router


async def _erase(gateway: Gateway, caller: Caller, listener_id: str) -> str:
    """Have a listener erased; return the command's id, by which any gateway finds the receipt.

    It names what the receipt does, the hash of the listener and the time, and not the listener.
    """
    at = datetime.now(UTC)
    micros = int(at.timestamp()) * 1_000_000 + at.microsecond
    named = f"{gateway.hub.name_of(listener_id)}.{micros}"
    command = SessionCommand(
        event_id=f"erase-{named}",
        listener_id=listener_id,
        session_id="-",  # of no importance: it concerns them all
        occurred_at=at,
        command="erase",
    )
    caller.require_listener(listener_id)
    await gateway.intake.accept(Sending(SESSION_COMMANDS, command))
    gateway.history.forget(listener_id)
    return command.event_id


def _named(event_id: str) -> tuple[str, datetime] | None:
    """Return the listener's hash and the time that an erasure's id names."""
    name, _, at = event_id.removeprefix("erase-").partition(".")
    if not (at.isascii() and at.isdigit() and len(at) < 18):
        return None
    seconds, micros = divmod(int(at), 1_000_000)
    return name, datetime.fromtimestamp(seconds, UTC).replace(microsecond=micros)


def _receipt(gateway: Gateway, event_id: str) -> Erasure | None:
    named = _named(event_id)
    return None if named is None else gateway.hub.receipt(*named)
