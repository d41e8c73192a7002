"""`edgesieve redact`, as a user meets it: what it prints, where, and with which exit code it ends."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
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
    run = edgesieve("redact", stdin=(RAW + b"no\n") * 30 + b"[]\n" * 3)
    lines = [line for line in run.stderr.decode().splitlines() if line.startswith("edgesieve: dead: ")]
    assert (run.returncode, len(lines)) == (65, 21)
    assert lines[19] == f"edgesieve: dead: stdin:40 (offset {20 * len(RAW) + 19 * 3}): not_json"
    assert lines[20] == "edgesieve: dead: … and 13 more lines: not_json 10, not_object 3"


def test_dead_letters_in_a_row_are_one_line(edgesieve: Edgesieve) -> None:
    run = edgesieve("redact", stdin=RAW + b"no\n" * 50 + b"[]\n")
    assert run.stderr.decode().splitlines()[-2:] == [
        f"edgesieve: dead: stdin:2-51 (from offset {len(RAW)}): not_json, 50 lines",
        f"edgesieve: dead: stdin:52 (offset {len(RAW) + 150}): not_object",
    ]


def test_a_stream_that_breaks_off_is_told_by_its_offset_and_no_line(edgesieve: Edgesieve) -> None:
    run = edgesieve("redact", stdin=gzip.compress(RAW)[:-1])
    assert (run.returncode, gzip.decompress(run.stdout)) == (65, SAFE)
    told = run.stderr.decode().splitlines()[-1]
    assert told == f"edgesieve: dead: stdin: all from offset {len(RAW)} on: truncated"


def test_nothing_in_is_told_as_no_records(edgesieve: Edgesieve) -> None:
    run = edgesieve("redact")
    assert (run.returncode, run.stdout, run.stderr) == (0, b"", b"edgesieve: no records; 0 B in, 0 B out\n")


def test_that_there_is_no_key_is_said_only_where_something_was_redacted(edgesieve: Edgesieve) -> None:
    assert b"no key file" in edgesieve("redact", stdin=RAW).stderr
    assert b"no key file" not in edgesieve("redact", stdin=SAFE).stderr
    assert b"no key file" not in edgesieve("redact", "missing", "-o", "x.gz", "-").stderr


def test_a_folder_without_files_is_told(edgesieve: Edgesieve, tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    run = edgesieve("redact", "raw", "-o", "safe/")
    assert (run.returncode, run.stderr.decode().splitlines()[0]) == (
        0,
        "edgesieve: raw: no file was found in this folder",
    )


@pytest.mark.parametrize("name", ["x.gz", "x.zst", "x.zstd"])
def test_several_inputs_are_not_joined_under_a_compressed_name(edgesieve: Edgesieve, tmp_path: Path, name: str) -> None:
    for each in ("a", "b"):
        (tmp_path / each).write_bytes(RAW)
    run = edgesieve("redact", "a", "b", "-o", name)
    assert (run.returncode, run.stdout) == (2, b"")
    ending = name.removeprefix("x")
    assert run.stderr.decode() == (
        "edgesieve: -o: several inputs are joined uncompressed; "
        f"right would be a folder, or a name that does not end in {ending}\n"
    )
    assert not (tmp_path / name).exists()


def test_logs_go_through_a_descriptor_of_the_shell(edgesieve: Edgesieve, tmp_path: Path) -> None:
    assert edgesieve("redact", "-o", "/dev/stdout", stdin=RAW).stdout == SAFE
    command = [sys.executable, "-m", "edgesieve", "redact", "-o", "/dev/stdout"]
    with (tmp_path / "safe").open("wb") as safe:
        subprocess.run(command, input=RAW, stdout=safe, stderr=subprocess.DEVNULL, check=True, cwd=tmp_path)
        assert os.path.samestat(os.fstat(safe.fileno()), (tmp_path / "safe").stat())
    assert (tmp_path / "safe").read_bytes() == SAFE


def test_metrics_go_to_stdout_where_the_logs_do_not(edgesieve: Edgesieve, tmp_path: Path) -> None:
    run = edgesieve("redact", "-o", "safe", "--metrics", "-", stdin=RAW)
    assert (run.returncode, (tmp_path / "safe").read_bytes()) == (0, SAFE)
    assert run.stdout.startswith(b"# HELP edgesieve_")
    for metrics, output in (("-", []), ("/dev/stdout", []), ("-", ["-o", "-"])):
        run = edgesieve("redact", *output, "--metrics", metrics, stdin=RAW)
        assert (run.returncode, run.stdout) == (2, b"")
        assert run.stderr.startswith(b"edgesieve: redact: --metrics: the logs go to stdout already; right would be ")


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


def test_who_types_at_a_terminal_is_told_that_it_reads(tmp_path: Path) -> None:
    keyboard, terminal = os.openpty()
    command = [sys.executable, "-m", "edgesieve", "redact"]
    with subprocess.Popen(command, cwd=tmp_path, stdin=terminal, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        assert run.stderr
        assert run.stderr.readline() == b"edgesieve: reading standard input; Ctrl-D ends it\n"
        os.write(keyboard, RAW + b"\x04")
        out, _ = run.communicate(timeout=60)
    assert (run.returncode, out) == (0, SAFE)
    os.close(keyboard)
    os.close(terminal)


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
