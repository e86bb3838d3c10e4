"""Whether what listeners said is being understood, as a sessions worker can know it."""

import logging
import threading
from contextlib import closing
from dataclasses import dataclass
from time import monotonic

from confluent_kafka import Consumer, KafkaException, TopicPartition

from schemas.topics import INTENTS
from streams.errors import BrokerUnavailable
from streams.kafka.reading import ANSWER_SECONDS, open_reader
from streams.patience import trying_again

log = logging.getLogger(__name__)

LOOK_SECONDS = 2.0
"""Between two looks, and how long an answer may take."""
WAITING_SECONDS = 5.0
"""Words that were there so long ago and are not understood yet, wait."""
STOP_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Backlog:
    """What was not understood at a look: all of it lies before `until`."""

    until: int
    since: float


class WordsWatch:
    """Compares, in a thread of its own, where `intents` ends with what its group has committed.

    Parameters
    ----------
    group : consumer group of the words workers

    """

    def __init__(self, bootstrap: str, group: str) -> None:
        self._bootstrap = bootstrap
        self._group = group
        self._backlogs: dict[int, Backlog] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="words watch", daemon=True)

    def start(self) -> None:
        """Begin to look; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """Stop looking; waits for the thread."""
        self._stopping.set()
        self._thread.join(STOP_SECONDS)

    def is_waiting(self, partition: int) -> bool:
        """Say whether words of a partition's listeners have waited for `WAITING_SECONDS`."""
        backlog = self._backlogs.get(partition)
        return backlog is not None and monotonic() - backlog.since > WAITING_SECONDS

    def _run(self) -> None:
        try:
            trying_again(BrokerUnavailable, stop=self._stopping)(self._watch)
        except BrokerUnavailable:
            log.debug("stopped while the broker is away")

    def _watch(self) -> None:
        # Of the group by name only: it asks, and never joins.
        with closing(open_reader(self._bootstrap, group_id=self._group)) as asker:
            try:
                partitions = _partitions(asker)
                while not self._stopping.wait(LOOK_SECONDS):
                    self._look(asker, partitions)
            except KafkaException as error:
                reason = error.args[0].str()
                raise BrokerUnavailable(self._bootstrap, f"{INTENTS.name}: {reason}") from None

    def _look(self, asker: Consumer, partitions: list[TopicPartition]) -> None:
        for place in asker.committed(partitions, timeout=LOOK_SECONDS):
            first, end = asker.get_watermark_offsets(place, timeout=LOOK_SECONDS)
            self._note(place.partition, max(first, place.offset), end)

    def _note(self, partition: int, done: int, end: int) -> None:
        """Remember when what is not done now was there already."""
        backlog = self._backlogs.get(partition)
        if done >= end:
            self._backlogs.pop(partition, None)
        elif backlog is None or done >= backlog.until:
            self._backlogs[partition] = Backlog(end, monotonic())


def _partitions(asker: Consumer) -> list[TopicPartition]:
    topic = asker.list_topics(INTENTS.name, timeout=ANSWER_SECONDS).topics[INTENTS.name]
    if topic.error is not None:
        raise KafkaException(topic.error)
    return [TopicPartition(INTENTS.name, partition) for partition in topic.partitions]
