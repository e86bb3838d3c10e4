"""Which partition Kafka's clients choose for a key."""

from aiokafka.partitioner import murmur2


def partition_of(key: bytes, partitions: int) -> int:
    """Return the partition of a key, as Java's clients, Faust and our `Publisher` choose it.

    >>> partition_of(b"ann", 4)
    2
    """
    return int((murmur2(key) & 0x7FFFFFFF) % partitions)
