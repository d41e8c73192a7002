"""Worker processes: what is heard of them is in order, and whatever ends them leaves no process and no half file."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.jobs import Job
from pipeline.redact import Result, run
from pipeline.sinks.files import part_in, target_for
from pipeline.tasks import MakeEngine, Report, Step, Task
from pipeline.workers import HELD_STEPS, in_processes
from tests.fakes import die_instead_of_making_an_engine, make_plain_engine

DRIVER = """
import sys
from pipeline.jobs import Job
from pipeline.redact import run
from tests.fakes import make_plain_engine

output, jobs, *inputs = sys.argv[1:]
run(Job(tuple(inputs), output, jobs=int(jobs)), make_plain_engine, lambda letter: None, lambda read, total: None)
"""
outputs_of_both_kinds = pytest.mark.parametrize("output", ["out/", "all.out"])
jobs_of_both_kinds = pytest.mark.parametrize("jobs", [1, 2], ids=["one process", "two processes"])


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in an empty folder."""
    monkeypatch.chdir(tmp_path)


def fill(files: dict[str, bytes]) -> None:
    """Make files in the working folder."""
    for name, data in files.items():
        Path(name).write_bytes(data)


def left() -> set[str]:
    """List all files below the working folder, hidden ones too."""
    return {str(path) for path in Path().rglob("*") if path.is_file()}


def children() -> list[int]:
    """List the processes that this one has started and not put away."""
    return [int(each) for path in Path("/proc/self/task").glob("*/children") for each in path.read_text().split()]


def redact(*inputs: str, output: str, make_engine: MakeEngine = make_plain_engine) -> Result:
    """Run a job in two processes."""
    return run(Job(inputs, output, jobs=2), make_engine, lambda _letter: None, lambda _read, _total: None)


def task(name: str) -> Task:
    """Make a task of a file."""
    return Task(name, name, None, None, target_for(Path("out", name)))


def test_news_is_in_the_order_of_the_tasks_however_they_end() -> None:
    fill({name: b"!\n" * lines for name, lines in (("a", 3 * HELD_STEPS), ("b", 3 * HELD_STEPS), ("c", 1), ("d", 0))})
    tasks = [task(name) for name in "abcd"]
    heard = list(in_processes(tasks, 3, make_plain_engine, lambda _read: None))
    assert [each.origin for each, _ in heard] == sorted(each.origin for each, _ in heard)
    assert [each.origin for each, news in heard if isinstance(news, Report)] == list("abcd")
    letters = [letter for _, news in heard if isinstance(news, Step) for letter in news.dead]
    assert [(letter.origin, letter.line) for letter in letters] == [
        (name, line) for name, lines in (("a", 192), ("b", 192), ("c", 1)) for line in range(1, lines + 1)
    ]
    assert children() == []


@outputs_of_both_kinds
def test_a_worker_that_is_killed_costs_its_own_file_only(output: str) -> None:
    fill({"a": b"1\n", "b": b"2\ndie\n", "c": b"3\n", "d": b"4\ndie\n", "e": b"5\n"})
    result = redact("a", "b", "c", "d", "e", output=output)
    assert result.io_errors == tuple(f"{name}: the worker process died (SIGKILL)" for name in "bd")
    written = {"out/a", "out/c", "out/e"} if output == "out/" else {"all.out"}
    assert left() == {"a", "b", "c", "d", "e"} | written
    assert b"".join(Path(name).read_bytes() for name in sorted(written)) == b"1\n3\n5\n"
    assert children() == []


def test_workers_that_die_at_the_start_do_not_go_on_for_ever() -> None:
    fill({"a": b"1\n", "b": b"2\n", "c": b"3\n"})
    result = redact("a", "b", "c", output="out/", make_engine=die_instead_of_making_an_engine)
    assert result.io_errors == tuple(f"{name}: the worker process died (SIGKILL)" for name in "abc")
    assert left() == {"a", "b", "c"}


@outputs_of_both_kinds
@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, RuntimeError], ids=lambda error: error.__name__)
def test_a_caller_that_leaves_leaves_nothing_behind(output: str, error: type[BaseException]) -> None:
    fill({"a": b"!\n1\n" * 1000, "b": b"2\n", "c": b"!\n3\n" * 1000})

    def leave(_letter: object) -> None:
        raise error

    with pytest.raises(error):
        run(Job(("b", "a", "c"), output, jobs=2), make_plain_engine, leave, lambda _read, _total: None)
    assert left() - {"out/b"} == {"a", "b", "c"}
    assert children() == []


def test_parts_that_were_done_before_their_turn_go_when_the_caller_leaves() -> None:
    os.mkfifo("pipe")
    # The second worker begins c when b has been heard of, and only c lets a go on.
    fill({"a": b"wait pipe\n!\nwait pipe\n", "b": b"2\n", "c": b"open pipe\n"})
    tasks = [replace(task(name), target=part_in(Path(), name, "all")) for name in "abc"]
    with closing(in_processes(tasks, 2, make_plain_engine, lambda _read: None)) as news:
        assert next(news)[0].origin == "a"
        assert len(left() - {"a", "b", "c"}) > 1
    assert left() == {"a", "b", "c"}


def test_an_interrupt_is_not_for_the_workers() -> None:
    letters: list[object] = []
    # More letters than the pipe between the processes holds: the worker is at work when the first one is heard of.
    fill({"a": b"!\n" * 20_000, "b": b"2\n"})

    def interrupt(letter: object) -> None:
        for child in () if letters else children():
            os.kill(child, signal.SIGINT)
        letters.append(letter)

    result = run(Job(("a", "b"), "out/", jobs=2), make_plain_engine, interrupt, lambda _read, _total: None)
    assert (result.io_errors, len(letters)) == ((), 20_000)
    assert left() == {"a", "b", "out/a", "out/b"}


def start(jobs: int, output: str, pipe: Path) -> subprocess.Popen[bytes]:
    """Start a run, in a group of its own, that will wait in the middle of its first file."""
    os.mkfifo(pipe)
    fill({"a": b"begun\n" * 100 + b"wait " + os.fsencode(pipe) + b"\n!\nnever\n", "b": b"2\n", "c": b"3\n"})
    command = [sys.executable, "-c", DRIVER, output, str(jobs), "a", "b", "c"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)


def interrupt_the_group(process: subprocess.Popen[bytes]) -> None:
    """Do what a terminal does at Ctrl-C."""
    os.killpg(process.pid, signal.SIGINT)


def interrupt_it_alone(process: subprocess.Popen[bytes]) -> None:
    """Do what `kill -INT` does."""
    process.send_signal(signal.SIGINT)


@jobs_of_both_kinds
@outputs_of_both_kinds
@pytest.mark.parametrize("interrupt", [interrupt_the_group, interrupt_it_alone])
def test_an_interrupt_ends_all_processes_and_leaves_no_half_file(
    jobs: int, output: str, interrupt: Callable[[subprocess.Popen[bytes]], None], tmp_path: Path
) -> None:
    with start(jobs, output, tmp_path / "pipe") as process, (tmp_path / "pipe").open("wb"):
        interrupt(process)
        out, errors = process.communicate()  # ends when no process of the group holds the pipes any more
    assert (process.returncode, out) == (-signal.SIGINT, b"")
    assert errors.count(b"KeyboardInterrupt") == errors.count(b"Traceback") == 1
    assert left() - {"out/b", "out/c"} == {"a", "b", "c"}


def test_every_worker_is_deaf_to_an_interrupt_from_its_first_moment() -> None:
    fill({"a": b"!\n" * 20_000, "b": b"!\n" * 20_000})
    show = "lambda letter: print([open(f'/proc/{each}/status').read() for each in children()]) or exit()"
    driver = DRIVER.replace("lambda letter: None", show).replace(
        "import sys", "import sys\nfrom tests.pipeline.test_workers import children"
    )
    done = subprocess.run([sys.executable, "-c", driver, "out/", "2", "a", "b"], capture_output=True, check=True)
    blocked = [int(each, 16) for each in re.findall(rb"SigBlk:\\t([0-9a-f]+)", done.stdout)]
    assert len(blocked) == 2
    assert all(mask >> (signal.SIGINT - 1) & 1 for mask in blocked)


@pytest.mark.parametrize("wait", [0, 40, 80, 120, 160, 240])
def test_an_interrupt_of_the_group_while_workers_start_shows_no_traceback_of_theirs(wait: int) -> None:
    fill(dict.fromkeys("abcd", b"1\n" * 200000))
    # The file is made just before the workers are: from then on the interrupt may come at any moment.
    driver = DRIVER.replace("run(Job", "open('begun', 'w').close()\nrun(Job")
    command = [sys.executable, "-c", driver, "out/", "4", *"abcd"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, start_new_session=True) as process:
        while not Path("begun").exists():
            pass
        select.select([], [], [], wait / 1000)
        interrupt_the_group(process)
        _, errors = process.communicate()
    assert errors.count(b"Traceback") == errors.count(b"KeyboardInterrupt") == (process.returncode != 0)


def test_workers_end_with_a_parent_that_is_killed_and_leave_no_half_file(tmp_path: Path) -> None:
    with start(2, "out/", tmp_path / "pipe") as process:
        with (tmp_path / "pipe").open("wb"):
            process.kill()
            process.wait()
        out, errors = process.communicate()
    assert (out, errors) == (b"", b"")
    assert left() - {"out/b", "out/c"} == {"a", "b", "c"}


def test_one_process_needs_no_machinery_for_several() -> None:
    code = "import sys, pipeline.redact; print(sorted({'multiprocessing', 'tempfile', 'pickle'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == "[]\n"
