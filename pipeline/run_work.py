"""What a worker of `edgesieve run` does with one batch: make it safe, cut it into pieces by dataset, pack them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from pipeline.base import Batch, DeadLetter, InputError, Limits
from pipeline.codec import Block, blocks, inflate
from pipeline.run_pieces import Packing
from pipeline.spool_entries import Piece
from pipeline.tasks import Redactor
from redactors.base import Tally
from redactors.datasets import Catalogue

BROKEN: Final = frozenset({"truncated", "corrupt", "broken_document"})
TOO_BIG: Final = frozenset({"too_large", "ratio"})
NO_LINES: Final = "no_lines"
"""The batch is none of JSON lines, which is all that a live run delivers."""
_UNBOUND: Final = Limits(body_bytes=None, inflated_bytes=None, ratio=1 << 60, line_bytes=1 << 60)


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
    packing = Packing(bench.catalogue, job.host, job.zone, job.dataset or "")
    for outcome in bench.engine.process(batch, "none"):
        done.dead += (replace(each, line=each.line + line, offset=each.offset + done.offset) for each in outcome.dead)
        done.evidence += outcome.evidence
        refused = _refused(job, outcome.dead)
        if refused:
            return Done(refused=refused)
        packing.take(outcome.body)
        done.tally = outcome.tally or done.tally
    if packing.odd:
        return Done(refused=NO_LINES)
    packing.finish(done.tally)
    done.pieces, done.looped = packing.pieces, packing.looped
    return done


def _refused(job: Job, dead: Sequence[DeadLetter]) -> str:
    return next((each.reason for each in dead if job.whole and each.reason in BROKEN | TOO_BIG), "")


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
