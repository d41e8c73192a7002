"""A live run from its start to its end: it goes on until it is told to stop, or something fails that must not."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import signal
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Final

from pipeline.judge_state import JudgeState
from pipeline.metrics import Known, render
from pipeline.run_build import Ends, Given, House, Tell, build
from pipeline.run_pump import pump
from pipeline.run_reload import Reloading
from pipeline.run_status import Status
from pipeline.run_upkeep import Upkeep
from pipeline.sinks.alertmanager import AlertSink
from pipeline.start import dataset_names

DRAIN_SECONDS: Final = 10.0
"""How long sinks may take what is left at the end; the rest waits in the spool."""
_UPKEEP_SECONDS: Final = 1.0
_LOOK_SECONDS: Final = 2.0


async def serve(
    given: Given, reread: Callable[[], Given], state: JudgeState, tell: Tell, ends: Ends | None = None
) -> None:
    """Run until SIGTERM or SIGINT; take up a new configuration on SIGHUP, and when its files change.

    Raises:
        ConfigurationError: a part cannot be made, or the spool is not what it was.
        OSError: an address cannot be had, or a file not be read or written.

    """
    _allow_many_connections()
    house = await build(given, state, tell, ends or Ends())
    run = _Run(house, Reloading(house, reread, time.time), Upkeep(house, time.time))
    status = Status(given.live.metrics, run.metrics, run.upkeep.unready)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, run.stop.set)
    loop.add_signal_handler(signal.SIGHUP, run.changed.set)
    try:
        await status.start()
        tell(f"metrics on http://{given.live.metrics.host}:{status.port}/metrics")
        await run.go_on()
    finally:
        await run.end()
        await status.stop()


@dataclass(slots=True)
class _Run:
    house: House
    reloading: Reloading
    upkeep: Upkeep
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    tasks: list[asyncio.Task[Any]] = field(default_factory=list)

    async def go_on(self) -> None:
        """Deliver, judge, listen, until it is time to stop. What fails in one of them is raised here."""
        house = self.house
        self._start(*(pump(source, house.intake.take, house.workers.count + 1) for source in house.sources))
        self._start(
            *(lane.run() for lane in (*house.lanes, *house.findings_lanes)),
            house.judge.run(),
            *(lane.sink.resend() for lane in house.findings_lanes if isinstance(lane.sink, AlertSink)),
            self._look_after(),
            self._look_for_changes(),
        )
        for listener in house.listeners:
            await listener.start()
            scheme = "https" if listener.context else "http"
            house.tell(f"listening on {scheme}://{listener.host}:{listener.port}/logpush")
        stop = asyncio.create_task(self.stop.wait())
        done, _ = await asyncio.wait([stop, *self.tasks], return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        for task in done - {stop}:
            task.result()

    async def end(self) -> None:
        """Stop to listen; let what has begun become durable, and sinks take what they can; write all down."""
        house = self.house
        await asyncio.gather(*(listener.stop() for listener in house.listeners))
        await asyncio.gather(*(source.close() for source in house.sources), return_exceptions=True)
        await house.intake.finish()
        await self._drain()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        while await house.judge.step():
            continue
        await house.judge.save()
        for lane in (*house.lanes, *house.findings_lanes):
            with contextlib.suppress(Exception):
                await lane.sink.close()
        await house.workers.stop()
        await self.upkeep.step()
        await house.shelf.thread.run(house.shelf.ledger.close)
        house.shelf.spool.close()
        if house.judge.outbox:
            await house.judge.thread.run(house.judge.outbox.shelf.ledger.close)
            house.judge.outbox.shelf.spool.close()
        house.shelf.thread.close()
        house.judge.thread.close()

    async def metrics(self) -> bytes:
        """Return all counts as text."""
        house = self.house
        parts, counts = house.given.parts, house.counts
        known = Known(dataset_names(parts.catalogue), tuple(sorted({rule.family for rule in parts.rules})))
        return render(counts.tallies, known, parts.policy.digest, house.judge.counted, counts)

    async def _drain(self) -> None:
        lanes, last = self.house.lanes, self.house.shelf.spool.last
        waiting = [asyncio.create_task(lane.has_come(last)) for lane in lanes]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_SECONDS):
                await asyncio.gather(*waiting)

    async def _look_after(self) -> None:
        while True:
            await self.upkeep.step()
            await asyncio.sleep(_UPKEEP_SECONDS)

    async def _look_for_changes(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_SECONDS):
                    await self.changed.wait()
            if self.changed.is_set() or await asyncio.to_thread(self.reloading.is_due):
                self.changed.clear()
                given = await asyncio.to_thread(self.reloading.read)
                if given:
                    await self.reloading.take_up(given)

    def _start(self, *runs: Coroutine[Any, Any, None]) -> None:
        self.tasks += [asyncio.create_task(each) for each in runs]


def _allow_many_connections() -> None:
    """Let as many files be open as the system allows."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
