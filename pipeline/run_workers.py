"""The worker processes of `edgesieve run`: each does a job at a time; one that dies or hangs is replaced."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from subprocess import DEVNULL, Popen
from typing import Final, TypeVar

from pipeline.faults import place_of
from pipeline.run_work import Bench, Done, Job, MakeBench, work
from pipeline.workers import undisturbed
from redactors.base import ConfigurationError

PATIENCE: Final = 120.0
"""Seconds after which a worker that does not answer hangs; and as many again for each 100 MB of a body."""
_PATIENCE_BYTES: Final = 100_000_000
_START_SECONDS: Final = 60.0
_MOST_WAIT: Final = 30.0

_Result = TypeVar("_Result")

_PROGRAM = "import sys; sys.path[:] = sys.argv[2:]; from pipeline.run_workers import serve; serve(int(sys.argv[1]))"


class WorkerLostError(Exception):
    """A worker died at a job, or hung and was killed."""


class FaultError(Exception):
    """A worker met a fault of the program; says where, and shows no value of a record."""


@dataclass(frozen=True, slots=True)
class _Failed:
    """What a worker says when it cannot do something."""

    message: str


@dataclass(slots=True, eq=False)
class _Worker:
    process: Popen[bytes]
    connection: Connection
    generation: int

    def ask(self, message: object, seconds: float) -> object:
        """Send something and wait for the answer.

        Raises:
            WorkerLostError: there is none, and the process is gone.

        """
        try:
            self.connection.send(message)
            if self.connection.poll(seconds):
                return self.connection.recv()
        except (EOFError, OSError):
            pass
        self.end()
        raise WorkerLostError

    def end(self) -> None:
        """End the process at once."""
        self.process.kill()
        self.process.wait()
        self.connection.close()


@dataclass(slots=True)
class Workers:
    """So many processes, and those that wait for one."""

    count: int
    make_bench: MakeBench
    tell: Callable[[str], None]
    """Hears of deaths and of what keeps a worker from starting."""
    patience: float = PATIENCE
    deaths: int = 0
    living: int = 0
    _generation: int = 0
    _idle: asyncio.Queue[_Worker] = field(default_factory=asyncio.Queue)
    _all: set[_Worker] = field(default_factory=set)
    _hiring: set[asyncio.Task[None]] = field(default_factory=set)
    _threads: ThreadPoolExecutor = field(default_factory=ThreadPoolExecutor)
    _ending: bool = False

    async def start(self) -> None:
        """Start all.

        Raises:
            ConfigurationError: no engine can be made.

        """
        self._threads = ThreadPoolExecutor(2 * self.count + 2, "workers")
        for hired in await asyncio.gather(*(self._call(_hire, self.make_bench, 0) for _ in range(self.count))):
            self._welcome(hired)

    async def do(self, job: Job) -> Done:
        """Let a worker do a job, the next that is idle.

        Raises:
            WorkerLostError: it died or hung.
            FaultError: there is a fault in the program.

        """
        worker = await self._next()
        seconds = self.patience * (1 + len(job.body) / _PATIENCE_BYTES)
        try:
            answer = await self._call(worker.ask, job, seconds)
        except WorkerLostError:
            self.deaths += 1
            self._let_go(worker)
            self._replace()
            raise
        self._idle.put_nowait(worker)
        if isinstance(answer, Done):
            return answer
        raise FaultError(answer.message if isinstance(answer, _Failed) else "no answer")

    async def change(self, make_bench: MakeBench) -> None:
        """Take up another engine from the next job on; jobs at work are done with the one that they began with.

        Raises:
            ConfigurationError: none can be made; all is as it was.

        """
        first = await self._call(_hire, make_bench, self._generation + 1)
        self.make_bench = make_bench
        self._generation += 1
        self._welcome(first)
        for _ in range(self.count - 1):
            self._replace()

    async def stop(self) -> None:
        """End all processes."""
        self._ending = True
        for task in self._hiring:
            task.cancel()
        for worker in tuple(self._all):
            await asyncio.to_thread(worker.end)
        self._all.clear()
        self.living = 0
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _next(self) -> _Worker:
        while True:
            worker = await self._idle.get()
            if worker.generation == self._generation:
                return worker
            self._let_go(worker)
            await self._call(worker.end)

    def _welcome(self, worker: _Worker) -> None:
        self._all.add(worker)
        self.living += 1
        self._idle.put_nowait(worker)

    def _let_go(self, worker: _Worker) -> None:
        self._all.discard(worker)
        self.living -= 1

    def _replace(self) -> None:
        task = asyncio.create_task(self._hire_in_the_end())
        self._hiring.add(task)
        task.add_done_callback(self._hiring.discard)

    async def _hire_in_the_end(self) -> None:
        wait = 0.5
        while not self._ending:
            generation = self._generation
            try:
                worker = await self._call(_hire, self.make_bench, generation)
            except (WorkerLostError, ConfigurationError, OSError) as error:
                why = str(error) or "it died"
                self.tell(f"a worker process cannot be started: {why}; it is tried again")
                await asyncio.sleep(wait)
                wait = min(2 * wait, _MOST_WAIT)
                continue
            await self._received(worker)
            return

    async def _received(self, worker: _Worker) -> None:
        if self._ending:
            await self._call(worker.end)
        else:
            self._welcome(worker)

    async def _call(self, act: Callable[..., _Result], *arguments: object) -> _Result:
        return await asyncio.get_running_loop().run_in_executor(self._threads, act, *arguments)


def _hire(make_bench: MakeBench, generation: int) -> _Worker:
    """Start a process and wait until it can work; signals are for its parent alone."""
    with undisturbed():
        ours, theirs = Pipe()
        command = [sys.executable, "-c", _PROGRAM, str(theirs.fileno()), *sys.path]
        process = Popen(command, stdin=DEVNULL, pass_fds=[theirs.fileno()])  # noqa: S603 (it starts this very program)
        theirs.close()
    worker = _Worker(process, ours, generation)
    answer = worker.ask(make_bench, _START_SECONDS)
    if isinstance(answer, _Failed):
        worker.end()
        raise ConfigurationError(answer.message)
    return worker


def serve(descriptor: int) -> None:
    """Do jobs as they come, until nobody listens any more: all that a worker process does."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    connection = Connection(descriptor)
    with contextlib.suppress(EOFError, OSError):
        make_bench: MakeBench = connection.recv()
        try:
            bench = make_bench()
        except ConfigurationError as error:
            connection.send(_Failed(str(error)))
            return
        connection.send(None)
        while True:
            connection.send(_answer(connection.recv(), bench))


def _answer(job: Job, bench: Bench) -> Done | _Failed:
    try:
        return work(job, bench)
    # One batch that meets a fault of ours must not end the process: the broad handler per batch.
    except Exception as error:  # noqa: BLE001
        return _Failed(place_of(error))
