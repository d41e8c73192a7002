"""`edgesieve demo`: what a newcomer sees first."""

from __future__ import annotations

from pathlib import Path

from tests.program import Edgesieve


def test_the_demo_shows_before_and_after_and_leaves_safe_files(edgesieve: Edgesieve, tmp_path: Path) -> None:
    run = edgesieve("demo")
    text = run.stdout.decode()
    assert run.returncode == 0
    assert text.count("one record, ") >= 3
    assert "\n  - " in text
    assert "\n  + " in text
    assert "safe logs: edgesieve-demo/" in text
    files = [path for path in (tmp_path / "edgesieve-demo").rglob("*") if path.is_file() and path.suffix != ".key"]
    assert len(files) >= 3
    again = edgesieve("demo")
    assert (again.returncode, again.stdout) == (0, run.stdout)


def test_the_demo_is_coloured_on_a_terminal(edgesieve: Edgesieve) -> None:
    run = edgesieve("demo", FORCE_COLOR="1", TERM="xterm-256color")
    assert b"\x1b[31m" in run.stdout
    assert b"\x1b[32m" in run.stdout
