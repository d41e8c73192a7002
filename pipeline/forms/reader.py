"""The bytes of a stream that are looked at: read on where they are not enough, with the place where they begin."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.base import InputError
from pipeline.codec import BYTE_ORDER_MARK

_PATIENCE = 1 << 16
"""What is longer than this and not whole yet is looked at again only when there is twice as much of it."""


class Reader:
    """Holds what is not taken yet of a stream. Positions count from the first byte that is held."""

    __slots__ = ("_ended", "_pieces", "error", "held", "line", "offset")

    def __init__(self, pieces: Iterable[bytes]) -> None:
        """Take a stream in pieces; a byte order mark at its start is dropped."""
        self._pieces = iter(pieces)
        self._ended = False
        self.held = bytearray()
        self.line = 1
        """Of the first byte that is held, from 1."""
        self.offset = 0
        self.error = ""
        """Why the stream broke off, where it did."""
        while len(self.held) < len(BYTE_ORDER_MARK) and BYTE_ORDER_MARK.startswith(self.held) and self.more():
            pass
        if self.held.startswith(BYTE_ORDER_MARK):
            self.take(len(BYTE_ORDER_MARK))

    def more(self, count: int = 1) -> bool:
        """Hold so many more bytes at least, as far as there are; tell whether there were any."""
        before = len(self.held)
        while len(self.held) < before + count and not self._ended:
            try:
                self.held += next(self._pieces)
            except StopIteration:
                self._ended = True
            except InputError as error:
                self._ended, self.error = True, error.reason
        return len(self.held) > before

    def more_of(self, length: int) -> bool:
        """Hold more where so many bytes are not a whole yet: the longer they are, the more."""
        return self.more(length if length > _PATIENCE else 1)

    def take(self, count: int) -> bytes:
        """Return the first bytes that are held, and hold them no longer."""
        data = bytes(memoryview(self.held)[:count])
        del self.held[:count]
        self.line += data.count(b"\n")
        self.offset += count
        return data

    def drop_line(self) -> bytes:
        """Let go of all before the next line feed; return the last byte of it that is no white space."""
        last = b""
        while True:
            at = self.held.find(b"\n")
            last = self.take(at if at >= 0 else len(self.held)).rstrip()[-1:] or last
            if at >= 0 or not self.more():
                return last

    def drain(self) -> None:
        """Let go of all that follows, so that whoever writes the stream is not cut off."""
        self.take(len(self.held))
        while self.more():
            self.take(len(self.held))
