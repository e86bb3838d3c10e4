"""Everything the streams can refuse.

* StreamsError
  - BrokerUnavailable: no broker answers
  - BrokerFailed: the embedded broker ended, or did not come up
  - EmbeddedMissing: the extra that the embedded broker needs is not installed
  - TorchMissing: the extra that training needs is not installed
  - JarsUnavailable: the embedded broker's program cannot be had
  - PortTaken: another program listens where the embedded broker should
  - TopicsUnavailable: a topic could not be created or read
  - NotReady, WorkerDied: a worker did not come up, or keeps falling
  - NoUpdate: an event had no answer
  - TableWriteLost, SendFailed: the broker did not get a row, or an output
  - NothingToIndex: the catalogue is empty, and no folder was named
  - PartialSpace: a space that lacks too many of the tracks that another one has
  - SpaceInUse: a space that cannot be dropped while the workers use it
  - UnreadableLog, UnreadablePolicy: a file given to `upnext replay` or `diff`
  - UnusableSequence: a file of a sequence model that cannot rank these tracks
  - NoWords: a space whose words nobody published, so nothing can be named by them
  - NotAPlace, NoSuchLetter, Unrepairable: a letter given to `upnext rejected`, or a change to it
  - EventError: the event is at fault, not the process
    + NullValue, TooLarge, KeyMismatch, WrongKey, FromTheFuture, TooFast
"""

from datetime import datetime
from pathlib import Path

OTHER_BROKER = (
    "set UPNEXT_BROKER=host:port to use a Kafka that runs already, or start one with "
    "'docker compose up'"
)
"""The two ways to live without the embedded broker."""


class StreamsError(Exception):
    """Base class."""


class BrokerUnavailable(StreamsError):
    """No broker answers at an address."""

    def __init__(self, bootstrap: str, reason: str) -> None:
        super().__init__(f"no answer from the broker {bootstrap!r}: {reason}")
        self.bootstrap = bootstrap
        self.reason = reason


class BrokerFailed(StreamsError):
    """The embedded broker ended, or did not come up; carries the end of its log."""

    def __init__(self, what: str, log: Path, last_lines: str) -> None:
        super().__init__(
            f"the embedded broker {what}; the end of {log}:\n{last_lines or '(empty)'}"
        )
        self.what = what
        self.log = log
        self.last_lines = last_lines


class EmbeddedMissing(StreamsError):
    """The embedded broker needs an extra that is not installed."""

    def __init__(self, module: str) -> None:
        super().__init__(
            f"the embedded broker needs {module!r}: pip install 'upnext[embedded]', "
            f"or {OTHER_BROKER}"
        )
        self.module = module


class TorchMissing(StreamsError):
    """Training needs a package that the base install leaves out."""

    def __init__(self) -> None:
        super().__init__("training needs 'torch': pip install 'upnext[embedder]'")


class JarsUnavailable(StreamsError):
    """The jars of the embedded broker are neither in the cache nor can be downloaded."""

    def __init__(self, cache: Path, reason: str) -> None:
        super().__init__(
            f"cannot download Apache Kafka into {str(cache)!r} ({reason}); "
            f"try again with a network, or {OTHER_BROKER}"
        )
        self.cache = cache
        self.reason = reason


class PortTaken(StreamsError):
    """Another program listens where the embedded broker should."""

    def __init__(self, port: int) -> None:
        super().__init__(
            f"port {port} is taken by another program, maybe upnext with another state folder; "
            "set UPNEXT_KAFKA_PORT to a free port, or to 0 for any"
        )
        self.port = port


class TopicsUnavailable(StreamsError):
    """The broker answers, but refuses what was asked about topics."""

    def __init__(self, topics: str, reason: str) -> None:
        super().__init__(f"topic {topics}: {reason}")
        self.topics = topics
        self.reason = reason


class NotReady(StreamsError):
    """A worker did not come up in time."""

    def __init__(self, worker: str, seconds: float, log: Path) -> None:
        super().__init__(f"worker {worker} is not ready after {seconds:.0f} s; see {log}")
        self.worker = worker
        self.log = log


class WorkerDied(StreamsError):
    """A worker keeps falling."""

    def __init__(self, worker: str, status: int, log: Path) -> None:
        super().__init__(f"worker {worker} keeps ending, last with status {status}; see {log}")
        self.worker = worker
        self.status = status
        self.log = log


class NoUpdate(StreamsError):
    """An event had no update in time."""

    def __init__(self, event_id: str, seconds: float) -> None:
        super().__init__(
            f"no playlist update for event {event_id!r} within {seconds:.0f} s: either it is on "
            "rejected-events, or no worker runs ('upnext doctor' knows)"
        )
        self.event_id = event_id
        self.seconds = seconds


class TableWriteLost(StreamsError):
    """The changelog did not get a row, so nothing after it may be committed."""

    def __init__(self, unsent: int) -> None:
        super().__init__(f"{unsent} table writes did not reach the producer before it stopped")
        self.unsent = unsent


class SendFailed(StreamsError):
    """The broker refused what a worker sent."""

    def __init__(self, count: int) -> None:
        super().__init__(f"{count} records could not be sent; the restart makes them anew")
        self.count = count


class NothingToIndex(StreamsError):
    """The catalogue has no track yet."""

    def __init__(self) -> None:
        super().__init__("the catalogue is empty: name a folder, 'upnext index FOLDER'")


class PartialSpace(StreamsError):
    """A space covers too little of the catalogue to rank in it."""

    def __init__(self, space: str, covered: int, tracks: int, least: float) -> None:
        super().__init__(
            f"the space {space!r} has vectors of {covered} of {tracks} tracks, and another space "
            f"has more: embed the others with 'upnext index --space {space}', or set UPNEXT_SPACE "
            f"to a space that has them ('upnext space status' tells), or rank with what there is: "
            f"UPNEXT_LEAST_COVERAGE, now {least:g}"
        )
        self.space = space
        self.covered = covered
        self.tracks = tracks


class SpaceInUse(StreamsError):
    """The space that is to be dropped is the one that the settings name."""

    def __init__(self, space: str) -> None:
        super().__init__(
            f"the space {space!r} is in use: set UPNEXT_SPACE to another one, restart the "
            "workers, and drop it then"
        )
        self.space = space


class UnreadableLog(StreamsError):
    """A file is no log of `upnext record`."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"cannot read the log {str(path)!r}: {reason}")
        self.path = path
        self.reason = reason


class UnreadablePolicy(StreamsError):
    """A file holds no policy."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"cannot read the policy {str(path)!r}: {reason}; it is TOML, with fields of "
            "RankerConfig such as l2 = 0.5"
        )
        self.path = path
        self.reason = reason


class NotAPlace(StreamsError):
    """A text that names no dead letter."""

    def __init__(self, text: str) -> None:
        super().__init__(
            f"{text!r} is no dead letter's id: it is like 2:1041, see 'upnext rejected list'"
        )
        self.text = text


class NoSuchLetter(StreamsError):
    """A dead letter that is not there."""

    def __init__(self, place: str) -> None:
        super().__init__(
            f"no dead letter {place}: it has expired, or never was; see 'upnext rejected list'"
        )
        self.place = place


class Unrepairable(StreamsError):
    """A change that cannot be made to a rejected value."""


class UnusableSequence(StreamsError):
    """A file holds no sequence model, or one of another space."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"cannot use the sequence model {str(path)!r}: {reason}; 'upnext train sequence' "
            "makes one from recorded sessions"
        )
        self.path = path
        self.reason = reason


class NoWords(StreamsError):
    """No word of a space is known, so no direction can be named."""

    def __init__(self, space: str) -> None:
        super().__init__(
            f"no words of the space {space!r}: publish them with 'upnext index' and, for a log, "
            "record it anew (logs of earlier versions had none)"
        )
        self.space = space


class EventError(StreamsError):
    """Base class of what is wrong with an event."""


class NullValue(EventError):
    """A message without a value on a topic that has no tombstones."""

    def __init__(self, record: str) -> None:
        super().__init__(f"null where a {record} is expected")
        self.record = record


class TooLarge(EventError):
    """A value that no legal record can have."""

    def __init__(self, size: int, limit: int) -> None:
        super().__init__(f"a value of {size} bytes, at most {limit} are read")
        self.size = size
        self.limit = limit


class KeyMismatch(EventError):
    """A message keyed by something else than its listener."""

    def __init__(self, key: bytes | None, listener_id: str) -> None:
        super().__init__(f"key {key!r:.100} is not the listener {listener_id!r}")
        self.key = key
        self.listener_id = listener_id


class WrongKey(EventError):
    """A record under a key that names something else."""

    def __init__(self, key: bytes | None, expected: bytes) -> None:
        super().__init__(f"key {key!r:.100} where {expected!r} is expected")
        self.key = key
        self.expected = expected


class FromTheFuture(EventError):
    """An event that says it happened long after it was sent."""

    def __init__(self, occurred_at: datetime, sent_at: datetime) -> None:
        super().__init__(
            f"occurred at {occurred_at.isoformat()}, but was sent at {sent_at.isoformat()}"
        )
        self.occurred_at = occurred_at
        self.sent_at = sent_at


class TooFast(EventError):
    """A listener who sends more than one listener may."""

    def __init__(self, listener_id: str, per_second: float, burst: int) -> None:
        super().__init__(
            f"listener {listener_id!r} sends more than {burst} events at once or "
            f"{per_second:g} a second for long"
        )
        self.listener_id = listener_id
