"""Safe lines on their way into the pieces of a spool: one dataset each, packed while they are at hand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from detectors.sights import time_ms
from pipeline.codec import Deflater
from pipeline.forms.wrapping import wraps_batch, wraps_record
from pipeline.packing import unpacked
from pipeline.spool_entries import Piece
from redactors.base import Tally
from redactors.datasets import Catalogue

PIECE_BYTES: Final = 16 << 20
"""Safe bytes of a piece at most, but for its last block."""
_VALUE: Final = re.compile(rb'"[^"\\]*"|[0-9]+')
_OUR_PATH: Final = re.compile(rb'"ClientRequest(?:Path|URI)":"/logpush[/?"]')


def _names(line: bytes, catalogue: Catalogue) -> tuple[str, ...] | None:
    """Return the names of a record; None for what is none, or holds records."""

    def knows(names: tuple[str, ...]) -> bool:
        return catalogue.recognise(names) is not None

    try:
        record = orjson.loads(line)
    except ValueError:
        return None
    is_record = isinstance(record, dict) and not wraps_batch(record, knows) and not wraps_record(record, knows)
    return tuple(record) if is_record else None


@dataclass(slots=True)
class _Member:
    """Safe lines on their way into a gzip member, block by block, and what is to be known of them."""

    host: bytes
    time_field: bytes
    deflater: Deflater = field(default_factory=lambda: Deflater("gzip"))
    parts: list[bytes] = field(default_factory=list)
    size: int = 0
    """Of the lines, not compressed."""
    records: int = 0
    looped: int = 0
    ends: list[tuple[int, int]] = field(default_factory=list)

    def take(self, body: bytes) -> None:
        """Take whole lines."""
        self.parts.append(self.deflater.feed(body))
        self.size += len(body)
        self.records += body.count(b"\n")
        self.looped += _looped(body, self.host) if self.host else 0
        self.ends += _ends_of(body, self.time_field) if self.time_field else ()

    def finish(self) -> bytes:
        """Return all of it, compressed."""
        return b"".join((*self.parts, self.deflater.finish()))

    def said(self, dataset: str, zone: str) -> dict[str, Any]:
        """Return what a piece says of itself."""
        first = min((first for first, _ in self.ends), default=0)
        last = max((last for _, last in self.ends), default=0)
        return {"dataset": dataset, "zone": zone, "records": self.records, "first": first, "last": last}


@dataclass(slots=True)
class Packing:
    """Safe bytes on their way into pieces of one dataset each; the first record tells which it is, nearly always."""

    catalogue: Catalogue
    host: bytes
    """Our own name, by which our own uploads are known; empty where it is not known."""
    zone: str
    guess: str = ""
    """The dataset, where it is told; else the first record tells."""
    pieces: list[Piece] = field(default_factory=list)
    looped: int = 0
    odd: bool = False
    """What comes out is no lines of JSON."""
    members: list[_Member] = field(default_factory=list)
    _ends_in_line: bool = True

    def take(self, body: bytes) -> None:
        """Take whole safe lines."""
        if body and not self.members and not self.odd:
            names = _names(body.partition(b"\n")[0], self.catalogue)
            self.odd = names is None
            found = self.catalogue.recognise(names) if names else None
            self.guess = self.guess or (found.name if found else "")
        if not body or self.odd:
            return
        if not self.members or self.members[-1].size >= PIECE_BYTES:
            self.members.append(self._begun(self.guess))
        self.members[-1].take(body)
        self._ends_in_line = body.endswith(b"\n")

    def finish(self, tally: Tally) -> None:
        """Turn all that came into pieces."""
        if self.odd:
            return
        if not self._ends_in_line:
            self.members[-1].take(b"\n")
        met = {dataset for (dataset, outcome), count in tally.records.items() if outcome != "dead" and count}
        for member in self.members:
            packed = member.finish()
            if met == {self.guess}:
                self._piece(self.guess, member, packed)
                continue
            whole = unpacked(packed)
            for dataset, lines in (
                dict.fromkeys(met, whole) if len(met) == 1 else _parted(whole, self.catalogue)
            ).items():
                part = self._begun(dataset)
                part.take(lines)
                self._piece(dataset, part, part.finish())

    def _begun(self, dataset: str) -> _Member:
        time_field = self.catalogue[dataset].time if dataset in self.catalogue.names() else ""
        return _Member(self.host, time_field.encode())

    def _piece(self, dataset: str, member: _Member, packed: bytes) -> None:
        self.pieces.append(Piece(member.said(dataset, self.zone), packed))
        self.looped += member.looped


def _parted(body: bytes, catalogue: Catalogue) -> dict[str, bytes]:
    """Part safe lines by the datasets that they are of."""
    names_of: dict[tuple[str, ...], str] = {}
    parts: dict[str, list[bytes]] = {}
    for line in body.splitlines(keepends=True):
        names = tuple(orjson.loads(line))
        dataset = names_of.get(names)
        if dataset is None:
            found = catalogue.recognise(names)
            dataset = names_of[names] = found.name if found else "generic"
        parts.setdefault(dataset, []).append(line)
    return {dataset: b"".join(lines) for dataset, lines in parts.items()}


def _ends_of(body: bytes, time_field: bytes) -> tuple[tuple[int, int], ...]:
    """Return the earliest and the latest time of records in seconds since 1970; nothing where they name none."""
    found = [*_told(body, b'"%b":' % time_field)]
    # Times of one width are in the order of their letters; those of another are few.
    alike = [[each for each in found if len(each) == width] for width in {*map(len, found)}]
    spelt = {end for same in alike for end in (min(same), max(same))}
    times = [time for each in spelt if (time := _seconds(each))]
    return ((min(times), max(times)),) if times else ()


def _told(body: bytes, key: bytes) -> Iterator[bytes]:
    """Yield what follows a key on each line, up to the end of the value: a number, or a string and its quotes."""
    at = 0
    while (found := body.find(key, at)) >= 0:
        value = _VALUE.match(body, found + len(key))
        if value:
            yield value[0]
        at = body.find(b"\n", found) + 1 or len(body)


def _seconds(spelt: bytes) -> int:
    return time_ms(orjson.loads(spelt)) // 1000


def _looped(body: bytes, host: bytes) -> int:
    """Count the records of uploads to ourselves: each of them makes another one."""
    if not _OUR_PATH.search(body):
        return 0
    ours = b'"ClientRequestHost":"%b"' % host
    return sum(ours in line and _OUR_PATH.search(line) is not None for line in body.splitlines())
