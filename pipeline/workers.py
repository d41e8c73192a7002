"""Tasks one after the other in this process, or several at once in processes of their own; heard of in order."""

from __future__ import annotations

import signal
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipeline.places import discard
from pipeline.tasks import MakeEngine, Report, Step, Task, perform
from redactors.base import ConfigurationError

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from subprocess import Popen

Stream = Generator[tuple[Task, Step | Report], None, None]
OnRead = Callable[[int], None]

_ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

_PROGRAM = "import sys; sys.path[:] = sys.argv[2:]; from pipeline.workers import serve; serve(int(sys.argv[1]))"

STEP_BYTES = 1 << 20
"""A worker tells how far it has come once it has read so much more."""
HELD_STEPS = 64
"""Steps with dead letters or evidence that are held of a task whose turn it is not; then its worker waits."""
HELD_TASKS = 1024
"""Tasks that may be done before their turn."""


def in_this_process(tasks: Sequence[Task], make_engine: MakeEngine, on_read: OnRead) -> Stream:
    """Do the tasks one after the other; yield the steps and the report of each."""
    engine = make_engine()
    for task in tasks:
        for news in perform(task, engine):
            if isinstance(news, Step):
                on_read(news.read)
            yield task, news


def in_processes(tasks: Sequence[Task], jobs: int, make_engine: MakeEngine, on_read: OnRead) -> Stream:
    """Do up to `jobs` tasks at once; yield the same, in the order of the tasks.

    There are steps only for dead letters and evidence. Each task needs a target. `on_read` is called as soon as
    something is read, whatever the order. However the caller leaves, no process and no file under a temporary name
    stays, but for the targets that are parts and were reported.

    Raises:
        ConfigurationError: no engine can be made.

    """
    crew = _Crew(tasks, jobs, make_engine, on_read)
    try:
        for index, task in enumerate(tasks):
            while True:
                news = crew.hear(index)
                yield task, news
                if isinstance(news, Report):
                    break
    finally:
        crew.stop()


@contextmanager
def undisturbed() -> Iterator[None]:
    """Put off the signals that end the program; a process or thread that is started meanwhile never hears them."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDINGS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@dataclass(frozen=True, slots=True)
class _Refusal:
    """What a worker says when it can make no engine."""

    message: str


@dataclass(slots=True)
class _Worker:
    process: Popen[bytes]
    connection: Connection
    index: int | None = None
    """Of the task at work; None before the first and after the last."""
    here: bool = False
    """It has said that it listens, and was told of what to make its engine."""
    ready: bool = False


@dataclass(slots=True)
class _Crew:
    """The processes, and what was heard of tasks whose turn has not come."""

    tasks: Sequence[Task]
    jobs: int
    make_engine: MakeEngine
    on_read: OnRead
    next: int = 0
    """The first task that no worker has."""
    workers: list[_Worker] = field(default_factory=list)
    held: dict[int, deque[Step | Report]] = field(default_factory=dict)

    def hear(self, turn: int) -> Step | Report:
        """Wait for the next news of the task whose turn it is."""
        while not self.held.get(turn):
            self._employ(turn)
            self._listen(turn)
        news = self.held[turn].popleft()
        if isinstance(news, Report):
            del self.held[turn]
        return news

    def stop(self) -> None:
        """End all processes at once and take away what they have not finished, and what nobody asked for."""
        for worker in self.workers:
            worker.process.kill()
        for worker in self.workers:
            worker.process.wait()
            worker.connection.close()
            self._discard(worker.index)
        for index in self.held:
            self._discard(index)

    def _employ(self, turn: int) -> None:
        """Give each idle worker a task; start workers while there are tasks for them."""
        while self.next < min(len(self.tasks), turn + HELD_TASKS):
            idle = next((worker for worker in self.workers if worker.ready and worker.index is None), None)
            if idle:
                self._give(idle)
            elif len(self.workers) < self.jobs:
                self._start()
            else:
                break

    def _start(self) -> None:
        """Start a process; signals are for this one alone, which then ends the others."""
        from multiprocessing import Pipe  # noqa: PLC0415 (a single job needs none of this)
        from subprocess import DEVNULL, Popen  # noqa: PLC0415 (as above; it starts this very program)

        # A fresh interpreter: a fork would copy locks that the thread of a progress bar holds. And not one started by
        # multiprocessing, which shows a traceback where its parent ends before it has begun.
        with undisturbed():
            ours, theirs = Pipe()
            command = [sys.executable, "-c", _PROGRAM, str(theirs.fileno()), *sys.path]
            process = Popen(command, stdin=DEVNULL, pass_fds=[theirs.fileno()])  # noqa: S603 (as above)
            self.workers.append(_Worker(process, ours))
            theirs.close()

    def _give(self, worker: _Worker) -> None:
        worker.index = self.next  # before it is sent: an interrupt right after must find what to take away
        try:
            worker.connection.send(self.tasks[self.next])
        except OSError:
            worker.index = None
            self._bury(worker)
            return
        self.next += 1

    def _listen(self, turn: int) -> None:
        """Wait until a worker says something; do not ask those that are too far ahead."""
        from multiprocessing.connection import wait  # noqa: PLC0415 (a single job needs none of this)

        asked = [worker for worker in self.workers if self._may_speak(worker, turn)]
        heard = set(wait([worker.connection for worker in asked]))
        for worker in asked:
            if worker.connection in heard:
                self._receive(worker)

    def _may_speak(self, worker: _Worker, turn: int) -> bool:
        index = worker.index
        return index is None or index == turn or len(self.held.get(index, ())) < HELD_STEPS

    def _receive(self, worker: _Worker) -> None:
        try:
            said = worker.connection.recv()
        except (EOFError, OSError):
            self._bury(worker)
            return
        if isinstance(said, _Refusal):
            raise ConfigurationError(said.message)
        index = worker.index
        if index is None:
            self._welcome(worker)
            return
        if isinstance(said, Step):
            self.on_read(said.read)
        if isinstance(said, Report) or said.dead or said.evidence:
            self._hold(index, said)
        if isinstance(said, Report):
            worker.index = None

    def _welcome(self, worker: _Worker) -> None:
        """Send what makes the engine once the worker listens: it is big, and an interrupt may cut it off."""
        if worker.here:
            worker.ready = True
            return
        worker.here = True
        try:
            worker.connection.send(self.make_engine)
        except OSError:
            self._bury(worker)

    def _hold(self, index: int, news: Step | Report) -> None:
        self.held.setdefault(index, deque()).append(news)

    def _bury(self, worker: _Worker) -> None:
        """Report the task of a worker that has died; where it had none yet, the one that it would have got."""
        self.workers.remove(worker)
        worker.process.wait()
        worker.connection.close()
        index = worker.index
        if index is None:
            if worker.ready or self.next == len(self.tasks):
                return
            index, self.next = self.next, self.next + 1
        self._discard(index)
        self._hold(index, Report(error=f"{self.tasks[index].origin}: {_death(worker.process.returncode)}"))

    def _discard(self, index: int | None) -> None:
        if index is not None:
            discard(self.tasks[index].target)


def serve(descriptor: int) -> None:
    """Do tasks as they come, until nobody listens any more: all that a worker process does."""
    from multiprocessing.connection import Connection  # noqa: PLC0415 (a single job needs none of this)

    connection = Connection(descriptor)
    try:
        connection.send(None)
        engine = connection.recv()()
        connection.send(None)
        while True:
            with closing(perform(connection.recv(), engine)) as news:
                _tell(connection, news)
    except ConfigurationError as error:
        connection.send(_Refusal(str(error)))
    except (EOFError, OSError):
        return


def _tell(connection: Connection, news: Iterator[Step | Report]) -> None:
    """Pass on dead letters, evidence, reports, and now and then how much was read."""
    read = 0
    for each in news:
        dead, evidence = (each.dead, each.evidence) if isinstance(each, Step) else ((), ())
        read += each.read if isinstance(each, Step) else 0
        if dead or evidence or read >= STEP_BYTES or isinstance(each, Report):
            connection.send(Step(read, dead, evidence=evidence))
            read = 0
        if isinstance(each, Report):
            connection.send(each)


def _death(code: int | None) -> str:
    how = signal.Signals(-code).name if code and code < 0 else f"exit code {code}"
    return f"the worker process died ({how})"
