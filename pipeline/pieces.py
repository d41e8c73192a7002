"""Deliveries cut to what the other side takes at once: whole records, in their order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one request or message may hold."""

    piece_bytes: int
    """Of all records together, and what stands between them."""
    records: int
    record_bytes: int
    """Of one record; a longer one is left out."""
    between: int = 1
    """Bytes that stand between two records, or around each."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A delivery, cut."""

    pieces: Sequence[Sequence[bytes]]
    """Of records without their line feeds."""
    too_long: int
    """Records that fit into no piece."""


def cut(body: bytes, bounds: Bounds) -> Cut:
    r"""Cut NDJSON.

    >>> cut(b"1\n22\n333\n4444\n", Bounds(6, 2, 3))
    Cut(pieces=[[b'1', b'22'], [b'333']], too_long=1)
    """
    lines = [*filter(None, body.split(b"\n"))]
    kept = [line for line in lines if len(line) <= bounds.record_bytes]
    return Cut([*_pieces(kept, bounds)], len(lines) - len(kept))


def _pieces(lines: Sequence[bytes], bounds: Bounds) -> Iterator[list[bytes]]:
    piece: list[bytes] = []
    size = 0
    for line in lines:
        added = len(line) + bounds.between
        if piece and (len(piece) == bounds.records or size + added > bounds.piece_bytes):
            yield piece
            piece, size = [], 0
        piece.append(line)
        size += added
    if piece:
        yield piece
