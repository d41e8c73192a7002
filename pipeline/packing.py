"""Safe bytes packed for the spool: one gzip member, which is what most sinks write too; pure."""

from __future__ import annotations

from typing import Final

from pipeline.base import Limits
from pipeline.codec import Deflater, inflate

_UNBOUND: Final = Limits(body_bytes=None, inflated_bytes=None, ratio=1 << 60, line_bytes=1 << 60)


def pack(body: bytes | bytearray) -> bytes:
    """Compress safe bytes to one gzip member."""
    deflater = Deflater("gzip")
    return deflater.feed(bytes(body)) + deflater.finish()


def unpacked(blob: bytes) -> bytes:
    """Return what was packed."""
    return b"".join(inflate((blob,), _UNBOUND))
