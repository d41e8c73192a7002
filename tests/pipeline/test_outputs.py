"""Outputs: who may read them, and what is said of one that cannot be written."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from pipeline.jobs import Job
from pipeline.redact import run
from tests.fakes import make_plain_engine

jobs_of_both_kinds = pytest.mark.parametrize("jobs", [1, 2], ids=["one process", "two processes"])

SAYING = """
import sys
from pipeline.jobs import Job
from pipeline.redact import run
from tests.fakes import make_plain_engine

jobs, output, *inputs = sys.argv[1:]
job = Job(tuple(inputs), output, jobs=int(jobs))
result = run(job, make_plain_engine, lambda letter: None, lambda read, total: None)
print(*result.io_errors, *result.faults, sep="\\n", file=sys.stderr)
"""


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in an empty folder."""
    monkeypatch.chdir(tmp_path)


def redact(inputs: Sequence[str], output: str, jobs: int) -> None:
    """Run a job."""
    run(Job(tuple(inputs), output, jobs=jobs), make_plain_engine, lambda _letter: None, lambda _read, _total: None)


@jobs_of_both_kinds
@pytest.mark.parametrize("output", ["all.out", "-", "out/"])
def test_a_disk_that_is_full_is_told_by_the_name_that_was_asked_for(jobs: int, output: str) -> None:
    for name in "ab":
        Path(name).write_bytes(b"1\n" * 1000)
    limit = f"import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))\n{SAYING}"
    with Path("stdout").open("wb") as file:
        command = [sys.executable, "-c", limit, str(jobs), output, "a", "b"]
        done = subprocess.run(command, stdout=file, stderr=subprocess.PIPE, check=True, text=True)
    told = done.stderr.splitlines()
    here = str(Path(output).resolve())
    names = {"out/": [f"{here}/a", f"{here}/b"], "all.out": [here if jobs == 1 else output], "-": ["stdout"]}
    assert [line.partition(":")[0].partition(", by way of")[0] for line in told] == names[output]
    assert all(line.endswith(": File too large") for line in told)
    assert {path.name for path in Path().rglob("*") if path.is_file()} == {"a", "b", "stdout"}


@pytest.mark.parametrize(
    ("modes", "expected"),
    [
        pytest.param([0o600], 0o600, id="its owner's alone"),
        pytest.param([0o644], 0o640, id="the umask takes away too"),
        pytest.param([0o440], 0o640, id="one that its owner may not write"),
        pytest.param([0o755], 0o640, id="a program"),
        pytest.param([0o660, 0o604], 0o600, id="the narrowest of several"),
    ],
)
@jobs_of_both_kinds
def test_an_output_is_open_to_nobody_to_whom_its_input_is_not(modes: list[int], expected: int, jobs: int) -> None:
    names = [f"in{number}" for number, _ in enumerate(modes)]
    for name, mode in zip(names, modes, strict=True):
        Path(name).write_bytes(b"1\n")
        Path(name).chmod(mode)
    mask = os.umask(0o027)
    try:
        redact(names, output="all.out", jobs=jobs)
        redact(names, output="out/", jobs=jobs)
    finally:
        os.umask(mask)
    assert Path("all.out").stat().st_mode & 0o777 == expected
    assert [Path("out", name).stat().st_mode & 0o777 for name in names] == [mode & 0o640 | 0o600 for mode in modes]


@pytest.mark.parametrize("mode", [0o600, 0o640])
def test_what_is_led_into_stdin_counts_with_its_permissions(mode: int) -> None:
    Path("x").write_bytes(b"1\n")
    Path("x").chmod(mode)
    with Path("x").open("rb") as raw:
        subprocess.run([sys.executable, "-c", SAYING, "1", "y"], stdin=raw, check=True, umask=0o022)
    assert Path("y").stat().st_mode & 0o777 == mode
