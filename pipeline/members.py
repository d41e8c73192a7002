"""Gzip members and zstd frames, one after the other, inflated in bounded steps."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from typing import NoReturn, Protocol

from isal import igzip_lib

from pipeline.base import InputError

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

FEED_BYTES = 1 << 15
"""What a decompressor is fed at once: the bytes that an error can cost are the same however they arrived."""
ZSTD_WINDOW_LOG = 25
"""32 MiB: what `zstd -20` needs. A frame that wants more would break the memory bound of a worker."""
GZIP_HEADER_BYTES = 1 << 17
"""More than a header needs: 64 KiB of extra fields, a name, a comment."""

_GZIP_MAGIC = b"\x1f\x8b\x08"
_GZIP_FIXED_BYTES = 10
_GZIP_CHECKSUM, _GZIP_EXTRA, _GZIP_NAME, _GZIP_COMMENT = 2, 4, 8, 16


class _Member(Protocol):
    """What both libraries offer: bounded output, and what lies behind the end."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /, max_length: int = -1) -> bytes: ...


def members(compression: str, chunks: Iterable[bytes], step_bytes: int) -> Iterator[bytes]:
    """Inflate "gzip" or "zstd", at most `step_bytes` a piece; raise `InputError` behind the last good piece.

    A member may be followed by another one, by zero bytes, or by nothing.
    """
    start, broken = _FORMATS[compression]
    member: _Member | None = None
    rest = b""
    for chunk in _even(chunks):
        rest += chunk
        while rest:
            if member is None:
                rest = rest.lstrip(b"\0")
                member = start(rest) if rest else None
                if member is None:
                    break
            try:
                yield from _drain(member, rest, step_bytes)
            except broken:
                _break_off("corrupt")
            rest = member.unused_data if member.eof else b""
            member = None if member.eof else member
    if rest or member:
        _break_off("truncated")


def _drain(member: _Member, data: bytes, step_bytes: int) -> Iterator[bytes]:
    """Yield all that `data` adds, a step at a time."""
    piece = member.decompress(data, step_bytes)
    if piece:
        yield piece
    while not (member.needs_input or member.eof):
        piece = member.decompress(b"", step_bytes)
        if piece:
            yield piece


def _even(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Cut a stream into pieces of one size, the last one shorter, also before an error."""
    pending = bytearray()
    try:
        for chunk in chunks:
            pending += chunk
            while len(pending) >= FEED_BYTES:
                yield bytes(pending[:FEED_BYTES])
                del pending[:FEED_BYTES]
    except InputError:
        if pending:
            yield bytes(pending)
        raise
    if pending:
        yield bytes(pending)


def _start_gzip(data: bytes) -> _Member | None:
    """Start a member once its header is whole: isal misreads some headers that come in two pieces."""
    return igzip_lib.IgzipDecompressor(igzip_lib.DECOMP_GZIP) if _has_gzip_header(data) else None


def _start_zstd(_data: bytes) -> _Member:
    return zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: ZSTD_WINDOW_LOG})


_FORMATS: dict[str, tuple[Callable[[bytes], _Member | None], type[Exception]]] = {
    "gzip": (_start_gzip, igzip_lib.IsalError),
    "zstd": (_start_zstd, zstd.ZstdError),
}


def _has_gzip_header(data: bytes) -> bool:
    """Tell whether a header is whole; raise `InputError` where none can become of it."""
    whole = _gzip_header_end(data) is not None
    if not data.startswith(_GZIP_MAGIC[: len(data)]) or (not whole and len(data) > GZIP_HEADER_BYTES):
        _break_off("corrupt")
    return whole


def _gzip_header_end(data: bytes) -> int | None:
    """Tell where a header ends; None where it is not whole."""
    if len(data) < _GZIP_FIXED_BYTES:
        return None
    flags, end = data[3], _GZIP_FIXED_BYTES
    if flags & _GZIP_EXTRA:
        end += 2 + int.from_bytes(data[end : end + 2], "little")
    for flag in (_GZIP_NAME, _GZIP_COMMENT):
        if flags & flag:
            end = data.find(b"\0", end) + 1
            if not end:
                return None
    if flags & _GZIP_CHECKSUM:
        end += 2
    return end if end <= len(data) else None


def _break_off(reason: str) -> NoReturn:
    raise InputError(reason)
