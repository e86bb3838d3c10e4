"""The web application: routes, refusals, and what is told of them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from streams.errors import BrokerUnavailable
from streams.gateway.core import Gateway
from streams.gateway.guard import Guard, security_headers
from streams.gateway.openapi import describe
from streams.gateway.problems import Problem, invalid
from streams.gateway.routes.compass import compass_routes
from streams.gateway.routes.events import events_routes
from streams.gateway.routes.following import following_routes
from streams.gateway.routes.health import health_routes
from streams.gateway.routes.listeners import listeners_routes
from streams.gateway.routes.sessions import sessions_routes
from streams.gateway.routes.tokens import tokens_routes
from streams.gateway.routes.tracks import tracks_routes

PLAYER = Path(__file__).parent / "player"
"""The page, as it is served."""

ROUTES = (
    events_routes,
    sessions_routes,
    following_routes,
    compass_routes,
    listeners_routes,
    tracks_routes,
    tokens_routes,
    health_routes,
)

EXPOSED = ("ETag", "Location", "Retry-After", "Upnext-Waiting-For")
"""Headers of answers that pages of other origins may read."""


def create_app(gateway: Gateway, *, player: bool = False) -> ASGIApp:
    """Return the whole application, which starts the gateway and stops it.

    Parameters
    ----------
    player : whether to serve the page at /player/

    """
    app = create_api(gateway, expects_searches=player)
    if player:
        for path in ("/", "/player"):
            app.add_api_route(path, _to_player, include_in_schema=False)
        app.mount("/player", StaticFiles(directory=PLAYER, html=True))
    origins = gateway.settings.gateway_origins
    served: ASGIApp = app
    if origins:
        served = CORSMiddleware(
            app,
            allow_origins=origins,
            allow_methods=("GET", "POST", "PATCH", "DELETE"),
            allow_headers=("Authorization", "Content-Type", "Last-Event-ID", "If-None-Match"),
            expose_headers=EXPOSED,
        )
    return Guard(served, gateway.access, security_headers(has_origins=bool(origins)))


def create_api(gateway: Gateway, *, expects_searches: bool = False) -> FastAPI:
    """Return the application without what guards it.

    Parameters
    ----------
    expects_searches : whether to load the text tower at the start, in the background

    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await gateway.start()
        if expects_searches:
            asyncio.get_running_loop().run_in_executor(None, gateway.search.warm)
        yield
        await gateway.stop()

    app = FastAPI(
        title="upnext",
        version=version("upnext"),
        summary="A music queue that follows its listener.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        separate_input_output_schemas=False,
        redirect_slashes=False,
    )
    for routes in ROUTES:
        app.include_router(routes(gateway))
    for error, handler in HANDLERS.items():
        app.add_exception_handler(error, handler)
    describe(app)
    return app


async def _to_player() -> Response:
    return RedirectResponse("/player/")


async def _refused(_: Request, problem: Any) -> Response:
    response: Response = problem.response
    return response


async def _unfit(_: Request, error: Any) -> Response:
    return invalid(error).response


async def _no_route(_: Request, error: Any) -> Response:
    kind = "wrong-method" if error.status_code == 405 else "not-found"
    problem = Problem(kind, str(error.detail))
    problem.headers.update(error.headers or {})
    return problem.response


async def _no_broker(_: Request, __: Any) -> Response:
    return Problem("broker-away", "the broker does not answer now", retry_after=2).response


async def _failed(_: Request, __: Any) -> Response:
    return Problem("internal", "this is our fault; the log has it").response


HANDLERS: dict[type[Exception], Any] = {
    Problem: _refused,
    RequestValidationError: _unfit,
    ValidationError: _unfit,
    HTTPException: _no_route,
    BrokerUnavailable: _no_broker,
    Exception: _failed,
}
"""How what went wrong is told."""
