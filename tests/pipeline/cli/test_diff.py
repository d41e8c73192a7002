"""`edgesieve diff`: what a reviewer of a policy sees, and what nobody must see."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from tests.laws.stage import lines
from tests.program import RAW, Edgesieve

RECORD = {
    "RayID": "8a1b2c3d4e5f6071",
    "ClientIP": "203.0.113.77",
    "ClientRequestURI": "/a?token=c4n4ry",
    "Cookies": {"lang": "c4n4ry"},
    "Extra": "c4n4ry",
}
NEW = "[redact]\nip = 'keep'\nquery = 'params'\nunknown = 'drop'\n"


@pytest.fixture
def policies(tmp_path: Path) -> None:
    """Write two configurations and a log."""
    (tmp_path / "old.toml").write_text("[redact]\n")
    (tmp_path / "new.toml").write_text(NEW)
    (tmp_path / "raw.log").write_bytes(lines(RECORD, RECORD))


@pytest.mark.usefixtures("policies")
def test_what_would_change_is_told_by_dataset_field_and_rule(edgesieve: Edgesieve) -> None:
    run = edgesieve("diff", "old.toml", "new.toml", "raw.log")
    assert (run.returncode, run.stderr) == (0, b"")
    head, table, examples = run.stdout.decode().split("\n\n")
    assert [line.split()[:2] for line in head.splitlines()[:2]] == [["old", "old.toml:"], ["new", "new.toml:"]]
    assert head.splitlines()[2] == "records   2, of which 2 would leave otherwise"
    assert [line.split("  ")[0] for line in table.splitlines()] == [
        "change", "no longer redacted", "otherwise different", "newly redacted"
    ]  # fmt: skip
    assert [line.split()[-6:] for line in table.splitlines()[1::2]] == [
        ["http_requests", "ClientIP", "truncated", "kept", "2", "2"],
        ["http_requests", "Extra", "kept", "dropped", "2", "2"],
    ]
    title, _, *rows = examples.splitlines()
    assert title == "Examples, by their lengths"
    assert [row.split() for row in rows] == [
        ["raw.log:1", "ClientIP", "12", "truncated", "(11)", "kept", "(12)"],
        ["raw.log:1", "ClientRequestURI", "15", "query", "removed", "(2)", "[param]", "in", "it", "(16)"],
        ["raw.log:1", "Extra", "6", "kept", "(6)", "dropped"],
    ]


@pytest.mark.usefixtures("policies")
def test_no_value_is_shown(edgesieve: Edgesieve) -> None:
    for sides in (("old.toml", "new.toml"), ("new.toml", "old.toml")):
        run = edgesieve("diff", *sides, "raw.log")
        for secret in (b"c4n4ry", b"203.0.113"):
            assert secret not in run.stdout + run.stderr


@pytest.mark.usefixtures("policies")
def test_a_policy_does_not_differ_from_itself(edgesieve: Edgesieve) -> None:
    run = edgesieve("diff", "new.toml", "new.toml", "raw.log")
    assert run.returncode == 0
    assert run.stdout.decode().splitlines()[2:] == ["records   2, of which 0 would leave otherwise"]


@pytest.mark.usefixtures("policies")
def test_folders_compressed_files_and_a_pipe_are_read(edgesieve: Edgesieve, tmp_path: Path) -> None:
    (tmp_path / "logs" / "http_requests").mkdir(parents=True)
    (tmp_path / "logs" / "http_requests" / "a.log.gz").write_bytes(gzip.compress(lines(RECORD) * 2000))
    run = edgesieve("diff", "old.toml", "new.toml", "logs", "-", stdin=RAW)
    assert b"\nrecords   2,001, of which 2,001 would leave otherwise\n" in run.stdout
    assert b"logs/http_requests/a.log.gz:1 " in run.stdout


@pytest.mark.usefixtures("policies")
def test_records_of_other_forms_are_compared(edgesieve: Edgesieve) -> None:
    one = RAW.rstrip(b"\n")
    run = edgesieve("diff", "old.toml", "new.toml", "-", stdin=b"[" + one + b",\n" + one + b"]")
    assert b"\nrecords   2, of which 2 would leave otherwise\n" in run.stdout


@pytest.mark.usefixtures("policies")
def test_a_dataset_can_be_told(edgesieve: Edgesieve) -> None:
    run = edgesieve("diff", "old.toml", "new.toml", "-", "--dataset", "generic", stdin=b'{"x":"c4n4ry"}\n')
    assert b"newly redacted  generic  x " in run.stdout


@pytest.mark.usefixtures("policies")
def test_records_that_stay_behind_are_counted_and_exit_0(edgesieve: Edgesieve, tmp_path: Path) -> None:
    (tmp_path / "new.toml").write_text("[limits]\nline_bytes = '1KiB'\n")
    raw = b"{no\n" + lines({**RECORD, "Extra": "x" * 2000})
    run = edgesieve("diff", "old.toml", "new.toml", "-", stdin=raw)
    assert run.returncode == 0
    assert run.stdout.decode().splitlines()[2:] == [
        "records   2, of which 1 would leave otherwise",
        "behind    1 record; old: leaves; new: line_too_long",
        "behind    1 record; old: not_json; new: not_json",
    ]


@pytest.mark.usefixtures("policies")
def test_what_cannot_be_read_is_told_and_the_rest_is_compared(edgesieve: Edgesieve) -> None:
    run = edgesieve("diff", "old.toml", "new.toml", "none.log", "raw.log")
    assert (run.returncode, run.stderr) == (74, b"edgesieve: none.log: No such file or directory\n")
    assert b"\nrecords   2, " in run.stdout


WRONG = {
    "no logs": (["old.toml", "new.toml"], 2, "diff: Missing argument 'PATH...'"),
    "no such configuration": (["old.toml", "none.toml", "raw.log"], 78, "none.toml: no such configuration file"),
    "a wrong configuration": (["old.toml", "bad.toml", "raw.log"], 78, "bad.toml:1: redakt: "),
    "an unknown dataset": (
        ["old.toml", "new.toml", "raw.log", "--dataset", "dns"],
        2,
        "diff: --dataset: no dataset has",
    ),
}


@pytest.mark.usefixtures("policies")
@pytest.mark.parametrize(("arguments", "code", "message"), WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_is_one_line(
    edgesieve: Edgesieve, tmp_path: Path, arguments: list[str], code: int, message: str
) -> None:
    (tmp_path / "bad.toml").write_text("[redakt]\n")
    run = edgesieve("diff", *arguments)
    assert (run.returncode, run.stdout) == (code, b"")
    assert run.stderr.decode().startswith(f"edgesieve: {message}")
