"""The file of findings of a live run: appended to, durable, and a line that cannot be written now waits."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

_MODE: Final = 0o640
_TAIL_BYTES: Final = 1 << 20


@dataclass(slots=True)
class FindingsAppender:
    """A file that grows by whole lines."""

    path: Path | None
    """None is nowhere."""
    tell: Callable[[str], None]
    waiting: list[bytes] = field(default_factory=list)
    """Lines that are not written yet."""
    _failed: bool = False

    def open(self) -> None:
        """Make the file where there is none, and cut off a line that a crash has left half.

        Raises:
            OSError: it cannot be made or read.

        """
        if self.path is None:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _MODE)
        try:
            size = os.fstat(file).st_size
            start = max(0, size - _TAIL_BYTES)
            tail = os.pread(file, size - start, start)
            os.ftruncate(file, start + tail.rfind(b"\n") + 1)
        finally:
            os.close(file)

    def add(self, line: bytes) -> None:
        """Take a line, to be written by the next `flush`."""
        if self.path:
            self.waiting.append(line)

    def flush(self) -> bool:
        """Write what waits and make it durable; tell whether nothing waits any more."""
        if self.path is None or not self.waiting:
            return True
        try:
            _append(self.path, b"".join(self.waiting))
        except OSError as error:
            if not self._failed:
                self.tell(f"{self.path}: {error.strerror or type(error).__name__}; findings wait, and are tried again")
            self._failed = True
            return False
        self._failed = False
        self.waiting.clear()
        return True


def _append(path: Path, data: bytes) -> None:
    """Append all of it, or nothing."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, _MODE)
    try:
        size = os.lseek(file, 0, os.SEEK_END)
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(file, rest) :]
            os.fsync(file)
        except OSError:
            with contextlib.suppress(OSError):
                os.ftruncate(file, size)
            raise
    finally:
        os.close(file)
