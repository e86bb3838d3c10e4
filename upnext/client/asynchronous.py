"""The client that awaits its answers."""

import asyncio
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import Any, Self
from uuid import uuid4

import httpx
from httpx_sse import EventSource, ServerSentEvent

from schemas import Intent, PlaybackEvent, PlaylistUpdate, SessionCommand
from schemas.commands import Command
from schemas.playback import Action
from upnext.client.backoff import Backoff
from upnext.client.delivery import Delivery
from upnext.client.following import Following, Missed
from upnext.client.options import DEFAULTS, Options, Token, authorised
from upnext.client.outbox import Event, Outbox
from upnext.client.requests import Json, Request, SessionId, answer_of, start_request
from upnext.errors import Refused, Unsettled
from upnext.queue import Queue


class AsyncClient:
    """A gateway, spoken to; of one event loop.

    Parameters
    ----------
    url : where the gateway is: "https://music.example"
    token : an API key, a listener's token, or what fetches one; none where the gateway is open
    http : for tests and proxies: what makes the connections, with `base_url` set

    Examples
    --------
    ::

        async with AsyncClient("http://localhost:8000") as client:
            session = await client.start(listener_id="ann")
            await session.say("something calm")
            async for queue in session.follow():
                print(queue.track_ids[:3])

    """

    def __init__(
        self,
        url: str,
        token: Token | None = None,
        options: Options = DEFAULTS,
        http: httpx.AsyncClient | None = None,
    ) -> None:
        self._http = http or httpx.AsyncClient(base_url=url, timeout=options.timeout)
        self._token = token
        self._options = options
        self._delivery = Delivery(Outbox(options.capacity, options.outbox), self._refused)
        self._sending = asyncio.Lock()
        self._awaited: dict[str, Refused | None] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Try once more to send what waits, and let go of the connections."""
        try:
            await self.flush(patience=0)
        finally:
            await self._http.aclose()

    async def start(
        self, listener_id: str | None = None, session_id: str | None = None, **fields: Any
    ) -> "AsyncSession":
        """Open a session: `playlist`, `mode` and `rules` are those of the `start` command.

        Raises
        ------
        Refused
            The gateway will not open it.
        httpx.TransportError
            No gateway answers.

        """
        made = await self.call(start_request(listener_id, session_id, fields))
        return AsyncSession(self, SessionId.of(made), made.get("token"), made["event_id"])

    def session(self, listener_id: str, session_id: str) -> "AsyncSession":
        """Return a session that was started before."""
        return AsyncSession(self, SessionId(listener_id, session_id))

    async def call(self, request: Request) -> Json:
        """Make any request; raises Refused, httpx.TransportError."""
        return answer_of(await self._exchange(request))

    @property
    def waiting(self) -> int:
        """How many events are not accepted yet."""
        return len(self._delivery.outbox)

    async def send(self, event: Event) -> bool:
        """Send an event after those that wait already.

        Returns
        -------
        True once the gateway has it; False where it waits in the outbox, for the next `send`.

        Raises
        ------
        Refused
            The gateway will never take this event; or (401) knows no such token.
        OutboxFull
            There is no room for it.

        """
        self._delivery.outbox.put(event)
        self._awaited[event.event_id] = None
        try:
            await self.flush()
        finally:
            refused = self._awaited.pop(event.event_id)
        if refused:
            raise refused
        return event.event_id not in self._delivery.outbox

    async def flush(self, patience: float | None = None) -> bool:
        """Send what waits, for so many seconds; say whether nothing waits any more."""
        patience = self._options.patience if patience is None else patience
        until, backoff = time.monotonic() + patience, Backoff()
        async with self._sending:
            while batch := self._delivery.batch():
                asked = 0.0
                try:
                    self._delivery.settle(
                        batch, await self._exchange(self._delivery.request(batch))
                    )
                    backoff.reset()
                    continue
                except Unsettled as busy:
                    asked = busy.seconds
                except httpx.TransportError:
                    pass
                pause = backoff.next(asked)
                if time.monotonic() + pause > until:
                    return False
                await asyncio.sleep(pause)
        return True

    async def messages(
        self, request: Request, following: Following
    ) -> AsyncGenerator[ServerSentEvent]:
        """Yield the messages of one connection to an event stream; raises Refused."""
        headers = {"Accept": "text/event-stream", **following.headers()}
        timeout = httpx.Timeout(self._options.timeout, read=self._options.silence)
        response = await self._exchange(request, headers, timeout, stream=True)
        async with aclosing(response):
            if response.is_error:
                await response.aread()
                answer_of(response)
            async with aclosing(EventSource(response).aiter_sse()) as messages:
                async for message in messages:
                    yield message

    async def _exchange(
        self,
        request: Request,
        headers: Mapping[str, str] = {},
        timeout: httpx.Timeout | None = None,
        *,
        stream: bool = False,
    ) -> httpx.Response:
        """Make a request; where the token has expired and can be fetched anew, once more."""
        for is_last in (not callable(self._token), True):
            asked = self._http.build_request(
                request.method,
                request.path,
                params=dict(request.params),
                json=request.json,
                headers={**headers, **authorised(self._token)},
                timeout=timeout or self._options.timeout,
            )
            response = await self._http.send(asked, stream=stream)
            if is_last or response.status_code != httpx.codes.UNAUTHORIZED:
                break
            await response.aclose()
        return response

    def _refused(self, event: Event, refused: Refused) -> None:
        if event.event_id in self._awaited:
            self._awaited[event.event_id] = refused
        self._options.on_refused(event, refused)


class AsyncSession:
    """One session of one listener."""

    def __init__(
        self,
        client: AsyncClient,
        identity: SessionId,
        token: str | None = None,
        started_by: str | None = None,
    ) -> None:
        self.client = client
        self.id = identity
        self.token = token
        """The listener's own token, where the session was started here: for a page or a phone."""
        self.started_by = started_by
        """The event that started it, where that was here."""

    async def act(self, action: Action, track_id: str, **fields: Any) -> PlaybackEvent:
        """Send an act on a track and return it; see `AsyncClient.send` for what it raises."""
        event = self.id.act(action, track_id, **fields)
        await self.client.send(event)
        return event

    async def command(self, command: Command, **fields: Any) -> SessionCommand:
        """Send a command, "lock", "enqueue", ..., and return it; raises as `AsyncClient.send`."""
        event = self.id.command(command, **fields)
        await self.client.send(event)
        return event

    async def say(self, text: str, **fields: Any) -> Intent:
        """Send words and return them as they were sent; raises as `AsyncClient.send`."""
        event = self.id.words(text, **fields)
        await self.client.send(event)
        return event

    async def undo(self, event_id: str) -> SessionCommand:
        """Take an event back; raises as `AsyncClient.send`."""
        return await self.command("undo", target_event_id=event_id)

    async def queue(self, after: str | None = None, timeout: float | None = None) -> PlaylistUpdate:
        """Return the newest queue; with `after`, one that reflects that event, if it is in time.

        Raises
        ------
        Refused
            No such session.

        """
        told = await self.client.call(self.id.ask("GET", "queue", after=after, timeout=timeout))
        return PlaylistUpdate.model_validate(told, extra="ignore")

    async def compass(self) -> dict[str, float]:
        """Return the words of the vocabulary by how strongly the session leans toward them."""
        told = await self.client.call(self.id.ask("GET", "compass"))
        return {word["word"]: word["strength"] for word in told["words"]}

    async def steer(self, more: Sequence[str] = (), less: Sequence[str] = ()) -> str:
        """Lean the session toward words, or away from them; return the event's id."""
        json = {"more": list(more), "less": list(less), "event_id": uuid4().hex}
        told = await self.client.call(self.id.ask("PATCH", "compass", json))
        return str(told["event_id"])

    async def follow(self, held: Queue | None = None) -> AsyncGenerator[Queue]:
        """Yield the queue whenever it changes, through every break of the connection.

        Parameters
        ----------
        held : what is held already: only what came since is sent

        Raises
        ------
        Refused
            What will not pass by waiting: no such session, no right to read it.

        """
        following, request = Following(held), self.id.ask("GET", "updates")
        while True:
            asked = 0.0
            try:
                async with aclosing(self.client.messages(request, following)) as messages:
                    async for message in messages:
                        if queue := following.take(message):
                            yield queue
            except Unsettled as busy:
                asked = busy.seconds
            except (Missed, httpx.TransportError):
                pass
            await asyncio.sleep(following.backoff.next(asked))
