"""The judge of a live run: hears the evidence of each batch once, in the order of the spool, and the time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from detectors.base import Finding
from detectors.judge import Judge
from pipeline.detected import Detected, detected
from pipeline.detecting import detection_of
from pipeline.faults import place_of
from pipeline.findings_log import FindingsLog
from pipeline.judge_state import JudgeState
from pipeline.run_findings import FindingsAppender
from pipeline.run_intake import Shelf
from pipeline.run_outbox import FindingsOutbox
from pipeline.run_threads import Thread
from pipeline.spool import Position
from pipeline.spool_entries import Entry
from pipeline.start import Parts
from redactors.base import ConfigurationError

TICK_SECONDS: Final = 5.0
READ_BYTES: Final = 4 << 20
SNAPSHOT_SECONDS: Final = 30.0
_SNAPSHOT_SHARE: Final = 20
"""A snapshot that takes long is made so much more seldom: at most a twentieth of the time goes to them."""


@dataclass(slots=True)
class Bench:
    """The judge and its thread; nobody else touches it."""

    state: JudgeState
    parts: Parts
    shelf: Shelf
    log: FindingsLog
    findings: FindingsAppender
    outbox: FindingsOutbox | None
    """Where findings wait that go to sinks."""
    clock: Callable[[], float]
    tell: Callable[[str], None]
    thread: Thread
    behind: Position = field(default_factory=lambda: Position(0, 0, 0))
    saved: int = 0
    """Number of the last batch that the snapshot on disk has heard of."""
    oldest: float = 0.0
    """When the batch came that is heard next, in seconds; 0 where all were heard."""
    _next_snapshot: float = 0.0
    counted: Detected = field(default_factory=Detected)
    """Counts for metrics, as they were at the last tick."""

    async def run(self) -> None:
        """Hear what comes, for ever; tick in between."""
        while True:
            if not await self.step():
                await self._wait_for_more()

    async def start(self) -> None:
        """Go on where the snapshot was written."""
        self.behind = await asyncio.to_thread(self.shelf.spool.behind, self.state.position)
        self.saved = self.behind.number

    async def step(self) -> bool:
        """Hear what is there, up to a bound, and the time; tell whether there was something.

        Reading and hearing are one thing in the thread: whoever stops waiting in between has heard nothing twice.
        """
        found = await self.thread.run(self._hear_more)
        if self.outbox:
            async with self.outbox.shelf.grown:
                self.outbox.shelf.grown.notify_all()
        if self.clock() >= self._next_snapshot:
            await self.save()
        return found

    async def save(self) -> None:
        """Write down what is known."""
        started = self.clock()
        try:
            await self.thread.run(self._save)
        except OSError as error:
            self.tell(f"the judge's state cannot be written: {error.strerror or type(error).__name__}")
        took = self.clock() - started
        self._next_snapshot = self.clock() + max(SNAPSHOT_SECONDS, _SNAPSHOT_SHARE * took)

    async def change(self, parts: Parts) -> None:
        """Take up other facts; what was learned stays."""
        await self.thread.run(self._change, parts)

    def _hear_more(self) -> bool:
        entries, behind = self.shelf.spool.read(self.behind, READ_BYTES, records=False)
        self.oldest = float(entries[0].said["at"]) if entries else 0.0
        self._hear(entries)
        self._flush()
        self.behind = behind
        self.state.position = behind.number
        return bool(entries)

    async def _wait_for_more(self) -> None:
        grown = self.shelf.grown
        try:
            async with asyncio.timeout(TICK_SECONDS), grown:
                await grown.wait_for(lambda: self.shelf.spool.last > self.behind.number)
        except TimeoutError:
            return

    def _hear(self, entries: Sequence[Entry]) -> None:
        judge = self.state.judge
        for entry in entries:
            for each in entry.evidence:
                self._said(partial(judge.merge, each))
        now = int(self.clock())
        if now >= judge.clocks.tick + TICK_SECONDS:
            self._said(partial(judge.tick, now))
            self.counted = detected(judge, self.log, detection_of(self.parts).facts.of_zone)

    def _said(self, act: Callable[[], list[Finding]]) -> None:
        try:
            findings = act()
        except ConfigurationError:
            raise
        # A fault in one detector must not end the run; it is told.
        except Exception as error:  # noqa: BLE001
            self.tell(f"the judge of findings: {place_of(error)}; please report it")
            return
        for finding in findings:
            self.log.hear(finding)

    def _flush(self) -> bool:
        kept = self.outbox is None or self.outbox.flush()
        return self.findings.flush() and kept

    def _save(self) -> None:
        if not self._flush():
            return  # what is not written down is said again after a crash
        position = self.state.position
        self.state.save()
        self.saved = position

    def _change(self, parts: Parts) -> None:
        detection = detection_of(parts)
        self.state.judge = Judge.restore(self.state.judge.snapshot(), detection.facts, detection.seed)
        self.log.policy = detection.facts.policy
        self.parts = parts
