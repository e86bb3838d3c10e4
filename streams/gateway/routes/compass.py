"""`/v1/sessions/.../compass`: where a session leans, in words, and a hand to turn it."""

import asyncio
from datetime import UTC, datetime
from uuid import uuid4

import numpy as np
import orjson
from fastapi import APIRouter
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response

from ranker.compass import edit_of, leanings_of
from ranker.errors import UnknownWord
from schemas import UnderstoodIntent
from schemas.device import DeviceModel, unpack_weights
from schemas.topics import UNDERSTOOD_INTENTS
from streams.gateway.answers import answer
from streams.gateway.bodies import CompassAnswer, CompassEdit, Leaning, Published
from streams.gateway.core import Gateway
from streams.gateway.intake import Sending
from streams.gateway.problems import Problem, documented, invalid
from streams.gateway.reading import Listener, SessionId, body_of, known_row, takes
from streams.gateway.routes.events import REFUSALS, publish
from streams.gateway.rows import Held


def compass_routes(gateway: Gateway) -> APIRouter:
    """Return the routes."""
    router = APIRouter(tags=["compass"])

    @router.get(
        "/v1/sessions/{session_id:path}/compass",
        response_model=CompassAnswer,
        responses=documented(401, 403, 404, 409, 421, 422, 429, 503),
    )
    async def read_compass(
        request: Request, session_id: SessionId, listener: Listener = None
    ) -> Response:
        """Return how strongly a session leans toward every word of the space, strongest first."""
        caller = gateway.access.caller(request)
        caller.require("read")
        row = await known_row(gateway, caller.listener(listener), session_id)
        words = await asyncio.to_thread(gateway.vocabulary.words)
        weights = None if row.newest is None else _weights(row.newest)
        if weights is None:
            raise Problem(
                "no-compass", "its newest update tells no weights: several share it, or none came"
            )
        leanings = leanings_of(weights, words)
        return answer(
            CompassAnswer(
                revision=row.newest.named.revision if row.newest else 0,
                words=[Leaning(word=one.word, strength=one.strength) for one in leanings],
            )
        )

    @router.patch(
        "/v1/sessions/{session_id:path}/compass",
        status_code=202,
        response_model=Published,
        responses=documented(*REFUSALS),
        openapi_extra=takes("CompassEdit"),
    )
    async def edit_compass(
        request: Request, session_id: SessionId, listener: Listener = None
    ) -> Response:
        """Have a session lean toward words and away from others: an event like any other."""
        caller = gateway.access.caller(request)
        caller.require("send")
        whose = caller.listener(listener)
        edit = await body_of(request, CompassEdit)
        words = await asyncio.to_thread(gateway.vocabulary.words)
        try:
            clauses = edit_of(edit.less, edit.more, words)
            event = UnderstoodIntent(
                event_id=edit.event_id or f"e-{uuid4().hex}",
                listener_id=whose,
                session_id=session_id,
                occurred_at=datetime.now(UTC),
                text=", ".join(clause.text for clause in clauses),
                space=gateway.space,
                clauses=clauses,
            )
        except UnknownWord as error:
            raise Problem("unknown-word", str(error), near=list(error.near)) from None
        except ValidationError as error:
            raise invalid(error) from None
        await publish(gateway, caller, Sending(UNDERSTOOD_INTENTS, event, dated_here=True))
        return answer(Published(event_id=event.event_id), 202)

    return router


def _weights(held: Held) -> "np.typing.NDArray[np.float64] | None":
    """Return the direction that a session leans in, (d,); None where there is no single one."""
    told = orjson.loads(held.value).get("device")
    if told is None:
        return None
    return np.array(unpack_weights(DeviceModel.model_validate(told).weights), np.float64)
