"""Where the parts of JSON end, told by quotes and brackets alone: no value is read, and nothing long need be held."""

from __future__ import annotations

import re
from typing import NoReturn

from pipeline.forms.reader import Reader

SPACE = re.compile(rb"[ \t\r\n]*+")
_SCALAR = re.compile(rb'[^\s,:\[\]{}"]*+')
_TEXT = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_INSIDE = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)
_SKIM = re.compile(rb'[^"{}\[\]]*+(?:"[^"\\]*+(?:\\.[^"\\]*+)*+"[^"{}\[\]]*+)*+', re.DOTALL)
"""All up to the next bracket that stands in no string, or to a string that does not end in what is held."""
_QUOTE = ord('"')

OPENING = b"{["


class BrokenError(Exception):
    """A document ends here against the rules; carries one of `pipeline.base.DEAD_REASONS`."""

    def __init__(self, reason: str) -> None:
        """Keep the reason; nothing of the input."""
        super().__init__(reason)
        self.reason = reason


class TooLongError(Exception):
    """A value is longer than it may be; none of it was taken."""


class Lexer:
    """Finds ends in what a reader holds, reading on as far as it must.

    Every search may raise `BrokenError`: the stream ends, or the document is longer than it may be, or goes beyond the
    line on which it began though documents are one a line.
    """

    __slots__ = ("_longest", "_reader", "broken", "by_line", "start")

    def __init__(self, reader: Reader, longest: int, *, by_line: bool) -> None:
        """Bound each document to so many bytes; `by_line` says that documents are one a line."""
        self._reader = reader
        self._longest = longest
        self.by_line = by_line
        self.broken = "not_json" if by_line else "broken_document"
        """The reason where something else stands than should: a line dies, or all that follows."""
        self.start = 0
        """Offset of the document at work."""

    def byte(self, at: int) -> int:
        """Return the byte at a position."""
        held = self._reader.held
        if at >= len(held) and not self._reader.more(at + 1 - len(held)):
            self._fail()
        return held[at]

    def space(self, at: int) -> int:
        """Return the position of the next byte that is no white space."""
        held = self._reader.held
        while (end := _end(SPACE, held, at)) == len(held):
            self.check(at, end)
            self._read_on(0)
            at = end
        self.check(at, end)
        return end

    def text(self, at: int) -> int:
        """Return where the string ends that begins here."""
        held = self._reader.held
        while (end := _end(_TEXT, held, at)) == at:
            self.check(at, len(held))
            self._read_on(len(held) - at)
        self.check(at, end)
        return end

    def value(self, at: int, longest: int) -> int:
        """Return where the value ends that begins here.

        Raises:
            TooLongError: it is longer than it may be.

        """
        first = self.byte(at)
        if first in OPENING:
            return self._container(at, longest)
        end = self.text(at) if first == _QUOTE else self._scalar(at)
        if end - at > longest:
            raise TooLongError
        return end

    def drop_value(self) -> None:
        """Let go of the value that begins with the first byte that is held, whatever its length."""
        reader = self._reader
        if self.byte(0) not in OPENING:
            reader.take(self.value(0, self._longest))
            return
        depth, inside = 0, False
        while True:
            if inside:
                end = _end(_INSIDE, reader.held, 0)
                self.check(0, end)
            else:
                depth, end = self._brackets(0, depth)
            reader.take(end)
            if not depth:
                return
            if reader.held.startswith(b'"'):
                inside = not inside
                reader.take(1)
            else:
                self._read_on(0)

    def check(self, begin: int, end: int) -> None:
        """Refuse what goes beyond its line, or beyond what a document may have."""
        if self.by_line and self._reader.held.find(b"\n", begin, end) >= 0:
            raise BrokenError(self.broken)
        if self._reader.offset + end - self.start > self._longest:
            reason = "too_large"
            raise BrokenError(reason)

    def _container(self, at: int, longest: int) -> int:
        depth, end = self._brackets(at, 0)
        while depth:
            if end - at > longest:
                raise TooLongError
            self._read_on(len(self._reader.held) - end)
            depth, end = self._brackets(end, depth)
        if end - at > longest:
            raise TooLongError
        return end

    def _brackets(self, at: int, depth: int) -> tuple[int, int]:
        """Count brackets until all are closed, or as far as can be told; return the depth and the position."""
        held = self._reader.held
        begin = at
        while True:
            at = _end(_SKIM, held, at)
            if at == len(held) or held[at] == _QUOTE:
                self.check(begin, len(held))
                return depth, at
            depth += 1 if held[at] in OPENING else -1
            at += 1
            if depth <= 0:
                self.check(begin, at)
                return 0, at

    def _scalar(self, at: int) -> int:
        held = self._reader.held
        end = at
        while (end := _end(_SCALAR, held, end)) == len(held):
            self.check(at, end)
            self._read_on(0)
        if end == at:
            raise BrokenError(self.broken)
        self.check(at, end)
        return end

    def _read_on(self, unfinished: int) -> None:
        if not self._reader.more_of(unfinished):
            self._fail()

    def _fail(self) -> NoReturn:
        raise BrokenError(self._reader.error or (self.broken if self.by_line else "truncated"))


def end_of_value(text: bytes) -> int | None:
    """Return where the value ends with which a text begins; None where it does not end."""
    try:
        return Lexer(Reader([text]), len(text), by_line=False).value(0, len(text))
    except BrokenError:
        return None


def _end(pattern: re.Pattern[bytes], held: bytearray, at: int) -> int:
    """Return where a match ends that begins here; here where there is none."""
    found = pattern.match(held, at)
    return found.end() if found else at
