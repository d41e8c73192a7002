"""The batches of a spool: how each is written as frames, and read back from a file."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.spool_frames import COMMIT, DATA, HEAD_BYTES, frame, joined, parted, read_frame, size_of


@dataclass(frozen=True, slots=True)
class Piece:
    """Safe records of one dataset, as they wait."""

    said: Mapping[str, Any]
    """Dataset, zone, records, first, last: see `pipeline.run_work`."""
    blob: bytes
    """NDJSON in a zstd frame."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One batch, to be written or as it was read back."""

    origin: str
    said: Mapping[str, Any]
    """What the commit frame says beside the origin: time of arrival, policy, dead letters."""
    pieces: tuple[Piece, ...] = ()
    evidence: tuple[bytes, ...] = ()
    number: int = 0
    """0 before it is written."""


def written(entry: Entry, number: int) -> bytes:
    """Write a batch as frames."""
    frames = [frame(DATA, number, piece.said, piece.blob) for piece in entry.pieces]
    sizes, blob = joined(entry.evidence)
    said = {**entry.said, "origin": entry.origin, "evidence": sizes}
    return b"".join((*frames, frame(COMMIT, number, said, blob)))


def entries(file: int, start: int, end: int, *, records: bool) -> Iterator[tuple[Entry, int]]:
    """Yield the committed batches of a part of a file, and where each ends.

    Raises:
        TornError: a frame is not whole.

    """
    pieces: list[Piece] = []
    while start < end:
        head = os.pread(file, HEAD_BYTES, start)
        size = size_of(head)
        if records or head[4] == COMMIT:
            found = read_frame(os.pread(file, size, start))
            if found.kind == COMMIT:
                said = dict(found.said)
                evidence = tuple(parted(said.pop("evidence"), found.blob))
                origin = str(said.pop("origin"))
                yield Entry(origin, said, tuple(pieces), evidence, found.batch), start + size
                pieces = []
            else:
                pieces.append(Piece(found.said, found.blob))
        start += size
