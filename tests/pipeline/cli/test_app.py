"""The command line as a whole: help, usage, exit codes, and what a fault shows."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click
import pytest

from pipeline.cli.app import main
from pipeline.cli.exits import MEANINGS, worst
from tests.program import RAW, Edgesieve, every_command


@pytest.mark.parametrize(
    ("words", "command"), every_command(), ids=[words or "edgesieve" for words, _ in every_command()]
)
def test_every_help_shows_examples_that_exist(
    words: str, command: click.Command, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*words.split(), "--help"]) == 0
    shown = capsys.readouterr().out
    examples = [line.strip() for line in shown.partition("Examples:")[2].splitlines() if " edgesieve" in line]
    assert 2 <= len(examples) <= 4
    known = {option for parameter in command.params for option in parameter.opts}
    for line in examples if not isinstance(command, click.Group) else ():
        arguments = line.partition(f"edgesieve {words}")[2].partition("&&")[0].split()
        assert {word for word in arguments if word.startswith("-") and word != "--"} <= known, line


def test_the_version_is_one_line(edgesieve: Edgesieve) -> None:
    run = edgesieve("--version")
    assert (run.returncode, run.stdout.split()[0], run.stderr) == (0, b"edgesieve", b"")


USAGE = {
    "no command": ([], "Usage: edgesieve"),
    "an unknown command": (["redcat"], "edgesieve: No such command 'redcat'"),
    "an unknown option": (["redact", "--querry"], "edgesieve: redact: No such option: --querry"),
    "a secret as an argument": (["key", "fingerprint", "c4n4ry"], "edgesieve: key fingerprint: too many arguments"),
    "no mark": (["key", "lookup", "[cookie]"], "edgesieve: key lookup: MARK is no mark that can be looked up"),
    "no key file": (["key", "fingerprint"], "edgesieve: key fingerprint: no key file; right would be --key-file FILE"),
    "no bucket": (["redact", "s3:///c4n4ry"], "edgesieve: redact: no address of objects; right would be s3://BUCKET"),
    "a bucket as output of stdin": (
        ["redact", "-o", "s3://safe/"],
        "edgesieve: stdin has no name to keep in s3://safe",
    ),
    "an object as report": (["redact", "--metrics", "s3://safe/x"], "edgesieve: redact: --metrics: only logs go to"),
    "a web page": (["redact", "https://c4n4ry.example/"], "edgesieve: redact: https:// is nothing to read logs from"),
    "an unknown dataset": (
        ["redact", "--dataset", "http_request"],
        "edgesieve: redact: --dataset: no dataset has this",
    ),
    "no jobs": (["redact", "--jobs", "0"], "edgesieve: redact: Invalid value for '--jobs'"),
    "an unknown rule": (
        ["rules", "show", "github-tokn"],
        "edgesieve: rules show: no rule has this id; right would be github-t",
    ),
}


@pytest.mark.parametrize(("arguments", "message"), USAGE.values(), ids=USAGE.keys())
def test_wrong_usage_is_one_line_and_exit_2(edgesieve: Edgesieve, arguments: list[str], message: str) -> None:
    run = edgesieve(*arguments)
    assert (run.returncode, run.stdout) == (2, b"")
    assert run.stderr.decode().startswith(message)
    assert b"c4n4ry" not in run.stderr


def test_the_gravest_of_several_exit_codes_wins() -> None:
    assert [worst(codes) for codes in ((), (0, 65), (65, 74), (74, 78), (1, 65), (2, 1))] == [0, 65, 74, 78, 65, 2]


def test_every_exit_code_is_in_the_docs() -> None:
    text = (Path(__file__).parents[3] / "docs" / "exit-codes.md").read_text()
    for code in MEANINGS:
        assert f"\n| {code} | " in text


def test_the_help_names_every_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    shown = capsys.readouterr().out
    for code, meaning in MEANINGS.items():
        assert f"\n    {code:<5}{meaning}\n" in shown


def test_an_unexpected_fault_shows_its_place_and_never_its_message(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_arguments: object) -> None:
        message = "c4n4ry"
        raise ValueError(message)

    monkeypatch.setattr("pipeline.cli.check.read_settings", fail)
    assert main(["check"]) == 70
    told = capsys.readouterr().err
    assert told.startswith("edgesieve: a fault of edgesieve ")
    assert "ValueError at test_app.py:" in told
    assert "c4n4ry" not in told


def test_core_dumps_are_off(edgesieve: Edgesieve) -> None:
    code = "from pipeline.cli.app import main; main(['--version'])"
    code += "; import resource; print(resource.getrlimit(resource.RLIMIT_CORE))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert run.stdout.splitlines()[-1] == b"(0, 0)"
    assert edgesieve("--version").returncode == 0


def test_a_start_loads_no_package_that_redact_does_not_need() -> None:
    heavy = (
        "pydantic",
        "rich",
        "prometheus_client",
        "cryptography",
        "ada_url",
        "multiprocessing",
        "asyncio",
        "logging",
    )
    code = "import sys; from pipeline.cli.app import main; main(['redact'])"
    code += f"; sys.exit(str([name for name in {heavy!r} if name in sys.modules]))"
    run = subprocess.run([sys.executable, "-c", code], input=RAW, capture_output=True, check=False)
    assert run.stderr.decode().splitlines()[-1] == "[]"
