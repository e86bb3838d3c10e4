"""How far a long run has come: one line that moves on a terminal, plain lines otherwise."""

import sys
import time
from types import TracebackType
from typing import Self, TextIO


class Progress:
    """Counts up to `total` on stderr; without a terminal, a line about every tenth."""

    def __init__(self, label: str, total: int, stream: TextIO = sys.stderr) -> None:
        self._label, self._total, self._stream = label, total, stream
        self._done = 0
        self._said = 0
        self._began = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._stream.isatty():
            self._stream.write("\n")

    def advance(self, count: int = 1) -> None:
        """Say that `count` more are done."""
        self._done += count
        moves = self._stream.isatty()
        if moves or self._done == self._total or self._done - self._said >= self._total / 10:
            self._said = self._done
            seconds = time.monotonic() - self._began
            line = f"{self._label}: {self._done} of {self._total}, {seconds:.0f} s"
            self._stream.write(f"\r{line}" if moves else f"{line}\n")
            self._stream.flush()
