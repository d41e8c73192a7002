"""`edgesieve redact` on what is not lines of JSON: what the configuration says of files, and what people are told."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.program import Edgesieve

ROW = b'"8a1b2c3d4e5f6071",1771405200000000000,"203.0.113.77","/a?token=c4n4ry"\n'
SAFE_ROW = b'"8a1b2c3d4e5f6071",1771405200000000000,"203.0.113.0","/a"\n'
RENAMED = b'{"ray":"8a1b2c3d4e5f6071","ip":"203.0.113.77","uri":"/a?token=c4n4ry"}\n'
SAFE_RENAMED = b'{"ray":"8a1b2c3d4e5f6071","ip":"203.0.113.0","uri":"/a"}\n'
RECORD = {"RayID": "8a1b2c3d4e5f6071", "ClientIP": "203.0.113.77", "ClientRequestURI": "/a?token=c4n4ry"}
SAFE_RECORD = {**RECORD, "ClientIP": "203.0.113.0", "ClientRequestURI": "/a"}

CSV = """
[[source]]
kind = "files"
path = "raw/*.csv.gz"
columns = ["RayID", "EdgeStartTimestamp", "ClientIP", "ClientRequestURI"]
"""
OTHER_NAMES = """
[[source]]
kind = "files"
path = "raw/renamed.ndjson"
rename = { ray = "RayID", ip = "ClientIP", uri = "ClientRequestURI" }
"""


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_each_file_is_read_as_its_source_says(edgesieve: Edgesieve, tmp_path: Path, jobs: str) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "a.csv.gz").write_bytes(gzip.compress(ROW * 2))
    (raw / "renamed.ndjson").write_bytes(RENAMED)
    (raw / "array.json").write_text(json.dumps([RECORD], indent=2))
    (tmp_path / "edge.toml").write_text(CSV + OTHER_NAMES)
    run = edgesieve("redact", "raw", "-o", "safe/", "--config", "edge.toml", "--jobs", jobs)
    assert run.returncode == 0, run.stderr
    assert gzip.decompress((tmp_path / "safe/a.csv.gz").read_bytes()) == SAFE_ROW * 2
    assert (tmp_path / "safe/renamed.ndjson").read_bytes() == SAFE_RENAMED
    assert (tmp_path / "safe/array.json").read_text() == json.dumps([SAFE_RECORD], indent=2)
    assert b"4 records: 4 redacted" in run.stderr


def test_standard_input_is_read_as_the_only_source_says(edgesieve: Edgesieve, tmp_path: Path) -> None:
    (tmp_path / "edge.toml").write_text(CSV)
    run = edgesieve("redact", "--config", "edge.toml", stdin=ROW)
    assert (run.returncode, run.stdout) == (0, SAFE_ROW)


def test_the_dataset_of_the_command_line_wins_over_that_of_the_source(edgesieve: Edgesieve, tmp_path: Path) -> None:
    (tmp_path / "edge.toml").write_text(CSV + 'dataset = "dns_logs"\n')
    run = edgesieve("redact", "--config", "edge.toml", "--dataset", "http_requests", stdin=ROW)
    assert (run.returncode, run.stdout) == (0, SAFE_ROW)


def test_a_document_that_breaks_is_told_by_its_offset(edgesieve: Edgesieve) -> None:
    line = json.dumps(RECORD)
    run = edgesieve("redact", stdin=f"[\n{line}\n{line}\n]\n".encode())
    assert run.returncode == 65
    assert run.stdout.decode() == f"[\n{json.dumps(SAFE_RECORD)}]"
    assert run.stderr.decode().splitlines()[-1] == (
        f"edgesieve: dead: stdin: all from offset {len(line) + 3} on: broken_document"
    )


def test_rows_come_out_of_a_pipe_while_more_are_waited_for(tmp_path: Path) -> None:
    (tmp_path / "edge.toml").write_text(CSV)
    command = [sys.executable, "-m", "edgesieve", "redact", "--config", "edge.toml"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=tmp_path, bufsize=0) as program:
        assert program.stdin
        assert program.stdout
        program.stdin.write(ROW)
        assert program.stdout.read(len(SAFE_ROW)) == SAFE_ROW
        program.stdin.write(ROW)
        assert program.stdout.read(len(SAFE_ROW)) == SAFE_ROW
        program.stdin.close()
        assert program.wait() == 0
