"""Batches of a source that is read, on their way to the intake; the source hears of each that is durable."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from pipeline.delivering import Received, Source
from pipeline.run_counts import AGAIN, REFUSED, STORED, TOO_LARGE
from pipeline.run_intake import Answer
from pipeline.run_work import Job, job_of

SETTLED: Final = frozenset({STORED, AGAIN, REFUSED, TOO_LARGE})
"""Results after which the same batch again would be no better."""
_MOST_WAIT: Final = 60.0

Take = Callable[[Job], Awaitable[Answer]]


async def pump(source: Source, take: Take, at_once: int) -> None:
    """Bring batches in, some at a time, until the source ends."""
    free = asyncio.Semaphore(at_once)
    tasks: set[asyncio.Task[None]] = set()
    async for received in source.batches():
        await free.acquire()
        task = asyncio.create_task(_brought(received, take))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
        task.add_done_callback(lambda _: free.release())
    if tasks:
        await asyncio.wait(tasks)


async def _brought(received: Received, take: Take) -> None:
    job = await asyncio.to_thread(job_of, received.batch, whole=False)
    wait = 1.0
    while (await take(job)).result not in SETTLED:
        await asyncio.sleep(wait)
        wait = min(2 * wait, _MOST_WAIT)
    await received.done()
