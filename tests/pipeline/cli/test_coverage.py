"""`edgesieve coverage`, as a user meets it: which detectors see what, and what would open the eyes of the blind."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from detectors.registry import DETECTORS
from tests.laws.watched import DEMO
from tests.program import Edgesieve

ZONE = "[zones.'shop.example']\naccount = 'acc'\nhosts = ['www.shop.example']\n"


def states(stdout: bytes) -> dict[tuple[str, str], dict[str, Any]]:
    """Return the states by zone and detector."""
    rows = [json.loads(line) for line in stdout.splitlines()]
    return {(row["zone"], row["detector"]): row for row in rows}


@pytest.fixture
def logs(tmp_path: Path) -> str:
    """Return a folder with the demo's logs."""
    shutil.copytree(DEMO, tmp_path / "raw")
    return "raw"


def test_every_detector_has_a_state_in_every_zone_that_was_seen(edgesieve: Edgesieve, logs: str) -> None:
    run = edgesieve("coverage", logs, "--json")
    found = states(run.stdout)
    assert (run.returncode, run.stderr) == (0, b"")
    assert {detector for _, detector in found} == {each.name for each in DETECTORS}
    zones = {zone for zone, _ in found}
    assert zones - {""}
    assert len(found) == len(zones) * len(DETECTORS)
    assert {row["state"] for row in found.values()} <= {"ready", "warming", "blind"}


def test_the_table_names_reasons_and_the_fields_that_logpush_can_add(edgesieve: Edgesieve, tmp_path: Path) -> None:
    (tmp_path / "edge.toml").write_text(ZONE)
    run = edgesieve("coverage", "--config", "edge.toml")
    lines = run.stdout.decode().splitlines()
    assert lines[0].split() == ["zone", *(each.name for each in DETECTORS)]
    assert lines[1].split()[0] == "shop.example"
    assert any(line.startswith("outbound_hosts blind in shop.example: ") for line in lines)
    rule = json.loads(next(line for line in lines if line.startswith('{"rules"')))["rules"][0]
    assert rule["action"] == "log_custom_field"
    assert {"name": "authorization"} in rule["action_parameters"]["request_fields"]


def test_what_is_missing_is_told_no_more_once_it_is_there(edgesieve: Edgesieve, logs: str, tmp_path: Path) -> None:
    (tmp_path / "edge.toml").write_text(ZONE)
    blind = states(edgesieve("coverage", "--config", "edge.toml", "--json").stdout)
    seen = states(edgesieve("coverage", "--config", "edge.toml", logs, "--json").stdout)
    key = ("shop.example", "secret_exposure")
    assert blind[key]["missing"]
    assert not seen[key]["missing"]


def test_two_processes_see_the_same_as_one(edgesieve: Edgesieve, logs: str) -> None:
    one, two = (edgesieve("coverage", logs, "--jobs", jobs).stdout for jobs in ("1", "2"))
    assert one == two != b""


def test_nothing_of_the_logs_leaves(edgesieve: Edgesieve, logs: str, tmp_path: Path) -> None:
    before = sorted(path for path in tmp_path.rglob("*"))
    edgesieve("coverage", logs, "--jobs", "2")
    assert sorted(path for path in tmp_path.rglob("*")) == before


def test_what_earlier_runs_saw_counts_too(edgesieve: Edgesieve, logs: str, tmp_path: Path) -> None:
    edgesieve("key", "new", "k.key")
    (tmp_path / "edge.toml").write_text(f"[key]\nfile = 'k.key'\n[state]\ndir = 'state'\n{ZONE}")
    edgesieve("redact", logs, "-o", "safe/", "--config", "edge.toml", "--findings", "f.ndjson")
    kept = (tmp_path / "state" / "judge.json").read_bytes()
    of_state = states(edgesieve("coverage", "--config", "edge.toml", "--json").stdout)
    assert not of_state["shop.example", "secret_exposure"]["missing"]
    assert (tmp_path / "state" / "judge.json").read_bytes() == kept


def test_a_log_that_cannot_be_read_is_named_and_the_rest_is_seen(edgesieve: Edgesieve, logs: str) -> None:
    run = edgesieve("coverage", logs, "gone.log", "--json")
    assert run.returncode == 74
    assert b"gone.log: No such file or directory" in run.stderr
    assert states(run.stdout)


def test_nothing_to_look_at_is_wrong_usage(edgesieve: Edgesieve) -> None:
    run = edgesieve("coverage")
    assert run.returncode == 2
    assert b"nothing to look at; right would be logs as PATH" in run.stderr


def test_logs_that_name_no_time_end_the_learning_by_how_far_they_come(edgesieve: Edgesieve, tmp_path: Path) -> None:
    for minutes, state in ((0, "warming"), (61, "ready")):
        times = (1_772_442_840, 1_772_442_840 + minutes * 60)
        rows = [{"ZoneName": "shop.example", "EdgeStartTimestamp": time, "RayID": "1"} for time in times for _ in "ab"]
        (tmp_path / "edge.toml").write_text("[detect]\nwarm_up = '1h'\n")
        for number, row in enumerate(rows):
            (tmp_path / f"{number}.ndjson").write_text(json.dumps(row | {"EdgeResponseStatus": 200}) + "\n")
        names = [f"{number}.ndjson" for number in range(len(rows))]
        found = states(edgesieve("coverage", *names, "--config", "edge.toml", "--json").stdout)
        assert found["shop.example", "secret_exposure"]["state"] == state
