"""Audio file -> something a page can carry in itself."""

from base64 import b64encode
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

import soundfile

from embedder.audio import FRAMING, read_windows

PLAYABLE: Mapping[str, str] = {
    ".flac": "audio/flac",
    ".m4a": "audio/mp4",
    ".mp3": "audio/mpeg",
    ".oga": "audio/ogg",
    ".ogg": "audio/ogg",
    ".opus": "audio/ogg",
    ".wav": "audio/wav",
}
"""What browsers play."""

MOST_BYTES = 200_000
"""A larger file is replaced by its first ten seconds: twenty of them must fit a page."""


def data_uri(path: Path) -> str:
    """Return a small file as it is, or the first ten seconds of a larger one as mono Vorbis.

    Raises
    ------
    UndecodableAudio
        The file is no audio.

    """
    kind = PLAYABLE.get(path.suffix.lower())
    if kind and path.stat().st_size <= MOST_BYTES:
        return _uri(kind, path.read_bytes())
    buffer = BytesIO()
    soundfile.write(buffer, read_windows(path)[0], FRAMING.sampling_rate, format="OGG")
    return _uri("audio/ogg", buffer.getvalue())


def _uri(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{b64encode(content).decode()}"
