"""The loop over inputs: what goes where, in what order, and what is left when something goes wrong."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.base import DeadLetter
from pipeline.clashes import UsageError
from pipeline.jobs import Job
from pipeline.redact import Result, run
from redactors.base import ConfigurationError
from tests.fakes import make_plain_engine, refuse_to_make_an_engine

jobs_of_both_kinds = pytest.mark.parametrize("jobs", [1, 2], ids=["one process", "two processes"])
Files = dict[str, bytes]

DRIVER = """
import sys
from pipeline.jobs import Job
from pipeline.redact import run
from tests.fakes import make_plain_engine

output, *inputs = sys.argv[1:]
result = run(Job(tuple(inputs), output), make_plain_engine, lambda letter: None, lambda read, total: None)
sys.exit(10 * result.closed + len(result.io_errors))
"""


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in an empty folder."""
    monkeypatch.chdir(tmp_path)


def fill(files: Files) -> None:
    """Make files in the working folder."""
    for name, data in files.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_bytes(data)


def found(folder: str) -> Files:
    """Read all files below a folder, hidden ones too."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in Path(folder).rglob("*") if path.is_file()}


def redact(*inputs: str, output: str | None = None, jobs: int = 1) -> tuple[Result, list[tuple[str, int]]]:
    """Run a job; return what became of it, and where the dead letters were, as they came."""
    dead: list[DeadLetter] = []
    result = run(Job(inputs, output, jobs=jobs), make_plain_engine, dead.append, lambda _read, _total: None)
    assert result.dead_count == len(dead)
    return result, [(letter.origin, letter.line) for letter in dead]


# --- where outputs go -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("output", ["x.out", "new/", "folder"])
def test_one_input_keeps_its_compression(output: str) -> None:
    fill({"x": gzip.compress(b"a\n")})
    Path("folder").mkdir()
    redact("x", output=output)
    written = Path(output, "x") if output != "x.out" else Path(output)
    assert written.read_bytes()[:2] == b"\x1f\x8b"
    assert gzip.decompress(written.read_bytes()) == b"a\n"


@jobs_of_both_kinds
@pytest.mark.parametrize("output", ["all.out", None, "-"])
def test_several_inputs_are_joined_in_the_order_given_uncompressed(
    output: str | None, jobs: int, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    files = {f"in/{name}": b"".join(b"%s %d\n" % (name.encode(), line) for line in range(20_000)) for name in "dcba"}
    fill({**files, "first": gzip.compress(b"first\n"), "last": b"", "in/e.gz": gzip.compress(b"e\n")})
    result, _ = redact("first", "in", "last", "first", output=output, jobs=jobs)
    expected = [b"first\n", *(files[f"in/{name}"] for name in "abcd"), b"e\n", b"first\n"]
    assert (Path(output).read_bytes() if output == "all.out" else capfdbinary.readouterr().out) == b"".join(expected)
    assert result.tally.lines == 80_003
    assert [name for name in found(".") if name.startswith(".")] == []


@jobs_of_both_kinds
def test_a_folder_of_outputs_keeps_paths_names_and_compression(jobs: int) -> None:
    fill({"in/a": b"1\n", "in/b/c.gz": gzip.compress(b"2\n"), "other/in/d": b"3\n", "other/.e": b""})
    redact("in", "other/in/d", "other", output="out/", jobs=jobs)
    out = found("out")
    assert gzip.decompress(out.pop("b/c.gz")) == b"2\n"
    assert out == {"a": b"1\n", "d": b"3\n", "in/d": b"3\n"}


def test_a_folder_is_several_inputs_even_with_one_file_in_it() -> None:
    fill({"in/x.gz": gzip.compress(b"a\n")})
    redact("in", output="x.out")
    assert Path("x.out").read_bytes() == b"a\n"


def test_outputs_below_the_folder_that_is_walked_are_no_inputs() -> None:
    fill({"in/x": b"a\n"})
    redact("in", output="in/out/")
    redact("in", output="in/out/")
    assert found("in") == {"x": b"a\n", "out/x": b"a\n"}


@pytest.mark.parametrize("stored", [b"", gzip.compress(b"")], ids=["plain", "gzip"])
def test_nothing_in_is_nothing_out(stored: bytes) -> None:
    fill({"x": stored})
    redact("x", output="y")
    assert (gzip.decompress(Path("y").read_bytes()) if stored else Path("y").read_bytes()) == b""


def test_an_empty_folder_is_joined_to_an_empty_file() -> None:
    Path("in").mkdir()
    redact("in", output="y")
    assert Path("y").read_bytes() == b""


@pytest.mark.parametrize(
    ("inputs", "output", "message"),
    [
        pytest.param(
            ("in/a",), "in/a", "-o in/a and the input in/a are the same file; right", id="the output is an input"
        ),
        pytest.param(
            ("in",), "in/a", "-o in/a and the input in/a are", id="the output is in the folder that is walked"
        ),
        pytest.param(("in",), "in", "-o in/a and the input in/a are", id="the folders are the same"),
        pytest.param(("link",), "in/a", "-o in/a and the input link are", id="the input leads to the output"),
        pytest.param(("in/a", "in/a"), "out/", "in/a and in/a would both be written to out/a", id="an input twice"),
        pytest.param(("in/a", "b/a"), "out/", "in/a and b/a would both be written to out/a", id="the same name"),
        pytest.param(("-",), "out/", "stdin has no name to keep in out/: right", id="stdin into a folder"),
        pytest.param((), "out/", "stdin has no name", id="stdin by default into a folder"),
        pytest.param(("-", "in/a", "-"), "x", "stdin is named twice", id="stdin twice"),
    ],
)
def test_what_would_lose_something_is_refused(inputs: tuple[str, ...], output: str, message: str) -> None:
    fill({"in/a": b"1\n", "b/a": b"2\n"})
    Path("link").symlink_to("in/a")
    with pytest.raises(UsageError) as caught:
        redact(*inputs, output=output)
    assert str(caught.value).startswith(message)
    assert found(".") == {"in/a": b"1\n", "b/a": b"2\n", "link": b"1\n"}


def test_a_shell_that_appends_to_an_input_is_refused() -> None:
    fill({"x": b"a\n"})
    with Path("x").open("ab") as appended:
        command = [sys.executable, "-c", DRIVER, "-", "x"]
        done = subprocess.run(command, stdout=appended, stderr=subprocess.PIPE, check=False)
    assert (
        b"UsageError: stdout and the input x are the same file; right would be another file for stdout" in done.stderr
    )
    assert Path("x").read_bytes() == b"a\n"


# --- standard input and output ----------------------------------------------------------------------------------


@pytest.mark.parametrize("inputs", [(), ("-",)], ids=["by default", "by name"])
@pytest.mark.parametrize("data", [b"a\nb\n", gzip.compress(b"a\nb\n")], ids=["plain", "gzip"])
def test_a_pipe_goes_through(inputs: tuple[str, ...], data: bytes) -> None:
    done = subprocess.run([sys.executable, "-c", DRIVER, "-", *inputs], input=data, stdout=subprocess.PIPE, check=True)
    assert done.stdout[:2] == data[:2]
    assert (gzip.decompress(done.stdout) if data[0] == 0x1F else done.stdout) == b"a\nb\n"


def test_a_line_leaves_before_the_next_one_comes() -> None:
    command = [sys.executable, "-c", DRIVER, "-"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0) as process:
        assert process.stdin
        assert process.stdout
        for line in (b"first\n", b"second\n"):
            process.stdin.write(line)
            assert process.stdout.read(100) == line


def test_a_reader_that_has_gone_is_no_error() -> None:
    fill({"x": b"line\n" * 100_000})
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run(
            [sys.executable, "-c", DRIVER, "-", "x"], stdout=writer, stderr=subprocess.PIPE, check=False
        )
    finally:
        os.close(writer)
    assert (done.returncode, done.stderr) == (10, b"")


# --- when something goes wrong ----------------------------------------------------------------------------------


@jobs_of_both_kinds
@pytest.mark.parametrize("output", ["out/", "all.out"])
def test_an_input_that_cannot_be_read_does_not_keep_the_others(output: str, jobs: int) -> None:
    fill({"a": b"1\n", "c": b"3\n"})
    result, _ = redact("a", "missing", "c", output=output, jobs=jobs)
    assert result.io_errors == ("missing: No such file or directory",)
    assert (found("out") or {"all": Path("all.out").read_bytes()}) in ({"a": b"1\n", "c": b"3\n"}, {"all": b"1\n3\n"})


@jobs_of_both_kinds
def test_a_file_that_breaks_off_is_delivered_up_to_there(jobs: int) -> None:
    whole = gzip.compress(b"1\n2\n")
    fill({"a": whole[:-1], "b": whole + b"garbage", "c": b"!\n3\n"})
    result, dead = redact("a", "b", "c", output="out/", jobs=jobs)
    out = found("out")
    assert (gzip.decompress(out["a"]), gzip.decompress(out["b"]), out["c"]) == (b"1\n2\n", b"1\n2\n", b"3\n")
    assert dead == [("a", 3), ("b", 3), ("c", 1)]
    assert result.io_errors == ()


@jobs_of_both_kinds
def test_dead_letters_come_in_the_order_of_the_inputs(jobs: int) -> None:
    fill({"a": b"!\nx\n" * 5000, "b": b"!\n" * 3000, "c": b"x\n!\n"})
    _, dead = redact("b", "a", "c", output="out/", jobs=jobs)
    assert dead == [
        *(("b", line) for line in range(1, 3001)),
        *(("a", line) for line in range(1, 10_000, 2)),
        ("c", 2),
    ]


@jobs_of_both_kinds
def test_a_fault_of_the_program_is_named_without_the_line_it_met(jobs: int) -> None:
    fill({"a": b"1\n", "b": b"2\nfault\n", "c": b"3\n"})
    result, _ = redact("a", "b", "c", output="out/", jobs=jobs)
    assert [fault[: fault.index(":", 3)] for fault in result.faults] == ["b: KeyError at fakes.py"]
    assert found("out") == {"a": b"1\n", "c": b"3\n"}


@jobs_of_both_kinds
def test_an_output_that_cannot_be_written_does_not_keep_the_others(jobs: int) -> None:
    fill({"in/a": b"1\n", "in/c": b"3\n", "out/a/x": b""})
    result, _ = redact("in", output="out/", jobs=jobs)
    assert [error.rsplit("/", 2)[1:] for error in result.io_errors] == [["out", "a: Is a directory"]]
    assert found("out") == {"a/x": b"", "c": b"3\n"}


@jobs_of_both_kinds
def test_a_joined_output_that_cannot_be_written_ends_the_work(jobs: int) -> None:
    fill({"a": b"1\n", "b": b"2\n"})
    result, _ = redact("a", "b", output="/dev/full", jobs=jobs)
    assert result.io_errors == ("/dev/full: No space left on device",)


@jobs_of_both_kinds
@pytest.mark.parametrize("output", ["out/", "all.out"])
def test_a_configuration_that_is_wrong_ends_the_work_with_nothing_written(output: str, jobs: int) -> None:
    fill({"a": b"1\n", "b": b"2\n"})
    job = Job(("a", "b"), output, jobs=jobs)
    with pytest.raises(ConfigurationError, match=r"^policy: wrong$"):
        run(job, refuse_to_make_an_engine, lambda _letter: None, lambda _read, _total: None)
    assert found(".") == {"a": b"1\n", "b": b"2\n"}


# --- progress ---------------------------------------------------------------------------------------------------


@jobs_of_both_kinds
def test_progress_ends_at_the_total_and_never_goes_back(jobs: int) -> None:
    fill({"a": (b"1" * 2999 + b"\n") * 1000, "b": b"2\n" * 10})
    seen: list[tuple[int, int | None]] = []
    run(Job(("a", "b"), "out/", jobs=jobs), make_plain_engine, lambda _letter: None, lambda *come: seen.append(come))
    assert seen == sorted(seen)
    assert {total for _, total in seen} == {3_000_020}
    assert seen[-1][0] == 3_000_020
