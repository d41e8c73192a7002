"""What a live run does beside its work, once a second: gauges, segments that all have read, what is long past."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from pipeline.ledger import LedgerError
from pipeline.run_build import House
from pipeline.run_intake import Shelf

_PRUNE_SECONDS: Final = 3600.0
_RATE_SECONDS: Final = 60.0
"""Over about so long the rate is taken at which the spool fills."""


@dataclass(slots=True)
class Upkeep:
    """What is remembered from one second to the next."""

    house: House
    clock: Callable[[], float]
    _pruned: float = 0.0
    _then: float = 0.0
    _appended: int = 0
    _rate: float = 0.0

    async def step(self) -> None:
        """Do what is due."""
        self._gauges()
        try:
            await self._tidy()
        except LedgerError:
            self.house.tell("the ledger cannot be written; it is tried again")

    async def _tidy(self) -> None:
        house = self.house
        reached = [*(lane.behind.number for lane in house.lanes), house.judge.saved]
        await house.shelf.thread.run(_forget, house.shelf, min(reached))
        if house.judge.outbox:
            sent = min(lane.behind.number for lane in house.findings_lanes)
            await house.judge.thread.run(_forget, house.judge.outbox.shelf, sent)
        if self.clock() - self._pruned >= _PRUNE_SECONDS:
            self._pruned = self.clock()
            await self.house.shelf.thread.run(self.house.shelf.ledger.prune, int(self.clock()))

    def unready(self) -> str:
        """Say why nothing can be taken now; nothing where it can."""
        house = self.house
        if any(listener.uploads.closing for listener in house.listeners):
            return "about to stop"
        if not house.shelf.spool.has_room:
            return "the spool is full"
        return "" if house.workers.living else "no worker process runs"

    def _gauges(self) -> None:
        house, counts, now = self.house, self.house.counts, self.clock()
        spool = house.shelf.spool
        counts.set("edgesieve_spool_bytes", spool.used)
        counts.set("edgesieve_spool_limit_bytes", spool.max_bytes)
        counts.set("edgesieve_spool_seconds_left", self._seconds_left(now))
        counts.set("edgesieve_workers", house.workers.living)
        counts.set("edgesieve_connections", sum(len(each.guard.open) for each in house.listeners if each.guard))
        counts.counters["edgesieve_worker_deaths"][()] = house.workers.deaths
        for lane in house.lanes:
            counts.set("edgesieve_sink_behind_batches", spool.last - lane.behind.number, lane.name)
            counts.set("edgesieve_sink_lag_seconds", max(0.0, now - lane.oldest) if lane.oldest else 0, lane.name)
        judge = house.judge
        counts.set("edgesieve_judge_lag_seconds", max(0.0, now - judge.oldest) if judge.oldest else 0)

    def _seconds_left(self, now: float) -> float:
        spool = self.house.shelf.spool
        took = now - self._then
        if self._then and took > 0:
            weight = min(1.0, took / _RATE_SECONDS)
            self._rate += weight * ((spool.appended - self._appended) / took - self._rate)
        self._then, self._appended = now, spool.appended
        return max(0, spool.max_bytes - spool.used) / self._rate if self._rate >= 1 else float("inf")


def _forget(shelf: Shelf, reached: int) -> None:
    """Remove the segments that all have left behind who read them."""
    gone = shelf.spool.forget(reached)
    if gone:
        shelf.ledger.settle()
        for path in gone:
            path.unlink(missing_ok=True)
