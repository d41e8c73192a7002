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
        "id": f"{number}abc".ljust(20, "0"),
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
        "critical  2026-03-02 09:02  silence   gap   shop.example  log 2    2      2abc0000",
        "critical  2026-03-02 09:03  silence   gap                 log 3    3      3abc0000",
        "high      2026-03-02 09:01  silence   gap                 log 1    1,200  1abc0000",
    ]


def test_one_in_full_says_what_so_what_where_and_what_to_do(edgesieve: Edgesieve, tmp_path: Path) -> None:
    write(tmp_path / "f", finding(1), finding(2))
    shown = edgesieve("findings", "f", "--id", "2ab").stdout.decode().splitlines()
    assert shown[:3] == [
        "low: silence, gap (statistics, open)",
        "  nothing comes any more",
        "  look at the job",
    ]
    for line in (
        "first_seen  2026-03-02T09:02:00.000Z",
        "top         203.0.113.0/24 25%",
        "observed    0.5",
        "a.log   7     8a1b2c3d4e5f6071",
        "  edgesieve coverage",
    ):
        assert line in shown
    assert not [line for line in shown if line.startswith(("zone", "affected"))], "what is empty is not shown"


def test_json_is_the_last_versions(edgesieve: Edgesieve, tmp_path: Path) -> None:
    last = finding(1, count=9)
    write(tmp_path / "f", finding(1), finding(2, severity="high"), last)
    shown = edgesieve("findings", "f", "--json").stdout.splitlines()
    assert [json.loads(line) for line in shown] == [finding(2, severity="high"), last]
    assert json.loads(edgesieve("findings", "f", "--json", "--id", "1").stdout) == last


def test_marks_have_the_names_of_the_configuration_and_its_file_is_the_default(
    edgesieve: Edgesieve, tmp_path: Path
) -> None:
    (tmp_path / "names.toml").write_text(f'"{MARK}" = "ci-deployer"\n')
    (tmp_path / "edge.toml").write_text(
        "[[findings]]\nkind = 'file'\npath = 'f'\n[findings_names]\nfile = 'names.toml'\n"
    )
    write(
        tmp_path / "f", finding(1, subject=MARK), finding(2, subject=f"~{MARK[-21:-5]}"), finding(3, subject="~NOBODY")
    )
    shown = edgesieve("findings", "--config", "edge.toml").stdout.decode()
    assert (shown.count("ci-deployer"), shown.count("~NOBODY"), shown.count(MARK)) == (2, 1, 0)
    assert MARK in edgesieve("findings", "--config", "edge.toml", "--json").stdout.decode()


def test_nothing_in_a_finding_moves_the_cursor_of_a_terminal(edgesieve: Edgesieve, tmp_path: Path) -> None:
    odd = "\x1b[2J\r\n\u202e"
    write(tmp_path / "f", finding(1, subject=odd, zone=odd, summary=odd, next=[odd], evidence=[{"origin": odd}]))
    for arguments in ((), ("--id", "1")):
        shown = edgesieve("findings", "f", *arguments).stdout.decode()
        assert all(letter.isprintable() or letter == "\n" for letter in shown)
        assert "\N{REPLACEMENT CHARACTER}[2J" in shown


def test_stdin_and_an_empty_file_are_files_too(edgesieve: Edgesieve) -> None:
    assert edgesieve("findings", "-").stdout == b"no findings\n"


FAULTS = {
    "no file": (("findings",), 2, "no file of findings; right would be FILE, or --config FILE with [[findings]]"),
    "a file that is not there": (("findings", "gone"), 74, "gone: No such file or directory"),
    "a line of log": (("findings", "log"), 78, "log:2: no finding; right would be a file written by `edgesieve redact"),
    "an id of none": (("findings", "f", "--id", "9"), 2, "--id: no finding has an id that begins so"),
    "an id of two": (("findings", "twins", "--id", "1"), 2, "--id: 2 findings have an id that begins so"),
    "a severity of another version": (("findings", "new"), 78, "new:1: no severity known here; right would be one of"),
}


@pytest.mark.parametrize(("arguments", "code", "message"), FAULTS.values(), ids=FAULTS.keys())
def test_what_is_wrong_is_named(
    edgesieve: Edgesieve, tmp_path: Path, arguments: tuple[str, ...], code: int, message: str
) -> None:
    write(tmp_path / "f", finding(1), finding(2))
    write(tmp_path / "twins", finding(1), finding(11))
    write(tmp_path / "new", finding(1, severity="dire"))
    (tmp_path / "log").write_text(json.dumps(finding(1)) + '\n{"c4n4ry": 1}\n')
    run = edgesieve(*arguments)
    assert run.returncode == code
    assert message in run.stderr.decode()
    assert b"c4n4ry" not in run.stderr


def test_names_that_are_of_no_mark_are_refused(edgesieve: Edgesieve, tmp_path: Path) -> None:
    (tmp_path / "names.toml").write_text('"u-17" = "ci-deployer"\n')
    (tmp_path / "edge.toml").write_text("[findings_names]\nfile = 'names.toml'\n")
    write(tmp_path / "f", finding(1))
    run = edgesieve("findings", "f", "--config", "edge.toml")
    assert run.returncode == 78
    assert b"names.toml: name 1 is not of a mark; right would be lines such as" in run.stderr


def test_many_hours_are_counted_by_the_day(edgesieve: Edgesieve, tmp_path: Path) -> None:
    times = [f"2026-03-{day:02}T{hour:02}:00:00.000Z" for day in range(1, 6) for hour in range(0, 24, 2)]
    write(tmp_path / "f", *(finding(number, first_seen=time) for number, time in enumerate(times)))
    shown = edgesieve("findings", "f").stdout.decode().splitlines()
    assert shown[2:8] == ["day         low", *(f"2026-03-{day:02}  12" for day in range(1, 6))]
