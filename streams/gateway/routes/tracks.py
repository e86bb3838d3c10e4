"""`/v1/tracks`, `/v1/map`, `/v1/search`: what there is to play, and where it lies."""

import asyncio
from base64 import b64encode
from typing import Annotated
from urllib.parse import quote

import numpy as np
from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from embedder.errors import UnusableText
from ranker.library import Library
from schemas.record import Id
from streams.gateway.answers import answer
from streams.gateway.bodies import (
    Found,
    MapAnswer,
    Place,
    SearchAnswer,
    TrackAnswer,
    TracksAnswer,
    WordPlace,
)
from streams.gateway.core import Gateway
from streams.gateway.library import Map, map_of
from streams.gateway.problems import Problem, documented
from streams.gateway.reading import Token, TrackId

WithVector = Annotated[bool, Query(description="With its place in the space.")]

PAGE = 100
"""Tracks of one page."""
MOST_IDS = 500

AUDIO_TYPES = {
    ".aac": "audio/aac",
    ".flac": "audio/flac",
    ".m4a": "audio/mp4",
    ".mp3": "audio/mpeg",
    ".oga": "audio/ogg",
    ".ogg": "audio/ogg",
    ".opus": "audio/ogg",
    ".wav": "audio/wav",
    ".weba": "audio/webm",
    ".webm": "audio/webm",
}
"""What browsers play; anything else is sent as bytes."""

REFUSALS = (401, 403, 421, 422, 429)


def tracks_routes(gateway: Gateway) -> APIRouter:
    """Return the routes."""
    router = APIRouter(tags=["tracks"])
    drawn: dict[tuple[int, int], Map] = {}

    @router.get(
        "/v1/tracks",
        response_model=TracksAnswer,
        responses=documented(*REFUSALS),
    )
    async def read_tracks(
        request: Request,
        ids: Annotated[
            str | None,
            Query(description="Track ids with commas between; unknown ones are left out."),
        ] = None,
        page: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
        vector: WithVector = False,
    ) -> Response:
        """Return tracks by id, or all of them, a page at a time."""
        gateway.access.caller(request).require("read")
        library = gateway.shelf.library
        if ids is None:
            chosen = library.track_ids[page * PAGE : (page + 1) * PAGE]
            has_more = (page + 1) * PAGE < len(library)
        else:
            asked = ids.split(",", MOST_IDS)
            if len(asked) > MOST_IDS:
                raise Problem("invalid", f"ids: at most {MOST_IDS}")
            chosen = tuple(one for one in asked if one in library.rows)
            has_more = False
        return answer(
            TracksAnswer(
                tracks=[_track(gateway, library, one, with_vector=vector) for one in chosen],
                next_page=page + 1 if has_more else None,
            )
        )

    @router.get(
        "/v1/tracks/{track_id:path}/audio",
        response_class=FileResponse,
        responses={
            200: {"description": "All of it", "content": {"audio/*": {}}},
            206: {"description": "The part that Range names", "content": {"audio/*": {}}},
            400: {"description": "The Range is malformed"},
            416: {"description": "The Range lies behind the end"},
            **documented(404, *REFUSALS),
        },
    )
    async def read_audio(request: Request, track_id: TrackId, token: Token = None) -> Response:
        """Return a track's sound, or a part of it."""
        gateway.access.caller(request, by_query=True).require("read")
        _row(gateway.shelf.library, track_id)
        path = await asyncio.to_thread(gateway.shelf.audio, track_id)
        if path is None:
            raise Problem("no-audio", "its file is not among those that are served here")
        kind = AUDIO_TYPES.get(path.suffix.lower(), "application/octet-stream")
        return FileResponse(
            path, media_type=kind, headers={"Cache-Control": "private, max-age=3600"}
        )

    @router.get(
        "/v1/tracks/{track_id:path}",
        response_model=TrackAnswer,
        responses=documented(404, *REFUSALS),
    )
    async def read_track(
        request: Request, track_id: TrackId, vector: WithVector = False
    ) -> Response:
        """Return what is known of a track."""
        gateway.access.caller(request).require("read")
        library = gateway.shelf.library
        _row(library, track_id)
        return answer(_track(gateway, library, track_id, with_vector=vector))

    @router.get("/v1/map", response_model=MapAnswer, responses=documented(503, *REFUSALS))
    async def read_map(request: Request) -> Response:
        """Return the space in the plane: tracks that sound alike lie together."""
        gateway.access.caller(request).require("read")
        library = gateway.shelf.library
        words = await asyncio.to_thread(gateway.vocabulary.words)
        version = id(library), len(words)
        if version not in drawn:
            found = await asyncio.to_thread(map_of, library, words)
            drawn.clear()
            drawn[version] = found
        return answer(_map(drawn[version]))

    @router.get("/v1/search", response_model=SearchAnswer, responses=documented(503, *REFUSALS))
    async def search(
        request: Request,
        words: Annotated[str, Query(min_length=1, max_length=500)],
        limit: Annotated[int, Query(ge=1, le=100)] = 20,
    ) -> Response:
        """Return the tracks nearest to words."""
        gateway.access.caller(request).require("read")
        library = gateway.shelf.library
        try:
            found = await asyncio.to_thread(gateway.search.find, words, library, limit)
        except UnusableText as error:
            raise Problem("invalid", f"words: {error}") from None
        return answer(
            SearchAnswer(tracks=[Found(track_id=track, score=score) for track, score in found])
        )

    return router


def _row(library: Library, track_id: Id) -> int:
    row = library.rows.get(track_id)
    if row is None:
        raise Problem("unknown-track", "the catalogue has no such track in this space")
    return row


def _track(gateway: Gateway, library: Library, track_id: str, *, with_vector: bool) -> TrackAnswer:
    row = library.rows[track_id]
    vector = np.asarray(library.vectors[row], "<f4") if with_vector else None
    has_audio = gateway.shelf.has_audio(track_id)
    return TrackAnswer(
        **dict(library.infos[row]),
        track_id=track_id,
        audio=f"/v1/tracks/{quote(track_id, safe='')}/audio" if has_audio else None,
        vector=None if vector is None else b64encode(vector.tobytes()).decode(),
    )


def _map(found: Map) -> MapAnswer:
    return MapAnswer(
        tracks=[
            Place(track_id=one, x=x, y=y)
            for one, (x, y) in zip(found.track_ids, found.tracks.tolist(), strict=True)
        ],
        words=[
            WordPlace(word=one, x=x, y=y)
            for one, (x, y) in zip(found.words, found.directions.tolist(), strict=True)
        ],
    )
