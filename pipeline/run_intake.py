"""The intake: a batch comes in and is durable, or its sender hears why not. Each is worked on and counted once."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from pipeline.base import DeadLetter
from pipeline.faults import place_of
from pipeline.ledger import Ledger, LedgerError, Noted
from pipeline.run_bisect import done_in_the_end
from pipeline.run_counts import AGAIN, FAILED, NO_ROOM, REFUSED, STORED, TOO_LARGE, Counts
from pipeline.run_threads import Thread
from pipeline.run_work import TOO_BIG, Done, Job
from pipeline.run_workers import FaultError, WorkerLostError, Workers
from pipeline.spool import FullError, Spool
from pipeline.spool_entries import Entry, Piece

MOST_LETTERS: Final = 10_000
"""Dead letters of a batch that are kept one by one."""
UNREADABLE: Final = frozenset({"not_json", "not_object"})


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a batch."""

    result: str
    """One of `RESULTS`."""
    reason: str = ""
    """In a few words; no value of a record."""


@dataclass(slots=True)
class Shelf:
    """The spool and the ledger as the event loop sees them: batches that come together become durable together."""

    spool: Spool
    ledger: Ledger
    thread: Thread
    """In which both are written."""
    grown: asyncio.Condition = field(default_factory=asyncio.Condition)
    """Notified when something has become durable."""
    unnoted: dict[str, Noted] = field(default_factory=dict)
    """Batches in the spool, by origin, of which the ledger could not be told yet."""
    _waiting: list[tuple[Entry, asyncio.Future[int]]] = field(default_factory=list)
    _writing: bool = False

    async def put(self, entry: Entry) -> int:
        """Make a batch durable; return its number.

        Raises:
            FullError: it is not.

        """
        future: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._waiting.append((entry, future))
        if not self._writing:
            await self._write_all()
        return await future

    async def _write_all(self) -> None:
        self._writing = True
        try:
            while self._waiting:
                group, self._waiting = self._waiting, []
                await self._write(group)
        finally:
            self._writing = False

    async def _write(self, group: Sequence[tuple[Entry, asyncio.Future[int]]]) -> None:
        try:
            first = await self.thread.run(self._append, [entry for entry, _ in group])
        except Exception as error:  # noqa: BLE001 (whatever it is, all who wait must hear of it)
            for _, future in group:
                if not future.done():
                    future.set_exception(error)
            return
        for at, (_, future) in enumerate(group):
            if not future.done():
                future.set_result(first + at)
        async with self.grown:
            self.grown.notify_all()

    def _append(self, entries: Sequence[Entry]) -> int:
        first = self.spool.append(entries)
        self.unnoted |= {entry.origin: noted(entry, first + at) for at, entry in enumerate(entries)}
        with contextlib.suppress(LedgerError):  # they are durable: the next time will do, or the next start
            self.ledger.note(self.unnoted.values())
            self.unnoted.clear()
        return first

    def knows(self, origin: str) -> bool:
        """Tell whether a batch has come before."""
        return origin in self.unnoted or self.ledger.knows(origin)


def noted(entry: Entry, number: int) -> Noted:
    """Return what the ledger remembers of a batch."""
    return Noted(entry.origin, number, entry.said["at"], entry.said["dead"])


@dataclass(slots=True)
class Intake:
    """Where all sources bring their batches."""

    workers: Workers
    shelf: Shelf
    counts: Counts
    clock: Callable[[], float]
    tell: Callable[[str], None]
    policy: str
    """Digest of the policy in force."""
    _at_work: dict[str, asyncio.Task[Answer]] = field(default_factory=dict)
    _looped: bool = False

    async def take(self, job: Job) -> Answer:
        """Make a batch safe and durable. Whoever stops waiting does not stop the work."""
        task = self._at_work.get(job.origin)
        if task:
            answer = await asyncio.shield(task)
            return Answer(AGAIN) if answer.result == STORED else answer
        task = asyncio.create_task(self._take(job))
        self._at_work[job.origin] = task
        task.add_done_callback(lambda _: self._at_work.pop(job.origin, None))
        return await asyncio.shield(task)

    async def finish(self) -> None:
        """Wait until all that is at work is done."""
        while self._at_work:
            await asyncio.wait([*self._at_work.values()])

    async def _take(self, job: Job) -> Answer:
        try:
            answer = await self._answer(job)
        except LedgerError:
            self.tell(f"{job.origin}: not taken: the ledger cannot be read or written")
            answer = Answer(NO_ROOM, "the ledger fails")
        # A fault of ours at one batch must not end the run, and its sender must hear of it.
        except Exception as error:  # noqa: BLE001
            self.tell(f"{job.origin}: a fault of edgesieve: {place_of(error)}; please report it")
            answer = Answer(FAILED, "a fault of edgesieve")
        self.counts.count("edgesieve_batches", answer.result)
        return answer

    async def _answer(self, job: Job) -> Answer:
        if await self.shelf.thread.run(self.shelf.knows, job.origin):
            return Answer(AGAIN)
        if not self.shelf.spool.has_room:
            return Answer(NO_ROOM, "the spool is full")
        policy = self.policy
        try:
            done = await done_in_the_end(job, self.workers.do)
        except (FaultError, WorkerLostError) as error:
            self.tell(f"{job.origin}: {str(error) or 'worker processes die'}; please report it")
            return Answer(FAILED, "a fault of edgesieve")
        if done.refused or (job.whole and _is_unreadable(done)):
            self.tell(f"{job.origin}: refused: {done.refused or 'no line of it can be read'}")
            return Answer(TOO_LARGE if done.refused in TOO_BIG else REFUSED, done.refused or "no line can be read")
        now = int(self.clock())
        pieces = tuple(_dated(each, now) for each in done.pieces)
        said = {"at": now, "policy": policy, "dead": [_letter(each) for each in done.dead[:MOST_LETTERS]]}
        try:
            await self.shelf.put(Entry(job.origin, said, pieces, tuple(done.evidence)))
        except FullError as error:
            self.tell(f"{job.origin}: not taken: {error}")
            return Answer(NO_ROOM, str(error))
        self._count(job, done, now)
        return Answer(STORED)

    def _count(self, job: Job, done: Done, now: int) -> None:
        counts = self.counts
        counts.tally(job.zone, done.tally)
        counts.count("edgesieve_batch_bytes", by=len(job.body))
        for piece in done.pieces:
            if last := piece.said["last"]:
                labels = piece.said["dataset"], counts.label(job.zone)
                latest = counts.gauges["edgesieve_last_record_timestamp_seconds"].get(labels, 0)
                counts.set("edgesieve_last_record_timestamp_seconds", max(latest, last), *labels)
                counts.set("edgesieve_ingest_lag_seconds", max(0, now - last), *labels)
        if done.dead:
            first = done.dead[0]
            more = f" and {len(done.dead) - 1:,} more" if len(done.dead) > 1 else ""
            self.tell(f"dead: {job.origin}:{first.line} (offset {first.offset}): {first.reason}{more}")
        if done.looped:
            counts.count("edgesieve_loop_records", by=done.looped)
            if not self._looped:
                self._looped = True
                what = "a loop: the logs that come hold our own uploads, and each makes another"
                self.tell(f"{what}; right would be a filter in the log job that leaves the path /logpush out")


def _is_unreadable(done: Done) -> bool:
    return bool(done.dead) and not done.pieces and all(each.reason in UNREADABLE for each in done.dead)


def _dated(piece: Piece, now: int) -> Piece:
    """Give the time of arrival to records that name none."""
    return piece if piece.said["last"] else Piece({**piece.said, "first": now, "last": now}, piece.blob)


def _letter(letter: DeadLetter) -> list[object]:
    return [letter.line, letter.offset, letter.reason, letter.time, letter.ray, letter.status]
