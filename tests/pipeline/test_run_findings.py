"""Findings are appended line by line; what cannot be written waits, and half a line never stays."""

from __future__ import annotations

from pathlib import Path

from pipeline.run_findings import FindingsAppender


def test_lines_are_appended_over_runs_and_half_a_line_is_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "findings.ndjson"
    first = FindingsAppender(path, lambda _: None)
    first.open()
    first.add(b"one\n")
    assert first.flush()
    with path.open("ab") as file:
        file.write(b"half a li")
    second = FindingsAppender(path, lambda _: None)
    second.open()
    second.add(b"two\n")
    second.add(b"three\n")
    assert second.flush()
    assert path.read_bytes() == b"one\ntwo\nthree\n"


def test_what_cannot_be_written_waits_and_is_told_once(tmp_path: Path) -> None:
    told: list[str] = []
    path = tmp_path / "findings.ndjson"
    findings = FindingsAppender(path, told.append)
    path.mkdir()
    for line in (b"one\n", b"two\n"):
        findings.add(line)
        assert not findings.flush()
    assert told == [f"{path}: Is a directory; findings wait, and are tried again"]
    path.rmdir()
    assert findings.flush()
    assert path.read_bytes() == b"one\ntwo\n"


def test_without_a_file_nothing_is_kept() -> None:
    findings = FindingsAppender(None, lambda _: None)
    findings.open()
    findings.add(b"one\n")
    assert (findings.flush(), findings.waiting) == (True, [])
