"""One sink's way through the spool: read, route, write, and only then go on; a slow one holds up no other."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pipeline.delivering import Delivery, Refused, Sink, Unavailable
from pipeline.faults import place_of
from pipeline.ledger import LedgerError
from pipeline.packing import pack
from pipeline.private import replace_private
from pipeline.routing import Route
from pipeline.run_counts import Counts
from pipeline.run_intake import Shelf
from pipeline.spool import Position
from pipeline.spool_entries import Entry
from redactors.datasets import Catalogue

READ_BYTES: Final = 2 << 20
"""Of the spool, compressed, for one call of a sink."""
_FIRST_WAIT: Final = 0.5
_MOST_WAIT: Final = 60.0
_TOLD_EVERY: Final = 60.0


@dataclass(slots=True)
class Lane:
    """A sink, what it wants, and how far it has come."""

    route: Route
    sink: Sink
    shelf: Shelf
    counts: Counts
    catalogue: Catalogue
    refused_folder: Path
    """Where deliveries lie that the sink refused; they are safe, and nobody else has them."""
    clock: Callable[[], float]
    tell: Callable[[str], None]
    drops: bool = False
    """Where the spool is full, let go of records rather than refuse new ones."""
    behind: Position = field(default_factory=lambda: Position(0, 0, 0))
    oldest: float = 0.0
    """When the batch came that the sink is at, in seconds; 0 where it has all."""
    gone_on: asyncio.Condition = field(default_factory=asyncio.Condition)
    """Notified when the sink has taken something."""
    _told: float = 0.0

    @property
    def name(self) -> str:
        """Return the name of the sink."""
        return self.route.sink

    async def run(self) -> None:
        """Deliver what comes, for ever."""
        while True:
            if not await self.step():
                await self._wait_for_more()

    async def start(self) -> None:
        """Go on where the ledger says; a sink that is new begins with what comes from now on."""
        self.behind = await self.shelf.thread.run(self._start)

    async def step(self) -> bool:
        """Deliver what is there, up to a bound; tell whether there was something."""
        spool = self.shelf.spool
        entries, behind = await asyncio.to_thread(spool.read, self.behind, READ_BYTES)
        if not entries:
            self.oldest = 0.0
            return False
        self.oldest = float(entries[0].said["at"])
        deliveries = await asyncio.to_thread(self._deliveries, entries)
        if deliveries:
            await self._delivered(deliveries)
        try:
            await self.shelf.thread.run(self.shelf.ledger.reach, self.name, behind.number)
        except LedgerError:
            self._tell("the ledger cannot be written")  # what was delivered since is delivered again after a crash
        self.behind = behind
        async with self.gone_on:
            self.gone_on.notify_all()
        return True

    async def has_come(self, number: int) -> None:
        """Wait until the sink has taken a batch."""
        async with self.gone_on:
            await self.gone_on.wait_for(lambda: self.behind.number >= number)

    def _start(self) -> Position:
        reached = self.shelf.ledger.reached(self.name)
        if reached is None:
            reached = self.shelf.spool.last
            self.shelf.ledger.reach(self.name, reached)
        return self.shelf.spool.behind(reached)

    def _deliveries(self, entries: Sequence[Entry]) -> list[Delivery]:
        return [*self.route.deliveries(entries, self.catalogue)]

    async def _wait_for_more(self) -> None:
        async with self.shelf.grown:
            await self.shelf.grown.wait_for(lambda: self.shelf.spool.last > self.behind.number)

    async def _delivered(self, deliveries: Sequence[Delivery]) -> None:
        """Bring deliveries to the sink, however long it takes; those that it refuses are laid aside."""
        wait = _FIRST_WAIT
        while deliveries:
            try:
                await self.sink.write(deliveries)
            except Refused as refusal:
                deliveries = await self._lay_aside(deliveries, refusal)
                continue
            except Unavailable as error:
                pause, reason = error.after, str(error)
            # A sink that fails by a fault of ours must not lose what it was given, nor stop the others.
            except Exception as error:  # noqa: BLE001
                pause, reason = 0.0, f"a fault of edgesieve, please report it: {place_of(error)}"
            else:
                self._count("deliveries", len(deliveries))
                self._count("records", sum(each.records for each in deliveries))
                return
            self._count("errors", 1)
            if self.drops and not self.shelf.spool.has_room:
                self._count("dropped_records", sum(each.records for each in deliveries))
                return
            self._tell(reason)
            await asyncio.sleep(max(pause, wait * random.uniform(0.5, 1.0)))  # noqa: S311 (only spreads retries)
            wait = min(2 * wait, _MOST_WAIT)

    async def _lay_aside(self, deliveries: Sequence[Delivery], refusal: Refused) -> Sequence[Delivery]:
        gone = [each for each in deliveries if not refusal.which or each.id in refusal.which] or list(deliveries)
        for each in gone:
            await asyncio.to_thread(self._keep, each)
        self._count("refused_records", sum(each.records for each in gone))
        self.tell(f"sink {self.name}: refused for good: {refusal.reason}; kept in {self.refused_folder}")
        return [each for each in deliveries if each not in gone]

    def _keep(self, delivery: Delivery) -> None:
        self.refused_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = f"{delivery.dataset.replace('/', '-')}-{delivery.first}-{delivery.id}.ndjson.gz"
        replace_private(self.refused_folder / name, delivery.member or pack(delivery.body))

    def _count(self, what: str, by: int) -> None:
        self.counts.count(f"edgesieve_sink_{what}", self.name, by=by)

    def _tell(self, reason: str) -> None:
        """Tell of a failure, not oftener than once a minute."""
        if self.clock() - self._told >= _TOLD_EVERY:
            self._told = self.clock()
            self.tell(f"sink {self.name}: {reason}; it is tried again")
