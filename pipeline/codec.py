"""How bytes travel: what was stored or sent becomes blocks of whole lines, and safe bytes become what is stored again.

Everything here depends on the bytes alone: neither the sizes in which they arrive nor the borders of gzip members and
zstd frames change where a block ends, what is delivered before an error, or a byte of what is compressed.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Protocol

from isal import isal_zlib

from pipeline.base import InputError, Limits
from pipeline.members import members
from redactors.lines import LONG_LINES, count_lines

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

STEP_BYTES = 1 << 16
"""What a decompressor may give at once, and what a compressor is fed at once."""
BLOCK_BYTES = 1 << 18

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_LINE_FEED = ord("\n")
_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
_SKIPPABLE_MAGIC = re.compile(rb"[\x50-\x5f]\x2a\x4d\x18")


@dataclass(frozen=True, slots=True)
class Block:
    """Whole lines as they came, each with its line feed; only the very last line of a stream may lack it."""

    data: bytes
    first_line: int
    """From 1."""
    offset: int
    """Of the first byte, in the inflated stream."""

    def lines(self) -> list[bytes]:
        r"""Split into lines without their line feeds, blank ones included, as `data.split(b"\n")` does."""
        lines: list[bytes] = []
        at = 0
        for _ in range(LONG_LINES):
            end = self.data.find(b"\n", at)
            if end < 0:
                break
            lines.append(self.data[at:end])
            at = end + 1
        lines += self.data[at:].split(b"\n")
        return lines


@dataclass(frozen=True, slots=True)
class Skipped:
    """A line that was let go unread."""

    line: int
    offset: int
    reason: str


def compression_of(head: bytes) -> str:
    r"""Tell "gzip", "zstd" or "none" by the first four bytes.

    >>> compression_of(b"\x1f\x8b\x08\x00"), compression_of(b'{"a"')
    ('gzip', 'none')
    """
    if head.startswith(b"\x1f\x8b"):
        return "gzip"
    # Parallel compressors begin with a skippable frame.
    if head.startswith(_ZSTD_MAGIC) or _SKIPPABLE_MAGIC.match(head):
        return "zstd"
    return "none"


def sniff(chunks: Iterable[bytes]) -> tuple[str, Iterator[bytes]]:
    """Tell the compression of a stream and hand its chunks back, none missing."""
    source = iter(chunks)
    head: list[bytes] = []
    for chunk in source:
        head.append(chunk)
        if sum(map(len, head)) >= len(_ZSTD_MAGIC):
            break
    return compression_of(b"".join(head)), chain(head, source)


def inflate(chunks: Iterable[bytes], limits: Limits) -> Iterator[bytes]:
    """Yield the stream uncompressed, in pieces of at most 64 KiB where it was compressed.

    All good bytes are yielded first; then `InputError` says why no more follow. What follows a whole gzip member or
    zstd frame must be another or zero padding. An empty chunk of a plain stream is passed on (see `blocks`).
    """
    meter = _Meter(limits)
    compression, chunks = sniff(chunks)
    bounded = meter.bound_body(chunks)
    if compression != "none":
        bounded = meter.bound_ratio(members(compression, bounded, STEP_BYTES))
    yield from meter.bound_size(bounded)


def blocks(pieces: Iterable[bytes], limits: Limits) -> Iterator[Block | Skipped]:
    """Cut a stream into blocks of at most 64 KiB, or of one line where that is longer.

    A block ends with the last line that fits, so borders do not depend on the pieces. An empty piece says that the
    source has nothing more just now: the whole lines so far are yielded at once. A byte order mark at the very start is
    dropped. Where the stream breaks off (`InputError`) the whole lines before are yielded first; the line that was
    begun is the one the error speaks of.
    """
    cutter = _Cutter(limits.line_bytes)
    try:
        for piece in pieces:
            yield from cutter.feed(piece) if piece else cutter.flush()
    except InputError:
        yield from cutter.flush()
        raise
    yield from cutter.finish()


class Deflater:
    """One compressed stream; its bytes depend on what was fed, not on how it was cut."""

    __slots__ = ("_pending", "_stream")

    def __init__(self, compression: str) -> None:
        """Start a stream of "gzip" (level 1, one member, no time), "zstd" (level 1) or "none"."""
        self._pending = bytearray()
        self._stream = _COMPRESSORS[compression]()

    def feed(self, data: bytes) -> bytes:
        """Take more bytes; return what is ready of the compressed stream, often nothing."""
        if self._stream is None:
            return data
        pending = self._pending
        pending += data
        whole = len(pending) - len(pending) % STEP_BYTES
        if not whole:
            return b""
        with memoryview(pending) as view:
            ready = [self._stream.compress(view[at : at + STEP_BYTES]) for at in range(0, whole, STEP_BYTES)]
        del pending[:whole]
        return b"".join(ready)

    def finish(self) -> bytes:
        """Return the end of the stream; feed nothing after it."""
        return self._stream.compress(self._pending) + self._stream.flush() if self._stream else b""


class _Compressor(Protocol):
    def compress(self, data: bytes | bytearray | memoryview, /) -> bytes: ...
    def flush(self) -> bytes: ...


_COMPRESSORS: dict[str, Callable[[], _Compressor | None]] = {
    "gzip": lambda: isal_zlib.compressobj(level=1, wbits=31),
    "zstd": lambda: zstd.ZstdCompressor(level=1),
    "none": lambda: None,
}


@dataclass(slots=True)
class _Meter:
    """Hold a stream to its limits."""

    limits: Limits
    taken: int = 0
    """Bytes of the body so far."""

    def bound_body(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Count the body; deliver no byte above its limit."""
        for chunk in _bounded(chunks, self.limits.body_bytes):
            self.taken += len(chunk)
            yield chunk

    def bound_size(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Deliver no inflated byte above the limit."""
        return _bounded(pieces, self.limits.inflated_bytes)

    def bound_ratio(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Stop where far more comes out than went in."""
        given = 0
        for piece in pieces:
            given += len(piece)
            if given > self.limits.ratio_after and given > self.limits.ratio * self.taken:
                reason = "ratio"
                raise InputError(reason)
            yield piece


def _bounded(pieces: Iterable[bytes], bound: int | None) -> Iterator[bytes]:
    left = sys.maxsize if bound is None else bound
    for piece in pieces:
        if len(piece) > left:
            yield piece[:left]
            reason = "too_large"
            raise InputError(reason)
        left -= len(piece)
        yield piece


@dataclass(slots=True)
class _Cutter:
    """Hold the lines that no block has yet, and the place of the first of them."""

    line_bytes: int
    held: bytearray = field(default_factory=bytearray)
    line: int = 1
    offset: int = 0
    skipping: bool = False
    """In the middle of a line that is too long."""

    def feed(self, piece: bytes) -> Iterator[Block | Skipped]:
        """Take bytes; yield the blocks that are full now."""
        # No line within a full block can be too long then: only one that fills a block needs to be measured.
        size = min(BLOCK_BYTES, self.line_bytes)
        at = self._skip(piece) if self.skipping else 0
        while at < len(piece):
            room = max(size - len(self.held), 0)
            if len(piece) - at < room:
                break
            cut = piece.rfind(b"\n", at, at + room) + 1
            if cut:
                yield from self._fill(piece, at, cut)
            elif room and b"\n" in self.held:
                yield from self.flush()
                continue
            else:
                cut = piece.find(b"\n", at + room) + 1 or len(piece)
                whole = piece[cut - 1] == _LINE_FEED
                if len(self.held) + cut - at - whole > self.line_bytes:
                    yield self._drop(cut - at, ended=whole)
                elif whole:
                    yield from self._fill(piece, at, cut)
                else:
                    break
            at = cut
        self.held += piece[at:]

    def flush(self) -> Iterator[Block]:
        """Yield the whole lines so far, full block or not."""
        cut = self.held.rfind(b"\n") + 1
        if cut:
            lines = bytes(self.held[:cut])
            del self.held[:cut]
            yield from self._blocks(lines)

    def finish(self) -> Iterator[Block]:
        """Yield what is left, the last line with or without its line feed."""
        if self.held and not self.skipping:
            yield from self._blocks(bytes(self.held))

    def _fill(self, piece: bytes, at: int, cut: int) -> Iterator[Block]:
        data = b"".join((self.held, memoryview(piece)[at:cut]))
        self.held.clear()
        return self._blocks(data)

    def _blocks(self, data: bytes) -> Iterator[Block]:
        """Place a block in the stream: one, or none where it was a byte order mark and no more."""
        if not self.offset and data.startswith(BYTE_ORDER_MARK):
            data = data[len(BYTE_ORDER_MARK) :]
            self.offset = len(BYTE_ORDER_MARK)
        if data:
            yield Block(data, self.line, self.offset)
            self.line += count_lines(data)
            self.offset += len(data)

    def _drop(self, more: int, *, ended: bool) -> Skipped:
        """Let go of the line that is held and of `more` bytes of it; skip on if it has not ended."""
        skipped = Skipped(self.line, self.offset, "line_too_long")
        self.offset += len(self.held) + more
        self.line += ended
        self.held.clear()
        self.skipping = not ended
        return skipped

    def _skip(self, piece: bytes) -> int:
        """Tell where the line after the one that is skipped begins in a piece."""
        cut = piece.find(b"\n") + 1
        self.skipping = not cut
        self.line += bool(cut)
        self.offset += cut or len(piece)
        return cut or len(piece)
