"""What Faust 0.15 needs so that no event is lost between Kafka and the table.

Four changes to its Kafka transport, each for a loss seen on a real broker:

* A partition is held until the seek after a recovery is done and the queues have been cleared.
  Faust resumes fetching first, then seeks, then clears: events that arrive in between were lost in
  half of the restarts under traffic.
* A read for no partitions reads none. aiokafka takes an empty set for "all of them", and Faust's
  set of the active is empty at the end of a recovery: a read under way took events from held
  partitions then, which Faust passed over.
* After every assignment an overlap before the committed offset is read again, so that whatever
  the last owner of the partition left unsaved is folded now. Reading twice is harmless: a
  session is a set of events.
* A commit waits until every table write before it has reached the producer, and everything sent
  the broker. Faust's own flush gives up after 0.1 s and passes over what failed, and the commit
  overtakes the writes.

Rests on private names of faust-streaming 0.15.3, which is why the version is pinned and the
restart tests are part of the suite.
"""

import asyncio
from collections.abc import Container, Iterable
from typing import Any, cast

import faust
from faust.transport.drivers import aiokafka
from faust.transport.producer import ProducerBuffer
from faust.types import TP

from streams.errors import SendFailed, TableWriteLost


class Active:
    """The partitions that may be read, as they are at the time of asking; none means none."""

    def __init__(self, partitions: Container[TP]) -> None:
        self._partitions = partitions

    def __contains__(self, tp: object) -> bool:
        return tp in self._partitions


class HeldConsumer(aiokafka.Consumer):
    """Reads nothing before the seek is done and the queues are clear, then re-reads an overlap."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._handled_until: dict[TP, int] = {}
        self._held: set[TP] = set()
        self._seeks = 0
        self._released_in_seek = False

    def is_reread(self, message: Any) -> bool:
        """Say whether a message lies before what was committed when its partition was assigned."""
        return bool(message.offset < self._handled_until.get(message.tp, 0))

    def behind(self, message: Any) -> int:
        """Return how many messages its partition has after a message, as far as is known."""
        return max(0, int(self.highwater(message.tp) or 0) - int(message.offset) - 1)

    def lag(self) -> dict[str, int]:
        """Return how many events of this worker's partitions are not committed, by topic."""
        waiting: dict[str, int] = {}
        for tp in self.assignment():
            if self.app.topics.acks_enabled_for(tp.topic):
                undone = (self.highwater(tp) or 0) - (self._committed_offset[tp] or 0)
                waiting[tp.topic] = waiting.get(tp.topic, 0) + max(0, undone)
        return waiting

    async def perform_seek(self) -> None:
        """Seek every source partition to `overlap` events before its committed offset.

        They stay paused until the flow is resumed, which Faust does after clearing its queues.
        """
        sources = {tp for tp in self.assignment() if self.app.topics.acks_enabled_for(tp.topic)}
        # Also called in mid-recovery, with everything paused: resume only what was active.
        held = sources & set(self._get_active_partitions())
        self.pause_partitions(held)
        self._held |= held
        self._seeks += 1
        try:
            await super().perform_seek()
            # `_committed_offset` keeps the real commit, so commits never go backwards.
            self._handled_until = {tp: self._committed_offset[tp] or 0 for tp in sources}
            if sources:
                await self._seek_back(cast("App", self.app).overlap)
        finally:
            self._seeks -= 1
        if self._released_in_seek and not self._seeks:
            self._release()

    def pause_partitions(self, tps: Iterable[TP]) -> None:
        """Pause partitions for any reason, which a seek's hold must not undo."""
        paused = set(tps)
        self._held -= paused
        super().pause_partitions(paused)

    def resume_flow(self) -> None:
        """Let messages through; the queues are clear now."""
        super().resume_flow()
        if self._seeks:
            self._released_in_seek = True
        else:
            self._release()

    def _release(self) -> None:
        self._released_in_seek = False
        held, self._held = self._held & set(self.assignment()), set()
        self.resume_partitions(held)

    async def _getmany(self, active_partitions: set[TP] | None, timeout: float) -> Any:
        only = None if active_partitions is None else Active(active_partitions)
        return await super()._getmany(cast(Any, only), timeout)

    async def _seek_back(self, overlap: int) -> None:
        first = await self.earliest_offsets(*self._handled_until)
        await self.seek_wait(
            {
                tp: max(first[tp] or 0, offset - overlap)
                for tp, offset in self._handled_until.items()
            }
        )


class StrictBuffer(ProducerBuffer):
    """Table writes on their way to the producer; `flush` returns when none is left."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self._unsent = 0

    def put(self, fut: Any) -> None:
        """Take one write."""
        self._unsent += 1
        super().put(fut)

    async def _send_pending(self, fut: Any) -> None:
        await super()._send_pending(fut)
        self._unsent -= 1

    async def flush(self) -> None:
        """Wait until every write taken has been handed to the producer.

        Raises
        ------
        TableWriteLost
            The buffer stopped first; nothing may be committed.

        """
        while self._unsent:
            if self.should_stop or self.crashed:
                raise TableWriteLost(self._unsent)
            await asyncio.sleep(0.001)


class StrictProducer(aiokafka.Producer):
    """A producer with a strict buffer of table writes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.buffer = StrictBuffer(loop=self.loop, beacon=self.beacon)
        self.buffer.app = self.app
        self.failed = 0

    async def flush(self) -> None:
        """Return when the broker has all that was sent; raises SendFailed.

        aiokafka's own flush passes over what failed, and the commit would follow.
        """
        await super().flush()
        if self.failed:
            raise SendFailed(self.failed)


class Transport(aiokafka.Transport):
    """Faust's Kafka transport with the consumer and producer above."""

    Consumer = HeldConsumer
    Producer = StrictProducer


class StopOnLostWrite(faust.Sensor):
    """Stops the worker when a write fails for good: the restart reads the event again."""

    def __init__(self, app: faust.App) -> None:
        super().__init__()
        self._app = app

    def on_send_error(self, producer: Any, exc: BaseException, state: Any) -> None:
        """Crash the app; nothing after the failed write is committed."""
        producer.failed += 1
        self._app.loop.create_task(self._app.crash(exc))


class App(faust.App):
    """A Faust app whose events are not lost.

    Parameters
    ----------
    overlap
        Events per partition to read again after an assignment. Covers what its last owner may
        have left: at least (session timeout + restart) x events per second of a partition.

    """

    def __init__(self, *args: Any, overlap: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.overlap = overlap
        self.sensors.add(StopOnLostWrite(self))

    def is_reread(self, message: Any) -> bool:
        """Say whether a message is part of the overlap: its event is known, or was lost."""
        return cast(HeldConsumer, self.consumer).is_reread(message)

    def behind(self, message: Any) -> int:
        """Return how many messages its partition has after a message, as far as is known."""
        return cast(HeldConsumer, self.consumer).behind(message)

    def lag(self) -> dict[str, int]:
        """Return how many events of this worker's partitions are not committed, by topic."""
        return cast(HeldConsumer, self.consumer).lag()

    async def _on_agent_error(self, agent: Any, exc: BaseException) -> None:
        """End the worker, whose restart reads the event again.

        Faust would start the agent again and take its event for done.
        """
        await super()._on_agent_error(agent, exc)
        await self.crash(exc)

    def _new_transport(self) -> Transport:
        return Transport(self.conf.broker_consumer, self)

    def _new_producer_transport(self) -> Transport:
        return Transport(self.conf.broker_producer, self)
