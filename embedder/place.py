"""A track's uri -> the file on this machine."""

from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from embedder.errors import UnreachableAudio

HERE = ("", "localhost")
"""Hosts of a `file://` URL that mean this machine."""


def audio_path(uri: str) -> Path:
    """Return the file that a uri names: an absolute path, or a `file://` URL.

    Raises
    ------
    UnreachableAudio
        It is of another scheme or host, relative, or no file that is there.

    """
    path = _path(uri)
    try:
        if path.is_file():
            return path
        reason = "it is no file" if path.exists() else "there is no such file on this machine"
    except (OSError, ValueError) as error:  # a name that no file system takes, a closed folder
        reason = str(error)
    raise UnreachableAudio(uri, reason)


def _path(uri: str) -> Path:
    scheme, separator, _ = uri.partition("://")
    if separator and scheme.isalnum():
        try:
            parts = urlsplit(uri)
        except ValueError as error:  # a host that is none
            raise UnreachableAudio(uri, str(error)) from None
        if parts.scheme != "file" or parts.netloc not in HERE:
            raise UnreachableAudio(uri, "only files are read here: mount it and give its path")
        return Path(url2pathname(parts.path))
    path = Path(uri)
    if not path.is_absolute():
        raise UnreachableAudio(uri, "a relative path is another file on every machine")
    return path
