"""What is done with one input, in whichever process: read it, make it safe, write it or hand it on."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Protocol

from pipeline.base import Batch, DeadLetter, Outcome, ReadError, WriteError
from pipeline.faults import place_of
from pipeline.places import AnyTarget, read, writing
from pipeline.settings import FileSource
from pipeline.stores import DEFAULT_STORE, Store
from redactors.base import ConfigurationError, Tally


class Redactor(Protocol):
    """What is asked of the engine here."""

    def process(self, batch: Batch, compression: str | None = None) -> Iterator[Outcome]:
        """Make a batch safe."""
        ...


MakeEngine = Callable[[], Redactor]


@dataclass(frozen=True, slots=True)
class Task:
    """One input and where it goes."""

    path: str
    origin: str
    dataset: str | None
    """Wins over that of the source."""
    compression: str | None
    """Of the output; None for the input's own."""
    target: AnyTarget | None
    """None: the bytes are handed on in the steps."""
    source: FileSource | None = None
    """What is said of the input beyond its bytes."""
    store: Store = DEFAULT_STORE
    """Where the input lies, if it is an object."""


@dataclass(frozen=True, slots=True)
class Step:
    """What has happened since the last step of a task."""

    read: int
    """Bytes of the input."""
    dead: tuple[DeadLetter, ...] = ()
    body: bytes = b""
    evidence: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """How a task ended; always the last that is heard of it."""

    tally: Tally | None = None
    error: str | None = None
    """What could not be read or written, for people; then nothing stands under the target's name."""
    unwritten: bool = False
    """The error is about the target, not about the input."""
    fault: str | None = None
    """Likewise, what is wrong in the program itself; it shows no value of a record."""


def perform(task: Task, engine: Redactor) -> Generator[Step | Report, None, None]:
    """Do a task, step by step; the report comes when the target stands under its name.

    Raises:
        ConfigurationError: the engine cannot work on any input.

    """
    tally: Tally | None = None
    count = _Count()
    said = task.source or FileSource(task.path)
    batch = said.batch(count.passing(read(task.path, task.store)), task.origin, task.dataset, task.path)
    try:
        with writing(task.target) if task.target else nullcontext() as write:
            for outcome in engine.process(batch, task.compression):
                tally = outcome.tally or tally
                if write:
                    write(outcome.body)
                yield Step(count.take(), outcome.dead, b"" if write else outcome.body, outcome.evidence)
    except (ReadError, WriteError) as error:
        report = Report(error=str(error), unwritten=isinstance(error, WriteError))
    except ConfigurationError:
        raise
    # One file that meets a fault of ours must not keep the others from being done: the broad handler per batch.
    except Exception as error:  # noqa: BLE001
        report = Report(fault=f"{task.origin}: {place_of(error)}")
    else:
        report = Report(tally)
    yield report


@dataclass(slots=True)
class _Count:
    """Counts the bytes that pass."""

    passed: int = 0

    def passing(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            self.passed += len(chunk)
            yield chunk

    def take(self) -> int:
        """Return the bytes since the last call."""
        passed, self.passed = self.passed, 0
        return passed
