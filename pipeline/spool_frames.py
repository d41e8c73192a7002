"""How a spool is written: checksummed frames of safe data, closed by the frame that commits their batch. Pure."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from zlib import crc32

import orjson

MAGIC: Final = b"EDGESPL\x01"
"""How a segment begins; the last byte is the version of the format."""
DATA: Final = 1
COMMIT: Final = 2

_HEAD: Final = struct.Struct(">IBQI")
"""Size of what follows, kind, number of the batch, size of the description."""
_CHECK: Final = struct.Struct(">I")
HEAD_BYTES: Final = _HEAD.size
MOST_BYTES: Final = 1 << 30


class TornError(Exception):
    """What stands here is no whole frame: it was cut off, or a bit of it is not what was written."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame, read and found whole."""

    kind: int
    batch: int
    said: Mapping[str, Any]
    blob: bytes
    size: int
    """Of the whole frame, as it stands in the file."""


def frame(kind: int, batch: int, said: Mapping[str, Any], blob: bytes) -> bytes:
    """Write a frame: a description as JSON, and bytes."""
    told = orjson.dumps(said)
    head = _HEAD.pack(len(told) + len(blob), kind, batch, len(told))
    return b"".join((head, told, blob, _CHECK.pack(crc32(blob, crc32(told, crc32(head))))))


def size_of(head: bytes) -> int:
    """Return the size of the whole frame that begins so.

    Raises:
        TornError: no frame begins so.

    """
    if len(head) < HEAD_BYTES:
        raise TornError
    size, kind, _, told = _HEAD.unpack(head[:HEAD_BYTES])
    if kind not in (DATA, COMMIT) or told > size or size > MOST_BYTES:
        raise TornError
    return HEAD_BYTES + int(size) + _CHECK.size


def read_frame(data: bytes) -> Frame:
    """Read a whole frame.

    Raises:
        TornError: it is none.

    """
    size = size_of(data)
    if len(data) < size:
        raise TornError
    body = memoryview(data)[: size - _CHECK.size]
    if _CHECK.unpack(data[size - _CHECK.size : size])[0] != crc32(body):
        raise TornError
    _, kind, batch, told = _HEAD.unpack(data[:HEAD_BYTES])
    said = orjson.loads(body[HEAD_BYTES : HEAD_BYTES + told])
    return Frame(kind, batch, said, bytes(body[HEAD_BYTES + told :]), size)


def joined(parts: Iterable[bytes]) -> tuple[list[int], bytes]:
    """Join byte strings; return their sizes too, by which `parted` takes them apart."""
    held = list(parts)
    return [len(each) for each in held], b"".join(held)


def parted(sizes: Iterable[int], blob: bytes) -> Iterator[bytes]:
    """Take apart what was joined.

    >>> list(parted(*joined([b"a", b"", b"bc"])))
    [b'a', b'', b'bc']
    """
    at = 0
    for size in sizes:
        yield blob[at : at + size]
        at += size
