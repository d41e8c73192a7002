"""A batch on which workers die is halved until the line is found that kills them: it alone is a dead letter."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Final

from pipeline.base import DeadLetter
from pipeline.run_work import Done, Job
from pipeline.run_workers import WorkerLostError

MOST_DEATHS: Final = 256
"""Of workers at one batch; beyond it the lines of a part that kills are dead together."""
MOST_TRIES: Final = 20
TRIES_OF_A_LINE: Final = 3
KILLED: Final = "killed"
"""The reason of a line on which worker processes die."""

Do = Callable[[Job], Awaitable[Done]]


async def done_in_the_end(job: Job, do: Do) -> Done:
    """Do a job; where a worker dies at it, once more, since it may have been killed from outside; then by halves.

    Raises:
        WorkerLostError: workers die whatever they do.
        FaultError: there is a fault in the program.

    """
    for _ in range(2):
        try:
            return await do(job)
        except WorkerLostError:
            continue
    lines = await _surely(replace(job, count=True), do)
    return await _Halving(job, do).part(0, lines.lines, fails=True)


async def _surely(job: Job, do: Do) -> Done:
    """Do a job that no line can hinder, even if workers are killed from outside."""
    for _ in range(MOST_TRIES):
        try:
            return await do(job)
        except WorkerLostError:
            continue
    raise WorkerLostError


@dataclass(slots=True)
class _Halving:
    job: Job
    do: Do
    deaths: int = 0

    async def part(self, first: int, end: int, *, fails: bool = False) -> Done:
        """Do some lines of the batch."""
        # What a line of its own does is tried more often: a death from outside must not bury it.
        for _ in range(0 if fails else TRIES_OF_A_LINE if end - first == 1 else 1):
            try:
                return await self.do(replace(self.job, lines=(first, end)))
            except WorkerLostError:
                self.deaths += 1
        if end - first <= 1 or self.deaths > MOST_DEATHS:
            return await self._buried(first, end)
        middle = (first + end) // 2
        done = await self.part(first, middle)
        done.add(await self.part(middle, end))
        return done

    async def _buried(self, first: int, end: int) -> Done:
        done = Done()
        for line in range(first, end):
            place = await _surely(replace(self.job, lines=(line, line + 1), count=True), self.do)
            done.dead.append(DeadLetter(self.job.origin, line + 1, place.offset, KILLED))
        done.tally.dead[KILLED] += end - first
        done.tally.records["unknown", "dead"] += end - first
        done.tally.lines += end - first
        return done
