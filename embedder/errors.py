"""Everything the embedder can refuse.

* EmbedderError
  - UndecodableAudio: a file that holds no music we can read
  - UnusableText: words that are no text at all
  - NotASpace: a folder without a manifest we understand
  - WrongSpace: a space, or a vector, that is not the one asked for
  - CollapsedTower: a text tower that gives every sentence the same vector
  - UnusableClips: a folder of clips that cannot be trained on or measured
  - NoMusic: a folder that cannot be read, or holds no music
  - UnusableVector: a vector that a collection cannot hold or be searched with
  - IndexBusy: an embedded index that another process owns
  - IndexUnavailable: an index that cannot be opened or reached; may pass
  - MissingExtra: an optional dependency that is not installed
"""

from pathlib import Path


class EmbedderError(Exception):
    """Base class: what was given is at fault, not the process."""


class UndecodableAudio(EmbedderError):
    """A file, or a waveform, holds no music that can be read."""

    def __init__(self, path: Path | str, reason: str) -> None:
        super().__init__(f"cannot read {str(path)!r} as music: {reason}")
        self.path = path
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
    """A text tower no longer tells sentences apart."""

    def __init__(self, spread: float, least: float) -> None:
        super().__init__(
            f"the text tower has collapsed: cosines of unlike sentences spread by {spread:.3f}, "
            f"at least {least:.3f} is expected; train again or restore the weights"
        )
        self.spread = spread
        self.least = least


class UnusableClips(EmbedderError):
    """A folder of clips lacks `tracks.jsonl`, or what is listed in it."""

    def __init__(self, path: Path | str, reason: str) -> None:
        super().__init__(f"cannot use the clips in {str(path)!r}: {reason}")
        self.path = path
        self.reason = reason


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
