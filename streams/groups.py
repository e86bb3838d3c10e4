"""What our workers are called on the broker."""

from schemas.naming import named

CLIENT_ID = named("upnext")
"""Of every client of ours: by it a broker tells tenants apart in quotas, metrics and logs."""


def group_of(worker: str, space: str, engine: str = "faust") -> str:
    """Return the group that a kind of worker is in, under the tenant's name.

    Each space is embedded by a group of its own, and so has its own place in the catalogue; so
    has each engine of the workers that have two.

    >>> group_of("words", "0c1f"), group_of("embed", "0c1f")
    ('upnext-words', 'upnext-embed-0c1f')
    >>> group_of("words", "0c1f", "transactions"), group_of("index", "0c1f", "transactions")
    ('upnext-words-transactions', 'upnext-index')
    """
    if worker == "embed":
        return named(f"upnext-embed-{space}")
    if engine == "transactions" and worker in TRANSACTIONAL:
        return named(f"upnext-{worker}-transactions")
    return named(f"upnext-{worker}")


TRANSACTIONAL = ("sessions", "words")
"""Workers whose effects are all in Kafka; the index's are in Qdrant, the embedders' mostly time."""
