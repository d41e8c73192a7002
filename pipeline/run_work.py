"""What a worker of `edgesieve run` does with one batch: make it safe, cut it into pieces by dataset, pack them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import orjson

from detectors.sights import time_ms
from pipeline.base import Batch, DeadLetter, InputError, Limits
from pipeline.codec import Block, blocks, inflate
from pipeline.forms.wrapping import wraps_batch, wraps_record
from pipeline.packing import pack, unpacked
from pipeline.spool_entries import Piece
from pipeline.tasks import Redactor
from redactors.base import Tally
from redactors.datasets import Catalogue

PIECE_BYTES: Final = 16 << 20
"""Safe bytes of a piece at most, but for its last block."""
BROKEN: Final = frozenset({"truncated", "corrupt", "broken_document"})
TOO_BIG: Final = frozenset({"too_large", "ratio"})
NO_LINES: Final = "no_lines"
"""The batch is none of JSON lines, which is all that a live run delivers."""
_UNBOUND: Final = Limits(body_bytes=None, inflated_bytes=None, ratio=1 << 60, line_bytes=1 << 60)
_OUR_PATH: Final = re.compile(rb'"ClientRequest(?:Path|URI)":"/logpush[/?"]')


@dataclass(frozen=True, slots=True)
class Job:
    """One batch for a worker."""

    body: bytes
    origin: str
    dataset: str | None = None
    path: str = ""
    zone: str = ""
    columns: tuple[str, ...] = ()
    rename: Mapping[str, str] = field(default_factory=dict)
    redacted: bool = False
    weight: int = 1
    whole: bool = True
    """Refuse it where it breaks off, since its sender can send it again; else what is good of it counts."""
    host: bytes = b""
    """Our own name, by which our own uploads are known in the logs; empty where it is not known."""
    lines: tuple[int, int] | None = None
    """Only these lines, from 0, the end left out."""
    count: bool = False
    """Only count the lines."""


@dataclass(slots=True)
class Done:
    """What became of a batch, or of a part of it."""

    pieces: list[Piece] = field(default_factory=list)
    evidence: list[bytes] = field(default_factory=list)
    dead: list[DeadLetter] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)
    refused: str = ""
    """Why nothing of it counts."""
    looped: int = 0
    """Records of our own uploads."""
    lines: int = 0
    """Where they were counted."""
    offset: int = 0
    """Of the first of the lines that were asked for."""

    def add(self, other: Done) -> None:
        """Add what became of the next part."""
        self.pieces += other.pieces
        self.evidence += other.evidence
        self.dead += other.dead
        self.tally.merge(other.tally)
        self.refused = self.refused or other.refused
        self.looped += other.looped


@dataclass(frozen=True, slots=True)
class Bench:
    """What a worker works with."""

    engine: Redactor
    catalogue: Catalogue


MakeBench = Callable[[], Bench]
"""Makes what a worker works with, in the process where it is to run."""


def job_of(batch: Batch, *, whole: bool = True, host: bytes = b"") -> Job:
    """Return a batch as it travels to a worker; reads all its bytes."""
    return Job(
        b"".join(batch.chunks),
        batch.origin,
        batch.dataset,
        batch.path,
        batch.zone,
        batch.columns,
        batch.rename,
        batch.redacted,
        batch.weight,
        whole,
        host,
    )


def work(job: Job, bench: Bench) -> Done:
    """Do a job."""
    done = Done()
    if job.count:
        done.lines, done.offset = _counted(job)
        return done
    chunks, line, done.offset = (job.body,), 0, 0
    if job.lines:
        chunk, done.offset = _cut_out(job.body, *job.lines)
        chunks, line = (chunk,), job.lines[0]
    batch = Batch(
        chunks, job.origin, job.dataset, job.path, job.zone, job.columns, job.rename, job.redacted, job.weight
    )
    packing = _Packing(job, bench.catalogue, done)
    for outcome in bench.engine.process(batch, "none"):
        done.dead += (replace(each, line=each.line + line, offset=each.offset + done.offset) for each in outcome.dead)
        done.evidence += outcome.evidence
        refused = _refused(job, outcome.dead)
        if refused:
            return Done(refused=refused)
        packing.take(outcome.body)
        done.tally = outcome.tally or done.tally
    packing.finish()
    return Done(refused=NO_LINES) if packing.odd else done


def _refused(job: Job, dead: Sequence[DeadLetter]) -> str:
    return next((each.reason for each in dead if job.whole and each.reason in BROKEN | TOO_BIG), "")


def _is_record(line: bytes, catalogue: Catalogue) -> bool:
    """Tell whether a line is a record, and holds none."""

    def knows(names: tuple[str, ...]) -> bool:
        return catalogue.recognise(names) is not None

    try:
        record = orjson.loads(line)
    except ValueError:
        return False
    return isinstance(record, dict) and not wraps_batch(record, knows) and not wraps_record(record, knows)


@dataclass(slots=True)
class _Packing:
    """Safe bytes on their way into pieces."""

    job: Job
    catalogue: Catalogue
    done: Done
    odd: bool = False
    """What comes out is no lines of JSON."""
    _held: bytearray = field(default_factory=bytearray)
    _packed: list[bytes] = field(default_factory=list)
    """What came before, where a batch is long: its datasets are told by the tally at the end."""
    _begun: bool = False

    def take(self, body: bytes) -> None:
        """Take whole safe lines."""
        if body and not self._begun:
            self._begun = True
            self.odd = not _is_record(body.partition(b"\n")[0], self.catalogue)
        if not self.odd:
            self._held += body
            if len(self._held) >= PIECE_BYTES:
                self._packed.append(pack(self._held))
                self._held.clear()

    def finish(self) -> None:
        """Turn all that came into pieces of one dataset each."""
        if self.odd:
            return
        if self._held and not self._held.endswith(b"\n"):
            self._held += b"\n"
        met = {dataset for (dataset, outcome), count in self.done.tally.records.items() if outcome != "dead" and count}
        for packed in self._packed:
            self._part(met, unpacked(packed), packed)
        if self._held:
            self._part(met, bytes(self._held))

    def _part(self, met: set[str], body: bytes, packed: bytes = b"") -> None:
        if len(met) == 1:
            self._piece(next(iter(met)), body, packed or pack(body))
        else:
            for dataset, part in _parted(body, self.catalogue).items():
                self._piece(dataset, part, pack(part))

    def _piece(self, dataset: str, body: bytes, packed: bytes) -> None:
        first, last = _times(body, dataset, self.catalogue)
        zone = self.job.zone
        said = {"dataset": dataset, "zone": zone, "records": body.count(b"\n"), "first": first, "last": last}
        self.done.pieces.append(Piece(said, packed))
        self.done.looped += _looped(body, self.job.host) if self.job.host else 0


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


def _times(body: bytes, dataset: str, catalogue: Catalogue) -> tuple[int, int]:
    """Return the earliest and the latest time of records in seconds since 1970; zeros where they name none."""
    name = catalogue[dataset].time if dataset in catalogue.names() else ""
    if not name:
        return 0, 0
    found = re.findall(rb'"%b":("[^"]*"|[0-9]+)' % re.escape(name.encode()), body)
    # Times of one width are in the order of their letters; those of another are few.
    ends = {each for width in {len(each) for each in found} for each in _ends(found, width)}
    times = sorted(time for each in ends if (time := time_ms(orjson.loads(each)) // 1000))
    return (times[0], times[-1]) if times else (0, 0)


def _ends(found: Iterable[bytes], width: int) -> tuple[bytes, bytes]:
    same = [each for each in found if len(each) == width]
    return min(same), max(same)


def _looped(body: bytes, host: bytes) -> int:
    """Count the records of uploads to ourselves: each of them makes another one."""
    if not _OUR_PATH.search(body):
        return 0
    ours = b'"ClientRequestHost":"%b"' % host
    return sum(ours in line and _OUR_PATH.search(line) is not None for line in body.splitlines())


def _inflated(body: bytes) -> Iterator[Block]:
    """Yield the blocks of a batch up to where it breaks off."""
    try:
        for each in blocks(inflate((body,), _UNBOUND), _UNBOUND):
            if isinstance(each, Block):
                yield each
    except InputError:
        return


def _counted(job: Job) -> tuple[int, int]:
    """Return the number of lines, and the offset of the first that was asked for."""
    if job.lines:
        return job.lines[1] - job.lines[0], _cut_out(job.body, *job.lines)[1]
    counts = (each.data.count(b"\n") + (not each.data.endswith(b"\n")) for each in _inflated(job.body))
    return sum(counts), 0


def _cut_out(body: bytes, first: int, end: int) -> tuple[bytes, int]:
    """Return some lines of a batch, and where they begin."""
    kept: list[bytes] = []
    offset = line = 0
    for each in _inflated(body):
        for text in each.data.removesuffix(b"\n").split(b"\n") if line < end else ():
            whole = text + b"\n"
            kept += [whole] if first <= line < end and text else []
            offset += len(whole) if line < first else 0
            line += 1
    return b"".join(kept), offset
