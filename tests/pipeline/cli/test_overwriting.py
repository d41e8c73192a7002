"""No output of `edgesieve redact` may overwrite what the run reads, or another output."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.program import RAW, SAFE, Edgesieve

RULE = """
[[rule]]
id = "shop-token"
reference = "our wiki, page Tokens"
token = { prefix = ["shop_tok_"], alphabet = "base62", length = 20 }
examples = ["shop_tok_0123456789abcdefghij", "x=shop_tok_abcdefghij0123456789"]
counter_examples = ["shop_tok_", "shop_tok_0123"]
"""
CLASHES = {
    "the key file by -o": ("x -o k --key-file k", "-o k and the key file k", "-o"),
    "the key file of the configuration": ("x -o k --config c", "-o k and the key file k", "-o"),
    "the key file through a link": ("x -o link --key-file k", "-o link and the key file k", "-o"),
    "the key file under another name": ("x -o twin --key-file k", "-o twin and the key file k", "-o"),
    "the key file in a folder of outputs": ("raw -o . --key-file k", "-o k and the key file k", "-o"),
    "the key file as a folder": ("raw -o k/ --key-file k", "-o k and the key file k", "-o"),
    "the key file by --metrics": ("x --metrics k --key-file k", "--metrics k and the key file k", "--metrics"),
    "the configuration by -o": ("x -o c --config c", "-o c and the configuration c", "-o"),
    "the configuration by --metrics": ("x --metrics c --config c", "--metrics c and the configuration c", "--metrics"),
    "an included file": ("x -o i.toml --config c", "-o i.toml and the configuration i.toml", "-o"),
    "a file of rules": ("x -o own/r.toml --config c", "-o own/r.toml and the rules own/r.toml", "-o"),
    "an input by -o": ("x -o ./x", "-o ./x and the input x", "-o"),
    "an input by --metrics": ("x -o new --metrics x", "--metrics x and the input x", "--metrics"),
    "an output by --metrics": ("x -o new --metrics ./new", "--metrics ./new and -o new", "--metrics"),
    "an output in a folder by --metrics": ("x -o . --metrics k --jobs 1 --key-file k2", "-o x and the input x", "-o"),
    "a folder of outputs by --metrics": ("x -o new/ --metrics new", "--metrics new and -o new", "--metrics"),
    "one of many outputs by --metrics": ("raw -o new/ --metrics new/k", "--metrics new/k and -o new/k", "--metrics"),
}


@pytest.fixture(autouse=True)
def _files(tmp_path: Path, key: Path) -> None:
    """Fill the folder with what a run reads."""
    key.rename(tmp_path / "k")
    (tmp_path / "k2").write_bytes((tmp_path / "k").read_bytes())
    (tmp_path / "k2").chmod(0o600)
    (tmp_path / "link").symlink_to("k")
    (tmp_path / "twin").hardlink_to(tmp_path / "k")
    (tmp_path / "x").write_bytes(RAW)
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "k").write_bytes(RAW)
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "r.toml").write_text(RULE)
    (tmp_path / "c").write_text('include = ["i.toml"]\n[redact]\nrules_extra = "own"\n')
    (tmp_path / "i.toml").write_text('[key]\nfile = "k"\n')


def _found(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(("arguments", "both", "option"), CLASHES.values(), ids=CLASHES.keys())
def test_two_names_of_one_file_are_refused_and_nothing_is_touched(
    edgesieve: Edgesieve, tmp_path: Path, arguments: str, both: str, option: str
) -> None:
    before = _found(tmp_path)
    run = edgesieve("redact", *arguments.split())
    assert (run.returncode, run.stdout) == (2, b"")
    assert run.stderr.decode() == f"edgesieve: {both} are the same file; right would be another file for {option}\n"
    assert _found(tmp_path) == before


STREAMS = {
    "what is led into stdin": (["-o", "x"], "r", "-o x and stdin", "-o"),
    "what is led into stdin, by --metrics": (["--metrics", "x"], "r", "--metrics x and stdin", "--metrics"),
    "what stdout goes to, by --metrics": (["raw", "--metrics", "x"], "a", "--metrics x and stdout", "--metrics"),
    "an input that stdout goes to": (["x"], "a", "stdout and the input x", "stdout"),
    "an input that a descriptor leads to": (["x", "-o", "/dev/stdout"], "a", "-o /dev/stdout and the input x", "-o"),
    "metrics on the stdout that leads to -o": (
        ["raw/k", "-o", "x", "--metrics", "-"],
        "a",
        "--metrics - and -o x",
        "--metrics",
    ),
}


@pytest.mark.parametrize(("arguments", "how", "both", "option"), STREAMS.values(), ids=STREAMS.keys())
def test_what_the_shell_leads_somewhere_is_known_again(
    tmp_path: Path, arguments: list[str], how: str, both: str, option: str
) -> None:
    before = _found(tmp_path)
    with (tmp_path / "x").open(how) as file:
        run = subprocess.run(
            [sys.executable, "-m", "edgesieve", "redact", *arguments],
            cwd=tmp_path,
            stdin=file if how == "r" else subprocess.DEVNULL,
            stdout=file if how == "a" else subprocess.PIPE,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert (run.returncode, run.stdout or b"") == (2, b"")
    assert run.stderr.decode() == f"edgesieve: {both} are the same file; right would be another file for {option}\n"
    assert _found(tmp_path) == before


def test_a_packed_file_is_not_replaced_by_what_was_made_of_it(tmp_path: Path) -> None:
    (tmp_path / "s.gz").write_bytes(gzip.compress(RAW))
    before = (tmp_path / "s.gz").read_bytes()
    with (tmp_path / "s.gz").open("rb") as file:
        command = [sys.executable, "-m", "edgesieve", "redact", "-o", "s.gz"]
        run = subprocess.run(command, cwd=tmp_path, stdin=file, capture_output=True, check=False)
    assert (run.returncode, (tmp_path / "s.gz").read_bytes()) == (2, before)


def test_devices_may_be_named_twice(edgesieve: Edgesieve) -> None:
    assert edgesieve("redact", "x", "-o", "/dev/null", "--metrics", "/dev/null").returncode == 0


def test_a_run_may_be_repeated_over_its_own_outputs(edgesieve: Edgesieve, tmp_path: Path) -> None:
    for _ in range(2):
        assert edgesieve("redact", "x", "-o", "y", "--metrics", "z").returncode == 0
    assert (tmp_path / "y").read_bytes() == SAFE


@pytest.mark.parametrize("command", [["redact"], ["key", "fingerprint"]], ids=" ".join)
def test_a_key_file_that_is_a_pipe_is_refused_at_once(edgesieve: Edgesieve, tmp_path: Path, command: list[str]) -> None:
    os.mkfifo(tmp_path / "pipe")
    run = edgesieve(*command, "--key-file", "pipe", stdin=RAW)
    assert (run.returncode, run.stdout) == (78, b"")
    right = "right would be a key file made by `edgesieve key new FILE`"
    assert run.stderr.decode() == f"edgesieve: pipe: no regular file; {right}\n"
