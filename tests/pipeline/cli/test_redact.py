"""`edgesieve redact`, as a user meets it: what it prints, where, and with which exit code it ends."""

from __future__ import annotations

import gzip
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.program import RAW, SAFE, Edgesieve


def test_stdin_comes_out_safe_on_stdout(edgesieve: Edgesieve) -> None:
    run = edgesieve("redact", stdin=RAW)
    assert (run.returncode, run.stdout) == (0, SAFE)


def test_the_summary_tells_counts_and_no_values(edgesieve: Edgesieve) -> None:
    run = edgesieve("redact", stdin=RAW + SAFE + b'{"c4n4ry\n')
    lines = run.stderr.decode().splitlines()
    assert run.returncode == 65
    assert lines[0].startswith("edgesieve: no key file: only plain marks are written")
    assert lines[1].startswith("edgesieve: 3 records: 1 redacted, 1 clean, 1 dead; ")
    assert "edgesieve: redactions: ip 1, url 1" in lines
    assert "edgesieve: dead letters: not_json 1" in lines
    assert lines[-1] == f"edgesieve: dead: stdin:3 (offset {len(RAW + SAFE)}): not_json"
    assert b"c4n4ry" not in run.stderr


def test_only_the_first_dead_letters_are_named_and_the_rest_counted(edgesieve: Edgesieve) -> None:
    run = edgesieve("redact", stdin=b"no\n" * 50)
    lines = [line for line in run.stderr.decode().splitlines() if line.startswith("edgesieve: dead: ")]
    assert (run.returncode, len(lines)) == (65, 21)
    assert lines[19] == "edgesieve: dead: stdin:20 (offset 57): not_json"
    assert lines[20] == "edgesieve: dead: … and 30 more lines"


def test_a_folder_is_redacted_into_a_folder_under_the_same_names(
    edgesieve: Edgesieve, key: Path, tmp_path: Path
) -> None:
    (tmp_path / "raw" / "sub").mkdir(parents=True)
    (tmp_path / "raw" / "a.ndjson").write_bytes(RAW)
    (tmp_path / "raw" / "sub" / "b.log.gz").write_bytes(gzip.compress(RAW))
    run = edgesieve("redact", "raw", "-o", "safe/", "--key-file", key, "--jobs", "2")
    assert (run.returncode, run.stdout) == (0, b"")
    assert (tmp_path / "safe" / "a.ndjson").read_bytes() == SAFE
    assert gzip.decompress((tmp_path / "safe" / "sub" / "b.log.gz").read_bytes()) == SAFE
    assert b"no key file" not in run.stderr


def test_metrics_are_written_beside_the_logs(edgesieve: Edgesieve, tmp_path: Path) -> None:
    assert edgesieve("redact", "--metrics", "edge.prom", stdin=RAW).returncode == 0
    text = (tmp_path / "edge.prom").read_text()
    assert 'edgesieve_records_total{dataset="http_requests",outcome="redacted",zone=""} 1.0\n' in text
    assert 'edgesieve_records_total{dataset="dns_logs",outcome="dead",zone=""} 0.0\n' in text
    assert "c4n4ry" not in text


def test_metrics_that_cannot_be_written_are_told_after_the_logs_are_out(edgesieve: Edgesieve, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    run = edgesieve("redact", "--metrics", "file/edge.prom", stdin=RAW + b"no\n")
    assert (run.returncode, run.stdout) == (74, SAFE)


def test_a_missing_file_is_told_and_the_others_are_done(edgesieve: Edgesieve, tmp_path: Path) -> None:
    (tmp_path / "a.ndjson").write_bytes(RAW)
    run = edgesieve("redact", "a.ndjson", "missing.ndjson")
    assert (run.returncode, run.stdout) == (74, SAFE)
    assert "edgesieve: missing.ndjson: No such file or directory" in run.stderr.decode().splitlines()


def test_a_wrong_configuration_stops_before_anything_is_read(edgesieve: Edgesieve, tmp_path: Path) -> None:
    (tmp_path / "edge.toml").write_text("[redact]\nqurey = 'strip'")
    run = edgesieve("redact", "--config", "edge.toml", stdin=RAW)
    assert (run.returncode, run.stdout) == (78, b"")
    assert run.stderr == b"edgesieve: edge.toml:2: redact.qurey: unknown key; right would be query\n"


@pytest.mark.parametrize("kind", ["datasets", "rules"])
def test_a_damaged_cache_is_built_again(edgesieve: Edgesieve, tmp_path: Path, kind: str) -> None:
    cache = str(tmp_path / "cache")
    assert edgesieve("rules", "compile", EDGESIEVE_CACHE=cache).returncode == 0
    (entry,) = (tmp_path / "cache").glob(f"{kind}-*")
    whole = entry.read_bytes()
    entry.write_bytes(whole[: len(whole) // 2])
    run = edgesieve("redact", stdin=RAW, EDGESIEVE_CACHE=cache)
    assert (run.returncode, run.stdout, entry.read_bytes()) == (0, SAFE, whole)


def test_a_cache_that_cannot_be_written_is_no_fault(edgesieve: Edgesieve) -> None:
    run = edgesieve("redact", stdin=RAW, EDGESIEVE_CACHE="/dev/null/cache")
    assert (run.returncode, run.stdout) == (0, SAFE)


def test_a_reader_that_goes_away_is_no_failure(tmp_path: Path) -> None:
    (tmp_path / "raw.ndjson").write_bytes(RAW * 20_000)
    with subprocess.Popen(
        [sys.executable, "-m", "edgesieve", "redact", "raw.ndjson"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == SAFE
        process.stdout.close()
        told = process.stderr.read()
    assert process.returncode == 0
    assert b"Traceback" not in told


def test_an_interrupt_ends_with_130_and_leaves_no_half_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    process = subprocess.Popen(
        [sys.executable, "-m", "edgesieve", "redact", "pipe", "-o", "safe.ndjson"], cwd=tmp_path, stderr=subprocess.PIPE
    )
    with (tmp_path / "pipe").open("wb", buffering=0) as pipe:
        pipe.write(RAW * 300)
        deadline = time.monotonic() + 30
        while not list(tmp_path.glob(".safe*")) and time.monotonic() < deadline:
            pipe.write(RAW)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=30)
    assert process.returncode == 130
    assert told.decode().splitlines()[-1].startswith("edgesieve: interrupted")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pipe"]
