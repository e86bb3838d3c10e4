"""Where a text comes from: the four sources of P29 and P34."""

from enum import StrEnum


class Source(StrEnum):
    """A kind of text that recordings come with; its value is its key in a line of JSON."""

    SF = "sf"
    """Short-form: titles and tags."""

    LF = "lf"
    """Long-form: descriptions and comments."""

    PL = "pl"
    """Titles of the playlists that a recording is in."""

    ASET = "labels"
    """Class labels, as of AudioSet: each label is an annotation of its own (P34)."""
