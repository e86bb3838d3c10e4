"""Clients of the gateway: events out, queue updates in.

`Client` waits for its answers, `AsyncClient` awaits them; otherwise they are the same. Both are
thin: what to send next (`delivery`), what to hold (`following`), how long to wait (`backoff`) and
how a request looks (`requests`) know no network.
"""

from upnext.client.asynchronous import AsyncClient, AsyncSession
from upnext.client.blocking import Client, Session

__all__ = ["AsyncClient", "AsyncSession", "Client", "Session"]
