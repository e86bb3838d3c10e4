"""What has been read and not yet handled; drops what is not to be handled here and now."""

from collections.abc import Mapping

from streams.work.messages import Message


class Batch:
    """Collects messages in their order, none twice.

    Parameters
    ----------
    max_messages, max_keys : when it is full

    """

    def __init__(self, max_messages: int, max_keys: int) -> None:
        self._max_messages = max_messages
        self._max_keys = max_keys
        self._next: dict[tuple[str, int], int] = {}
        self._keys: set[bytes | None] = set()
        self.messages: list[Message] = []
        self.dropped = 0
        """Messages that came and were not taken."""

    @property
    def is_full(self) -> bool:
        """Whether it should be handled before more is read."""
        return len(self.messages) >= self._max_messages or len(self._keys) >= self._max_keys

    def start(self, positions: Mapping[int, Mapping[str, int]]) -> None:
        """Begin anew at these offsets, by partition and topic; no other partition is ours."""
        self.clear()
        self._next = {
            (topic, partition): offset
            for partition, topics in positions.items()
            for topic, offset in topics.items()
        }

    def clear(self) -> None:
        """Drop all of it, and whatever still comes of an assignment that is over."""
        self._next = {}
        self._empty()

    def add(self, message: Message) -> None:
        """Take a message, unless it was read before, or its partition is not ours."""
        place = message.topic, message.partition
        if place not in self._next or message.offset < self._next[place]:
            self.dropped += 1
            return
        self._next[place] = message.offset + 1
        self._keys.add(message.key)
        self.messages.append(message)

    def take(self) -> list[Message]:
        """Return what was collected, to be handled."""
        messages = self.messages
        self._empty()
        return messages

    def _empty(self) -> None:
        self.messages = []
        self._keys = set()
