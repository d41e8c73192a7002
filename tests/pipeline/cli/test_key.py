"""`edgesieve key`: rings are made and rotated, and secrets are found behind their marks."""

from __future__ import annotations

from pathlib import Path

from tests.program import RAW, Edgesieve


def test_a_secret_is_found_behind_its_mark_and_another_is_not(edgesieve: Edgesieve, key: Path) -> None:
    mark = edgesieve("key", "fingerprint", "--key-file", key, stdin=b"Bearer s3cr3t\n").stdout.decode().strip()
    assert mark.startswith("[credential~")
    yes = edgesieve("key", "lookup", mark, "--key-file", key, stdin=b"s3cr3t")
    no = edgesieve("key", "lookup", mark, "--key-file", key, stdin=b"another")
    assert [(run.returncode, run.stdout) for run in (yes, no)] == [(0, b"yes\n"), (1, b"no\n")]


def test_a_retired_key_still_looks_up(edgesieve: Edgesieve, key: Path) -> None:
    old = edgesieve("key", "fingerprint", "--key-file", key, stdin=b"s3cr3t").stdout.decode().strip()
    assert edgesieve("key", "rotate", key).returncode == 0
    new = edgesieve("key", "fingerprint", "--key-file", key, stdin=b"s3cr3t").stdout.decode().strip()
    assert old != new
    assert edgesieve("key", "lookup", old, "--key-file", key, stdin=b"s3cr3t").returncode == 0


def test_a_key_file_is_closed_to_others_and_never_overwritten(edgesieve: Edgesieve, key: Path) -> None:
    before = key.read_bytes()
    run = edgesieve("key", "new", key)
    assert (run.returncode, key.read_bytes(), key.stat().st_mode & 0o777) == (74, before, 0o600)
    assert b"exists; right would be another name" in run.stderr


def test_a_key_file_that_others_can_read_is_refused(edgesieve: Edgesieve, key: Path) -> None:
    key.chmod(0o644)
    run = edgesieve("redact", "--key-file", key, stdin=RAW)
    assert (run.returncode, run.stdout) == (78, b"")
    assert run.stderr.decode().strip().endswith(f"right would be: chmod 600 {key}")


def test_the_content_of_a_wrong_key_file_is_never_shown(edgesieve: Edgesieve, key: Path) -> None:
    key.write_text("edgesieve key ring 1\nactive c4n4ry\n")
    run = edgesieve("redact", "--key-file", key, stdin=RAW)
    assert run.returncode == 78
    assert b"c4n4ry" not in run.stderr
