"""Everything the embedder can refuse.

* EmbedderError
  - UndecodableAudio: a file that holds no music we can read
  - UnreachableAudio: a place where this machine finds no file
  - UnusableText: words that are no text at all
  - NotASpace: a folder without a manifest we understand
  - WrongSpace: a space, or a vector, that is not the one asked for
  - CollapsedTower: a tower that gives everything the same vector
  - UnusableCheckpoint: weights that cannot be had, or are of another network
  - UnknownCheckpoint: a name that is none of the known checkpoints
  - LicenceRefused: a checkpoint whose licence was not accepted
  - HubUnavailable: a model hub that cannot be reached; may pass
  - UnusableBatch: a batch that a loss is not defined on
  - UnusableClips: a folder of clips that cannot be trained on or measured
  - UnusableRecording: a line of a corpus that is no recording with its texts
  - UnusableAnnotations: labels or captions of a published data set that cannot be read
  - UnusableCorpus: recordings that no pair of audio and text can be drawn from
  - UnusableConfig: a configuration of a training that cannot be followed
  - RunExists: a folder that already holds a training run
  - UnusableRun: a training run that cannot be kept, or gone on with
  - UnevenBatch: a mini-batch that the training processes cannot share
  - Diverged: a training whose loss is no number any more
  - NoMusic: a folder that cannot be read, or holds no music
  - UnusableVector: a vector that a collection cannot hold or be searched with
    + PointRefused: a point that a server does not take, though it answers
  - IndexBusy: an embedded index that another process owns
  - IndexUnavailable: an index that cannot be opened or reached; may pass
  - MissingExtra: an optional dependency that is not installed
"""

from collections.abc import Iterable
from pathlib import Path


class EmbedderError(Exception):
    """Base class: what was given is at fault, not the process."""


class UndecodableAudio(EmbedderError):
    """A file, or a waveform, holds no music that can be read."""

    def __init__(self, path: Path | str, reason: str) -> None:
        super().__init__(f"cannot read {str(path)!r} as music: {reason}")
        self.path = path
        self.reason = reason


class UnreachableAudio(EmbedderError):
    """A track's audio is not where its uri says, as seen from this machine."""

    def __init__(self, uri: Path | str, reason: str) -> None:
        super().__init__(f"cannot reach {str(uri)!r}: {reason}")
        self.uri = uri
        self.reason = reason


class UnusableText(EmbedderError):
    """A query is not made of words."""

    def __init__(self, text: object, reason: str) -> None:
        super().__init__(f"cannot embed {text!r}: {reason}")
        self.text = text
        self.reason = reason


class NotASpace(EmbedderError):
    """A folder is no space: its manifest or weights are missing or do not fit together."""

    def __init__(self, path: Path | str, reason: str) -> None:
        super().__init__(f"{str(path)!r} is not a space: {reason}")
        self.path = path
        self.reason = reason


class WrongSpace(EmbedderError):
    """Two things that must share a space come from different ones."""

    def __init__(
        self,
        found: str,
        expected: str,
        what: str = "the space",
        way_out: str = "embed again with the expected space, or restore its files",
    ) -> None:
        super().__init__(f"{what} has hash {found!r} but {expected!r} is expected; {way_out}")
        self.found = found
        self.expected = expected


class CollapsedTower(EmbedderError):
    """A tower no longer tells texts, or tracks, apart."""

    def __init__(
        self, spread: float, least: float, side: str = "text", what: str = "unlike sentences"
    ) -> None:
        super().__init__(
            f"the {side} tower has collapsed: cosines of {what} spread by {spread:.3f}, "
            f"at least {least:.3f} is expected; train again or restore the weights"
        )
        self.spread = spread
        self.least = least
        self.side = side


class UnusableCheckpoint(EmbedderError):
    """A checkpoint cannot be read, or is not of the network it is meant for."""

    def __init__(self, name: Path | str, reason: str) -> None:
        super().__init__(f"cannot use the checkpoint {str(name)!r}: {reason}")
        self.name = name
        self.reason = reason


class UnknownCheckpoint(EmbedderError):
    """A pretrained checkpoint is asked for by a name that nobody knows."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(
            f"{name!r} is no checkpoint known by name; known are: {', '.join(known)}; "
            "any other needs a folder that holds its files"
        )
        self.name = name


class LicenceRefused(EmbedderError):
    """The licence of a checkpoint was not accepted, so it is not used."""

    def __init__(self, name: str, licence: str) -> None:
        super().__init__(
            f"{name!r} is under {licence}, which was not accepted: read it, then answer yes or "
            "pass --accept-licence; nothing was fetched"
        )
        self.name = name
        self.licence = licence


class HubUnavailable(EmbedderError):
    """The model hub cannot be reached from here; may pass."""

    def __init__(self, name: str, reason: str, way_out: str) -> None:
        super().__init__(f"cannot fetch {name!r} from the model hub: {reason}; {way_out}")
        self.name = name
        self.reason = reason


class UnusableBatch(EmbedderError):
    """A loss is not defined on what it was given."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"no loss for this batch: {reason}")
        self.reason = reason


class UnusableClips(EmbedderError):
    """A folder of clips lacks `tracks.jsonl`, or what is listed in it."""

    def __init__(self, path: Path | str, reason: str) -> None:
        super().__init__(f"cannot use the clips in {str(path)!r}: {reason}")
        self.path = path
        self.reason = reason


class UnusableRecording(EmbedderError):
    """A file of recordings cannot be read or written, or a line of it is no recording."""

    def __init__(
        self,
        path: Path | str,
        line: int | None = None,
        field: str | None = None,
        reason: str = "",
    ) -> None:
        place = [str(path)]
        place += [] if line is None else [f"line {line}"]
        place += [] if field is None else [f"field {field!r}"]
        super().__init__(f"{', '.join(place)}: {reason}")
        self.path = path
        self.line = line
        self.field = field
        self.reason = reason


class UnusableAnnotations(EmbedderError):
    """A file of labels or captions is missing, or not in the format it should have."""

    def __init__(self, path: Path | str, reason: str) -> None:
        super().__init__(f"cannot use the annotations {str(path)!r}: {reason}")
        self.path = path
        self.reason = reason


class UnusableCorpus(EmbedderError):
    """Recordings lack the texts, or the readable audio, that training draws from."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"cannot train on these recordings: {reason}")
        self.reason = reason


class UnusableConfig(EmbedderError):
    """A configuration is missing, no TOML, or a field of it cannot be followed."""

    def __init__(self, path: Path | str, reason: str) -> None:
        super().__init__(f"cannot train by {str(path)!r}: {reason}")
        self.path = path
        self.reason = reason


class RunExists(EmbedderError):
    """A folder holds the checkpoints of a run that it was not asked to go on with."""

    def __init__(self, checkpoint: Path) -> None:
        super().__init__(
            f"{str(checkpoint)!r} is of an earlier run; add --resume to go on with it, "
            "or choose another folder with --out"
        )
        self.checkpoint = checkpoint


class UnusableRun(EmbedderError):
    """A run left no checkpoint, a damaged one or that of another run; or cannot write its own."""

    def __init__(self, path: Path | str, reason: str) -> None:
        super().__init__(f"cannot go on with the run at {str(path)!r}: {reason}")
        self.path = path
        self.reason = reason


class UnevenBatch(EmbedderError):
    """Some rows of a mini-batch would be left over: every process takes as many."""

    def __init__(self, what: str, count: int, processes: int) -> None:
        super().__init__(
            f"{count} {what} in a mini-batch cannot be shared evenly by {processes} processes; "
            f"take {count - count % processes or processes} or another multiple"
        )
        self.count = count
        self.processes = processes


class Diverged(EmbedderError):
    """A loss is infinite or no number: what follows would teach nothing."""

    def __init__(self, step: int, loss: float, checkpoint: Path | None) -> None:
        back = f"; the last good checkpoint is {str(checkpoint)!r}" if checkpoint else ""
        super().__init__(
            f"the loss is {loss} at step {step}: lower the learning rate or widen the precision"
            + back
        )
        self.step = step
        self.loss = loss
        self.checkpoint = checkpoint


class NoMusic(EmbedderError):
    """A folder of music cannot be read, or nothing in it is music."""

    def __init__(self, folder: Path | str, reason: str) -> None:
        super().__init__(f"no music to read in {str(folder)!r}: {reason}")
        self.folder = folder
        self.reason = reason


class UnusableVector(EmbedderError):
    """A vector does not fit its collection, or holds what is no number."""

    def __init__(self, what: str, reason: str) -> None:
        super().__init__(f"{what} is no vector of this collection: {reason}")
        self.what = what
        self.reason = reason


class PointRefused(UnusableVector):
    """A server answers, and does not take what it was sent: sending it again is in vain."""

    def __init__(self, location: Path | str, reason: str) -> None:
        super().__init__(f"what was sent to {str(location)!r}", reason)
        self.location = location


class IndexBusy(EmbedderError):
    """The folder of an embedded index is open elsewhere."""

    def __init__(self, folder: Path | str) -> None:
        super().__init__(
            f"the index in {str(folder)!r} is already open; it has one owner at a time: "
            "stop the other process, or let both use a Qdrant server"
        )
        self.folder = folder


class IndexUnavailable(EmbedderError):
    """An index cannot be opened or does not answer; a server may be back in a moment."""

    def __init__(self, location: Path | str, reason: str) -> None:
        super().__init__(f"the index at {str(location)!r} is not available: {reason}")
        self.location = location
        self.reason = reason


class MissingExtra(EmbedderError):
    """An optional dependency is needed and not installed."""

    def __init__(self, module: str, extra: str) -> None:
        super().__init__(f"{module} is not installed; run: pip install 'upnext[{extra}]'")
        self.module = module
        self.extra = extra
