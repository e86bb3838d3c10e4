"""Keep mpg123 from printing into our logs.

libsndfile gives no access to mpg123's own switch for this, and MP3s with odd tags or a missing end,
of which every collection has some, make it print dozens of lines each. Redirecting file descriptor
2 would take the lines of our own threads away too; so C's `stderr` alone is exchanged, which
Python does not print through.
"""

import ctypes
import os
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import Lock

_lock = Lock()
_depth = 0


@contextmanager
def quiet_c_libraries() -> Iterator[None]:
    """Drop what C libraries print to `stderr`, in all threads; does nothing without glibc.

    Other C libraries of the process, such as librdkafka, are unheard for that time too.
    """
    global _depth
    with _lock:
        _depth += 1
        if _depth == 1:
            _point_stderr_at(_streams()[1])
    try:
        yield
    finally:
        with _lock:
            _depth -= 1
            if _depth == 0:
                _point_stderr_at(_streams()[0])


@cache
def _streams() -> tuple[int | None, int | None]:
    """Return C's `stderr` and a stream to nowhere, never closed: someone may be printing to it."""
    if not _is_glibc():
        return None, None
    libc = ctypes.CDLL(None)
    libc.fopen.restype = ctypes.c_void_p
    nowhere = libc.fopen(os.fsencode(os.devnull), b"w")
    return ctypes.c_void_p.in_dll(libc, "stderr").value, nowhere


def _point_stderr_at(stream: int | None) -> None:
    if stream is not None:
        ctypes.c_void_p.in_dll(ctypes.CDLL(None), "stderr").value = stream


@cache
def _is_glibc() -> bool:
    return sys.platform == "linux" and platform.libc_ver()[0] == "glibc"
