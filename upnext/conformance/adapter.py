"""The adapter of the Python clients: follow a session, print what is held.

python -m upnext.conformance.adapter [--asynchronous] URL LISTENER SESSION
"""

import asyncio
import sys

from pydantic_core import to_json

from upnext.client import AsyncClient, Client
from upnext.queue import Queue


def line_of(queue: Queue) -> str:
    """Return what the suite reads: one line of JSON."""
    return to_json({"id": queue.id, "update": queue.update}).decode()


def follow(url: str, listener: str, session: str) -> None:
    """Print until killed, with the client that waits."""
    with Client(url) as client:
        for queue in client.session(listener, session).follow():
            _print(queue)


async def follow_asynchronously(url: str, listener: str, session: str) -> None:
    """Print until killed, with the client that awaits."""
    async with AsyncClient(url) as client:
        async for queue in client.session(listener, session).follow():
            _print(queue)


def _print(queue: Queue) -> None:
    sys.stdout.write(line_of(queue) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Run the command line."""
    *options, url, listener, session = sys.argv[1:]
    if options == ["--asynchronous"]:
        asyncio.run(follow_asynchronously(url, listener, session))
    else:
        follow(url, listener, session)


if __name__ == "__main__":
    main()
