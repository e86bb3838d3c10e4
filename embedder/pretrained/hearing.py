"""What a checkpoint hears, compared with what its kind hears."""

from pathlib import Path

from embedder.audio import Framing
from embedder.errors import UnusableCheckpoint


def spoken(framing: Framing) -> str:
    """Return a framing in words.

    >>> spoken(Framing(48_000, 10))
    '10 s at 48000 Hz'
    """
    return f"{framing.seconds} s at {framing.sampling_rate} Hz"


def check_framing(folder: Path, found: Framing, needed: Framing) -> None:
    """Refuse a checkpoint whose windows are not those of its kind.

    Raises
    ------
    UnusableCheckpoint
        They differ in length or sampling rate.

    """
    if found != needed:
        reason = f"its front end hears {spoken(found)}, that of its kind {spoken(needed)}"
        raise UnusableCheckpoint(folder, reason)
