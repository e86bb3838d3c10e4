"""Everything that can go wrong while composing and rendering.

* CatalogueError
  - SynthesiserMissing
  - SynthesiserFailed
  - SoundfontMissing
  - NoSongs
"""

from pathlib import Path


class CatalogueError(Exception):
    """Base class of what this package refuses.

    `args` are those of the constructor and `__str__` makes the message, so that an error comes
    back whole from a worker process.
    """


class SynthesiserMissing(CatalogueError):
    """The fluidsynth command is not installed."""

    def __str__(self) -> str:
        return "the command 'fluidsynth' was not found: apt-get install fluidsynth"


class SynthesiserFailed(CatalogueError):
    """Fluidsynth ended without writing audio."""

    def __init__(self, soundfont: Path, complaint: str) -> None:
        super().__init__(soundfont, complaint)
        self.soundfont, self.complaint = soundfont, complaint

    def __str__(self) -> str:
        return f"fluidsynth could not render with {self.soundfont}: {self.complaint.strip()}"


class SoundfontMissing(CatalogueError):
    """A soundfont file does not exist."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.path = path

    def __str__(self) -> str:
        return (
            f"no soundfont at {self.path}: apt-get install musescore-general-soundfont, "
            "or name another with --soundfont"
        )


class NoSongs(CatalogueError):
    """A folder holds no MIDI song that could be arranged."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.folder = folder

    def __str__(self) -> str:
        return f"no MIDI song that can be arranged in {self.folder}: it needs *.mid files"
