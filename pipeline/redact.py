"""The loop of `edgesieve redact`: files, objects or stdin through engines, to files, objects or stdout."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import reduce
from operator import and_
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.base import DeadLetter, ReadError, WriteError
from pipeline.clashes import Place, UsageError, refuse_clashes
from pipeline.inputs import ALL_MAY, STANDARD_INPUT, Input, printable
from pipeline.jobs import Job
from pipeline.places import (
    AnyTarget,
    Folder,
    discard,
    expand,
    folder_of,
    holds,
    identified,
    is_walked,
    target_in,
    writing_to,
)
from pipeline.settings import source_of
from pipeline.sinks.files import Target, Write, is_device, part_in
from pipeline.sources.files import read
from pipeline.stores import ObjectTarget, is_address
from pipeline.tasks import MakeEngine, Report, Step, Task
from pipeline.workers import Stream, in_processes, in_this_process
from redactors.base import Tally

if TYPE_CHECKING:
    from pipeline.judging import Judging

STANDARD_OUTPUT = "-"
_COMPRESSED_ENDINGS = frozenset({".gz", ".zst", ".zstd"})

OnDead = Callable[[DeadLetter], None]
OnProgress = Callable[[int, int | None], None]


@dataclass(frozen=True, slots=True)
class Result:
    """What became of it."""

    tally: Tally
    dead_count: int
    io_errors: tuple[str, ...]
    """What could not be read or written; all the rest was."""
    faults: tuple[str, ...]
    """Inputs that failed by a fault of the program."""
    closed: bool
    """The reader of the output went away; what it did not want was not done."""
    empty: tuple[str, ...] = ()
    """Folders in which no file was found."""


def run(
    job: Job, make_engine: MakeEngine, on_dead: OnDead, on_progress: OnProgress, judging: Judging | None = None
) -> Result:
    """Redact all inputs; one that fails does not keep the others. `judging` hears of the evidence in them.

    `make_engine` is called once in each process and must be picklable. `on_dead` is called for each dead letter, in the
    order of the inputs; `on_progress` with the bytes read so far and, where all inputs are files, those to be read.

    Raises:
        UsageError: an output would overwrite what is read, or another output; then nothing was touched.
        ConfigurationError: no engine can be made.

    """
    output = None if job.output == STANDARD_OUTPUT else job.output
    folder = folder_of(output, job.written_to)
    inputs, errors = expand(job.inputs or (STANDARD_INPUT,), folder, job.read_from)
    account = _Account(errors, on_dead, on_progress, _total(inputs), judging)
    _refuse_standard_input_twice(inputs)
    account.empty = [
        printable(path) for path in job.inputs if is_walked(path) and not any(holds(path, each) for each in inputs)
    ]
    if judging:
        judging.expect([each.path for each in inputs])
    try:
        if folder:
            tasks = _into_folder(job, inputs, folder, account.errors)
            _refuse_clashes(job, inputs, _places(job, folder, inputs))
            _each_apart(tasks, _jobs(job, inputs), make_engine, account)
        else:
            _refuse_clashes(job, inputs, [_place(job, output)])
            _refuse_compressed_name(output, alone=_is_alone(job, inputs))
            _joined(job, inputs, output, make_engine, account)
    except BrokenPipeError:
        account.closed = True
    return account.result()


@dataclass(slots=True)
class _Account:
    """What is known so far, and who wants to know."""

    errors: list[str]
    on_dead: OnDead
    on_progress: OnProgress
    total: int | None
    judging: Judging | None = None
    turn: int = 0
    """Which input is heard of."""
    tally: Tally = field(default_factory=Tally)
    dead: int = 0
    faults: list[str] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)
    read: int = 0
    closed: bool = False

    def on_read(self, count: int) -> None:
        """Hear that so many more bytes were read."""
        self.read += count
        self.on_progress(self.read, self.total)

    def take(self, news: Step | Report) -> None:
        """Hear of a task."""
        if isinstance(news, Step):
            self.dead += len(news.dead)
            for letter in news.dead:
                self.on_dead(letter)
            if self.judging and news.evidence:
                self.judging.take(self.turn, news.evidence)
            return
        if self.judging:
            self.judging.end(self.turn)
        self.turn += 1
        self.errors += [news.error] if news.error else []
        self.faults += [news.fault] if news.fault else []
        if news.tally:
            self.tally.merge(news.tally)

    def result(self) -> Result:
        """Close the account."""
        return Result(self.tally, self.dead, tuple(self.errors), tuple(self.faults), self.closed, tuple(self.empty))


def _each_apart(tasks: Sequence[Task], jobs: int, make_engine: MakeEngine, account: _Account) -> None:
    with closing(_perform(tasks, jobs, make_engine, account)) as stream:
        for _task, news in stream:
            account.take(news)


def _joined(job: Job, inputs: Sequence[Input], output: str | None, make_engine: MakeEngine, account: _Account) -> None:
    """Write all outputs into one, in the order of the inputs."""
    compression = None if _is_alone(job, inputs) else "none"
    jobs = _jobs(job, inputs)
    with _place_of_parts(output, jobs) as place:
        whole = (
            output if output and not is_device(output) else f"{output or 'stdout'}, by way of {place and place.parent}"
        )
        tasks = [
            _task(job, each, compression, part_in(place, each.name.rpartition("/")[2], whole) if place else None)
            for each in inputs
        ]
        try:
            with (
                closing(_perform(tasks, jobs, make_engine, account)) as stream,
                writing_to(output, reduce(and_, (each.mode for each in inputs), ALL_MAY), job.written_to) as write,
            ):
                for task, news in stream:
                    _refuse_to_go_on(news)
                    account.take(news)
                    _pass_on(task, news, write)
        except (WriteError, ReadError) as error:
            account.errors.append(str(error))


def _refuse_to_go_on(news: Step | Report) -> None:
    """End the work where a part could not be written, as one process does: what is joined would lack it."""
    if isinstance(news, Report) and news.error and news.unwritten:
        raise WriteError(news.error)


def _pass_on(task: Task, news: Step | Report, write: Write) -> None:
    """Write what a step brings, or the part that a report tells of."""
    if isinstance(news, Step):
        write(news.body)
    elif isinstance(task.target, Target):
        try:
            for chunk in read(task.target.temporary) if news.tally else ():
                write(chunk)
        finally:
            discard(task.target)


def _perform(tasks: Sequence[Task], jobs: int, make_engine: MakeEngine, account: _Account) -> Stream:
    if jobs == 1:
        return in_this_process(tasks, make_engine, account.on_read)
    return in_processes(tasks, jobs, make_engine, account.on_read)


def _jobs(job: Job, inputs: Sequence[Input]) -> int:
    """Tell how many processes are of use; what is no regular file can be read by this one only."""
    return 1 if any(each.size is None for each in inputs) else max(1, min(job.jobs, len(inputs)))


def _total(inputs: Sequence[Input]) -> int | None:
    sizes = [each.size for each in inputs]
    return None if None in sizes else sum(size or 0 for size in sizes)


@contextmanager
def _place_of_parts(output: str | None, jobs: int) -> Iterator[Path | None]:
    """Give the folder where processes leave their parts: that of the output; None where there is but one process."""
    if jobs == 1:
        yield None
    elif output and not is_address(output) and not is_device(output):
        yield Path(output).resolve().parent
    else:
        from tempfile import TemporaryDirectory  # noqa: PLC0415 (slow to load, and seldom needed)

        with TemporaryDirectory(prefix="edgesieve-") as folder:
            yield Path(folder)


def _into_folder(job: Job, inputs: Sequence[Input], folder: Folder, errors: list[str]) -> list[Task]:
    """Give each input the file or object of its name in the folder."""
    written: dict[str, str] = {}
    tasks: list[Task] = []
    for each in inputs:
        if each.path == STANDARD_INPUT:
            message = f"stdin has no name to keep in {job.output}: right would be a file or an object as output"
            raise UsageError(message)
        target = target_in(folder, each)
        if target is None:
            errors.append(f"{each.origin}: its key is no path below {job.output}; right would be -o s3://…")
            continue
        if target.name in written:
            both = f"{written[target.name]} and {each.origin}"
            place = f"{(job.output or '').rstrip('/')}/{each.name}"
            message = f"{both} would both be written to {place}: right would be one of them"
            raise UsageError(message)
        written[target.name] = each.origin
        tasks.append(_task(job, each, None, target))
    return tasks


def _task(job: Job, each: Input, compression: str | None, target: AnyTarget | None) -> Task:
    source = source_of(job.sources, each.path)
    return Task(each.path, each.origin, job.dataset, compression, target, source, job.read_from(each.path))


def _refuse_clashes(job: Job, inputs: Sequence[Input], outputs: Sequence[Place]) -> None:
    read_too = [*job.kept, *(_source(job, each) for each in inputs)]
    refuse_clashes(outputs, read_too)
    for at, report in enumerate(job.reports):
        refuse_clashes([report], [*read_too, *outputs, *job.reports[:at]])


def _source(job: Job, each: Input) -> Place:
    is_open = each.path == STANDARD_INPUT
    return Place("stdin", 0) if is_open else Place(f"the input {each.origin}", identified(each.path, job.read_from))


def _place(job: Job, output: str | None) -> Place:
    """Name one output; standard output may have been led into a file by the shell."""
    return Place(f"-o {printable(output)}", identified(output, job.written_to)) if output else Place("stdout", 1)


def _places(job: Job, folder: Folder, inputs: Sequence[Input]) -> list[Place]:
    if isinstance(folder, ObjectTarget):
        return [Place(f"-o {printable(each.name)}", each) for each in (folder.below(each.name) for each in inputs)]
    return [_place(job, str(path)) for path in (folder, *(folder / each.name for each in inputs))]


def _is_alone(job: Job, inputs: Sequence[Input]) -> bool:
    return len(inputs) == 1 and not any(map(is_walked, job.inputs))


def _refuse_compressed_name(output: str | None, *, alone: bool) -> None:
    """Refuse to join several inputs, which is done uncompressed, under a name that says otherwise."""
    ending = Path(output).suffix if output else ""
    if not alone and ending in _COMPRESSED_ENDINGS:
        right = f"a folder, or a name that does not end in {ending}"
        message = f"-o: several inputs are joined uncompressed; right would be {right}"
        raise UsageError(message)


def _refuse_standard_input_twice(inputs: Sequence[Input]) -> None:
    if sum(each.path == STANDARD_INPUT for each in inputs) > 1:
        message = "stdin is named twice, and can be read only once"
        raise UsageError(message)
