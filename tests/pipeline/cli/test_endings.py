"""Signals that end the program: whenever they come, it leaves no half file and no traceback."""

from __future__ import annotations

import gzip
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.program import RAW, SAFE


def _start(folder: Path, *arguments: str, wrapper: str = "env") -> subprocess.Popen[bytes]:
    """Start the program in a group of its own."""
    command = [wrapper, sys.executable, "-m", "edgesieve", "redact", *arguments]
    return subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, start_new_session=True)


def _wait_for(folder: Path, pattern: str, meanwhile: Callable[[], object] = int) -> None:
    """Look until there is a file of this name."""
    deadline = time.monotonic() + 60
    while not list(folder.glob(pattern)) and time.monotonic() < deadline:
        meanwhile()


ENDINGS = {
    signal.SIGINT: (130, "edgesieve: interrupted by Ctrl-C; what was not finished does not stand under its final name"),
    signal.SIGTERM: (143, "edgesieve: ended by SIGTERM; what was not finished does not stand under its final name"),
    signal.SIGHUP: (129, "edgesieve: ended by SIGHUP: the terminal went away; what was not finished does not stand"),
}
each_ending = pytest.mark.parametrize("ending", ENDINGS, ids=lambda ending: ending.name)


@each_ending
def test_an_interrupt_has_its_exit_code_and_leaves_no_half_file(tmp_path: Path, ending: signal.Signals) -> None:
    os.mkfifo(tmp_path / "pipe")
    process = _start(tmp_path, "pipe", "-o", "safe.ndjson")
    with (tmp_path / "pipe").open("wb", buffering=0) as pipe:
        pipe.write(RAW * 300)
        _wait_for(tmp_path, ".safe*", lambda: pipe.write(RAW))
        process.send_signal(ending)
        _, told = process.communicate(timeout=60)
    code, line = ENDINGS[ending]
    assert (process.returncode, told.decode().splitlines()[-1].startswith(line)) == (code, True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pipe"]


@each_ending
def test_an_interrupt_of_all_processes_leaves_no_half_file(tmp_path: Path, ending: signal.Signals) -> None:
    raw = gzip.compress(RAW * 400_000, 1)
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(raw)
    process = _start(tmp_path, "a", "b", "-o", "safe/", "--jobs", "2")
    _wait_for(tmp_path, "safe/.[ab].*")
    os.killpg(process.pid, ending)
    _, told = process.communicate(timeout=60)
    code, line = ENDINGS[ending]
    assert (process.returncode, told.decode().splitlines()[-1].startswith(line)) == (code, True)
    assert list((tmp_path / "safe").iterdir()) == []


def test_a_run_under_nohup_goes_on_when_the_terminal_goes_away(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    process = _start(tmp_path, "pipe", "-o", "safe.ndjson", wrapper="nohup")
    with (tmp_path / "pipe").open("wb", buffering=0) as pipe:
        pipe.write(RAW)
        _wait_for(tmp_path, ".safe*", lambda: pipe.write(RAW))
        process.send_signal(signal.SIGHUP)
    process.communicate(timeout=60)
    assert process.returncode == 0
    assert set((tmp_path / "safe.ndjson").read_bytes().splitlines(keepends=True)) == {SAFE}


WAYS = {
    "the module": [sys.executable, "-m", "edgesieve"],
    "the console script": [sys.executable, str(Path(sys.executable).with_name("edgesieve"))],
}
each_way = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())

SPY = """
import os, sys, runpy
def audit(event, arguments, met=[]):
    if event == "import" and arguments[0] == {name!r} and not met:
        met.append(1)
        os.killpg(0, 2)
sys.addaudithook(audit)
sys.argv = {arguments!r}
{start}
"""
"""Sends the interrupt to the whole group at the moment when a module is about to be loaded."""


@pytest.mark.parametrize(
    "name", ["redactors", "pipeline", "pipeline.cli.app", "click", "hyperscan", "orjson", "pipeline.workers"]
)
@pytest.mark.parametrize("way", WAYS)
def test_an_interrupt_while_modules_are_loaded_is_no_traceback(way: str, name: str, tmp_path: Path) -> None:
    script = WAYS["the console script"][1]
    arguments = ["edgesieve", "redact"] if way == "the module" else [script, "redact"]
    start = "runpy.run_module('edgesieve', run_name='__main__', alter_sys=True)"
    if way != "the module":
        start = f"runpy.run_path({script!r}, run_name='__main__')"
    code = SPY.format(name=name, arguments=arguments, start=start)
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        start_new_session=True,
    )
    assert (run.returncode, run.stdout) == (130, b"")
    assert run.stderr == b"edgesieve: interrupted by Ctrl-C; nothing was begun\n"


@each_way
def test_an_interrupt_at_any_moment_of_the_start_is_no_traceback(way: list[str], tmp_path: Path) -> None:
    for name in "abcd":
        (tmp_path / name).write_bytes(RAW * 2000)
    command = [*way, "redact", *"abcd", "-o", "safe/", "--jobs", "2"]
    for turn in range(20):
        with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, start_new_session=True) as process:
            _wait_until_loaded(process, turn)
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGINT)
            _, told = process.communicate(timeout=60)
        assert process.returncode in (130, 0)
        assert b"Traceback" not in told
        assert b"Error" not in told
        assert not [path for path in tmp_path.rglob("*") if path.name.startswith(".")]


def _wait_until_loaded(process: subprocess.Popen[bytes], turn: int) -> None:
    """Look until the process has mapped so many libraries, or has children: what it does as it starts, in order."""
    deadline = time.monotonic() + 60
    about = Path(f"/proc/{process.pid}")
    children = about / "task" / about.name / "children"
    while time.monotonic() < deadline and process.poll() is None:
        mapped = (about / "maps").read_text().count("r-xp")
        if (turn < 15 and mapped >= 13 + turn) or len(children.read_text().split()) >= 1 + turn % 2:
            return


def test_a_worker_whose_parent_is_killed_while_it_starts_says_nothing(tmp_path: Path) -> None:
    for name in "abcd":
        (tmp_path / name).write_bytes(RAW * 2000)
    for _ in range(5):
        process = _start(tmp_path, *"abcd", "-o", "safe/", "--jobs", "4")
        _wait_until_loaded(process, 16)
        process.kill()
        _, told = process.communicate(timeout=60)  # ends when the last worker has let go of stderr
        assert told == b""
