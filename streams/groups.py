"""The consumer groups of our workers."""


def group_of(worker: str, space: str, engine: str = "faust") -> str:
    """Return the group that a kind of worker is in.

    Each space is embedded by a group of its own, and so has its own place in the catalogue; so
    has each engine of the workers that have two.

    >>> group_of("words", "0c1f"), group_of("embed", "0c1f")
    ('upnext-words', 'upnext-embed-0c1f')
    >>> group_of("words", "0c1f", "transactions"), group_of("index", "0c1f", "transactions")
    ('upnext-words-transactions', 'upnext-index')
    """
    if worker == "embed":
        return f"upnext-embed-{space}"
    if engine == "transactions" and worker in TRANSACTIONAL:
        return f"upnext-{worker}-transactions"
    return f"upnext-{worker}"


TRANSACTIONAL = ("sessions", "words")
"""Workers whose effects are all in Kafka; the index's are in Qdrant, the embedders' mostly time."""
