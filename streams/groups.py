"""The consumer groups of our workers."""


def group_of(worker: str, space: str) -> str:
    """Return the group that a kind of worker is in.

    Each space is embedded by a group of its own, and so has its own place in the catalogue.

    >>> group_of("words", "0c1f"), group_of("embed", "0c1f")
    ('upnext-words', 'upnext-embed-0c1f')
    """
    return f"upnext-{worker}-{space}" if worker == "embed" else f"upnext-{worker}"
