"""`edgesieve demo`: what a newcomer sees first."""

from __future__ import annotations

import re
from pathlib import Path

from tests.program import Edgesieve


def test_the_demo_shows_before_and_after_and_leaves_safe_files(edgesieve: Edgesieve, tmp_path: Path) -> None:
    run = edgesieve("demo")
    text = run.stdout.decode()
    assert run.returncode == 0
    shown = text.partition("\n\nby field class")[0].partition("by field class")[0].splitlines()
    assert len(shown) <= 40
    assert shown[0].startswith("http_requests/")
    assert [line for line in shown if re.search(r"\[[a-z-]+~[A-Z0-9.]*(?:…|$)|…[A-Z0-9.]*\]", line)] == []
    for title in ("by field class", "by rule"):
        rows = text.partition(f"{title} ")[2].partition("\n\n")[0].splitlines()[1:]
        counts = [int(row.split()[-1].replace(",", "")) for row in rows]
        assert counts == sorted(counts, reverse=True) != []
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
