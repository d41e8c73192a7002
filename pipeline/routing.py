"""What of the spool goes to one sink: by dataset, zone and condition, a stable share of the rest, fewer fields."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import orjson

from pipeline.delivering import Delivery
from pipeline.packing import unpacked
from pipeline.spool_entries import Entry, Piece
from pipeline.where import Test, value_of
from redactors.base import Record
from redactors.datasets import Catalogue

_ID_BYTES: Final = 16
_SHARE_BYTES: Final = 8
_WIDE: Final = re.compile(rb"[0-9]{19}")
"""An integer that orjson might not keep exact."""


@dataclass(frozen=True, slots=True)
class Route:
    """What one sink wants."""

    sink: str
    """Its name, which is part of the ids of its deliveries."""
    datasets: frozenset[str] = frozenset()
    """Empty is all."""
    zones: frozenset[str] = frozenset()
    where: Test | None = None
    sample: float | None = None
    """Share of the records that `where` does not pick; without `where`, of all. None: none of them, and all."""
    drop_fields: frozenset[str] = frozenset()

    def deliveries(self, entries: Iterable[Entry], catalogue: Catalogue) -> Iterator[Delivery]:
        """Yield what of these batches goes to the sink; a piece of which nothing is left is left out."""
        for entry in entries:
            for at, piece in enumerate(entry.pieces):
                delivery = self._delivery(entry, at, piece, catalogue) if self._wants(piece) else None
                if delivery:
                    yield delivery

    def _wants(self, piece: Piece) -> bool:
        dataset, zone = piece.said["dataset"], piece.said["zone"]
        return (not self.datasets or dataset in self.datasets) and (not self.zones or zone in self.zones)

    def _delivery(self, entry: Entry, at: int, piece: Piece, catalogue: Catalogue) -> Delivery | None:
        said, body, member = piece.said, b"", piece.blob
        dataset, records = said["dataset"], said["records"]
        if self.where or self.drop_fields or self.sample is not None:
            lines = [*self._picked(unpacked(piece.blob), dataset, catalogue)]
            body, member, records = b"".join(lines), b"", len(lines)
        if not records:
            return None
        name = f"{entry.origin}\n{at}\n{dataset}\n{self.sink}".encode()
        made = hashlib.blake2b(name, digest_size=_ID_BYTES).hexdigest()
        policy = str(entry.said["policy"])
        zone, first, last = said["zone"], said["first"], said["last"]
        return Delivery(made, entry.origin, dataset, zone, body, records, first, last, policy, member)

    def _picked(self, body: bytes, dataset: str, catalogue: Catalogue) -> Iterator[bytes]:
        roles = catalogue[dataset].roles if dataset in catalogue.names() else {}
        for line in body.splitlines(keepends=True):
            record = _record(line)
            picked = self.where(record, roles) if self.where else self.sample is None
            if picked or (self.sample is not None and _share(value_of(record, "ray", roles), line) < self.sample):
                yield self._without_fields(record, line)

    def _without_fields(self, record: Record, line: bytes) -> bytes:
        gone = self.drop_fields & record.keys()
        for name in gone:
            del record[name]
        return _line(record, line) if gone else line


def _record(line: bytes) -> Record:
    found: Record = json.loads(line) if _WIDE.search(line) else orjson.loads(line)
    return found


def _line(record: Record, line: bytes) -> bytes:
    if _WIDE.search(line):
        return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
    return orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE)


def _share(ray: object, line: bytes) -> float:
    """Return a number from 0 to 1 that is the same for all records of one request."""
    name = ray.encode() if isinstance(ray, str) and ray else line
    return int.from_bytes(hashlib.blake2b(name, digest_size=_SHARE_BYTES).digest()) / (1 << 8 * _SHARE_BYTES)
