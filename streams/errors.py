"""Everything the streams can refuse.

* StreamsError
  - BrokerUnavailable: no broker answers
  - BrokerFailed: the embedded broker ended, or did not come up
  - BrokerStuck: an embedded broker that does not end
  - EmbeddedMissing: the extra that the embedded broker needs is not installed
  - TorchMissing: the extra that training needs is not installed
  - JarsUnavailable: the embedded broker's program cannot be had
  - PortTaken: another program listens where the embedded broker, or a metrics page, should
  - TopicsUnavailable: a topic could not be created or read
  - NotReady, WorkerDied: a worker did not come up, or keeps falling
  - NoUpdate: an event had no answer
  - TableWriteLost, SendFailed: the broker did not get a row, or an output
  - Stalled, ClientFailed: a transaction, or what leads to one, did not get through
  - NameTaken: another process works under a worker's name
  - NotCopartitioned: a worker was given a partition of some topics and not of the others
  - NothingToIndex: the catalogue is empty, and no folder was named
  - PartialSpace: a space that lacks too many of the tracks that another one has
  - SpaceInUse: a space that cannot be dropped while the workers use it
  - UnreadableLog, UnreadablePolicy: a file given to `upnext replay` or `diff`
  - UnusableSequence: a file of a sequence model that cannot rank these tracks
  - NoWords: a space whose words nobody published, so nothing can be named by them
  - NoSuchSession: a session without an event
  - NotAPlace, NoSuchLetter, Unrepairable: a letter given to `upnext rejected`, or a change to it
  - NoEditor: no program to edit a text with
  - NotErased: no worker has carried out an erasure
  - NotRead: workers have not read what a listener left
  - OpenToAll, UnreadableKeys, NoSuchKey: the gateway's keys, or the lack of them
  - BenchFailed: the process that makes a benchmark's load
  - AddressTaken: the gateway's port is another program's
  - GatewayMissing: the extra that the gateway needs is not installed
  - Problem (streams.gateway.problems): a request that the gateway refuses
  - EventError: the event is at fault, not the process
    + NullValue, TooLarge, KeyMismatch, WrongKey, NoTime, FromTheFuture, TooFast,
      SessionGone
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
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


class BrokerStuck(StreamsError):
    """An embedded broker of an earlier owner holds its files, and cannot be ended."""

    def __init__(self, folder: Path, seconds: float) -> None:
        super().__init__(
            f"a broker still holds {str(folder)!r} after {seconds:.0f} s and cannot be ended; "
            "look for the Java process that runs there, or set another UPNEXT_STATE_FOLDER"
        )
        self.folder = folder
        self.seconds = seconds


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
    """Another program listens where the embedded broker, or a worker's metrics page, should."""

    def __init__(self, port: int, setting: str) -> None:
        super().__init__(
            f"port {port} is taken by another program, maybe upnext with another state folder or "
            f"tenant; set {setting} to a free port, or to 0 for any"
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


class Stalled(StreamsError):
    """A wait for the broker that came to its end."""

    def __init__(self, what: str, seconds: float, reason: str) -> None:
        super().__init__(f"{what} did not succeed within {seconds:.0f} s: {reason}")
        self.what = what
        self.seconds = seconds


class ClientFailed(StreamsError):
    """A Kafka client from which nothing more will come."""

    def __init__(self, what: str, reason: str) -> None:
        super().__init__(f"{what} failed for good: {reason}")
        self.what = what
        self.reason = reason


class NameTaken(StreamsError):
    """Another process works under this worker's name; the last to come may stay."""

    def __init__(self, name: str, group: str) -> None:
        super().__init__(
            f"another process is {name!r} in the group {group!r} by now: give each worker of a "
            "kind a UPNEXT_WORKER_NAME of its own"
        )
        self.name = name
        self.group = group


class NotCopartitioned(StreamsError):
    """The topics of a worker do not have the same partitions."""

    def __init__(self, partition: int, missing: Iterable[str]) -> None:
        super().__init__(
            f"partition {partition} of {', '.join(sorted(missing))} is not assigned with that of "
            "the other topics: all must have as many partitions ('upnext topics' tells)"
        )
        self.partition = partition


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


class NoEditor(StreamsError):
    """The editor is not there, or failed."""

    def __init__(self, command: str, reason: str) -> None:
        super().__init__(f"the editor {command!r} failed ({reason}); set EDITOR to another one")
        self.command = command


class NoSuchSession(StreamsError):
    """Nothing is known of a session that was asked for."""

    def __init__(self, listener: str | None, session: str | None) -> None:
        which = "no session" if session is None else f"no session {session!r}"
        whose = "" if listener is None else f" of the listener {listener!r}"
        super().__init__(f"{which}{whose}: no event of one was found")
        self.listener = listener
        self.session = session


class NotErased(StreamsError):
    """No receipt of an erasure came."""

    def __init__(self, listener_id: str, seconds: float) -> None:
        super().__init__(
            f"no receipt for {listener_id!r} within {seconds:.0f} s: the erasure is sent, and is "
            "carried out as soon as a sessions worker runs ('upnext doctor' knows); the same "
            "command again waits for it"
        )
        self.listener_id = listener_id


class NotRead(StreamsError):
    """Workers have not read what is to be removed, and would read it no more."""

    def __init__(self, group: str, topic: str, seconds: float) -> None:
        super().__init__(
            f"the group {group!r} has not read {topic!r} to where the listener's records end "
            f"within {seconds:.0f} s, so nothing was purged: run the workers, and the command "
            "again"
        )
        self.group = group
        self.topic = topic


class OpenToAll(StreamsError):
    """A gateway without keys that others could reach."""

    def __init__(self, host: str) -> None:
        super().__init__(
            f"without keys everyone who reaches {host!r} could do everything: make a key with "
            "'upnext keys add NAME' and set UPNEXT_GATEWAY_KEYS, or listen on 127.0.0.1"
        )
        self.host = host


class UnreadableKeys(StreamsError):
    """A file holds no API keys."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"cannot read the keys {str(path)!r}: {reason}; 'upnext keys add NAME' makes the file"
        )
        self.path = path
        self.reason = reason


class NoSuchKey(StreamsError):
    """A key that is not there."""

    def __init__(self, key_id: str) -> None:
        super().__init__(f"no key {key_id!r}: see 'upnext keys list'")
        self.key_id = key_id


class BenchFailed(StreamsError):
    """The other process of a benchmark failed."""

    def __init__(self, what: str, reason: str) -> None:
        super().__init__(f"the load {what!r} failed: {reason}")
        self.what = what


class AddressTaken(StreamsError):
    """The gateway cannot listen where it should."""

    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(
            f"the gateway cannot listen on {host}:{port} ({reason}): set UPNEXT_GATEWAY_PORT to a "
            "free port"
        )
        self.port = port


class GatewayMissing(StreamsError):
    """The gateway needs an extra that is not installed."""

    def __init__(self, module: str) -> None:
        super().__init__(f"the gateway needs {module!r}: pip install 'upnext[gateway]'")
        self.module = module


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


class NoTime(EventError):
    """A message whose timestamp is no time, so that its event's cannot be judged."""

    def __init__(self, timestamp: float) -> None:
        super().__init__(
            f"the message's timestamp is {timestamp:g} s since 1970: let the broker set it, by "
            "message.timestamp.type=LogAppendTime"
        )
        self.timestamp = timestamp


class FromTheFuture(EventError):
    """An event that says it happened long after it was sent."""

    def __init__(self, occurred_at: datetime, sent_at: datetime) -> None:
        super().__init__(
            f"occurred at {occurred_at.isoformat()}, but was sent at {sent_at.isoformat()}"
        )
        self.occurred_at = occurred_at
        self.sent_at = sent_at


class SessionGone(EventError):
    """An event of a session that is over."""

    def __init__(self, session_id: str, occurred_at: datetime, idle: timedelta) -> None:
        super().__init__(
            f"session {session_id!r} is over, or was never heard of, and what occurred at "
            f"{occurred_at.isoformat()} is older than {idle / timedelta(days=1):g} days"
        )
        self.session_id = session_id
        self.occurred_at = occurred_at


class TooFast(EventError):
    """A listener who sends more than one listener may."""

    def __init__(self, listener_id: str, per_second: float, burst: int) -> None:
        super().__init__(
            f"listener {listener_id!r} sends more than {burst} events at once or "
            f"{per_second:g} a second for long"
        )
        self.listener_id = listener_id


class RowTooLarge(EventError):
    """An event after which a row would be larger than the broker takes."""

    def __init__(self, key: str, size: int, limit: int) -> None:
        super().__init__(f"the row {key!r} would have {size} bytes, at most {limit} can be kept")
        self.key = key
        self.size = size
        self.limit = limit
