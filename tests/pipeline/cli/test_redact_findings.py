"""`edgesieve redact --findings`, as a user meets it: with and without a key, in one process and two, over runs."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.laws.stage import lines, survivors
from tests.laws.watched import DEMO
from tests.program import Edgesieve

AWS = "AKIA2OGYBAH6STMMNXNW"
TIME = 1772442840000
KEYS = [
    *("id", "status", "at", "first_seen", "last_seen", "detector", "rule", "tier", "severity", "account", "zone"),
    *("script", "route", "dataset", "subject", "class", "limiter", "count", "affected", "observed", "expected", "top"),
    *("began_with", "evidence", "late", "blind", "summary", "next", "quiet_with", "policy", "runbook"),
]


def trace(message: str, time: int = TIME) -> bytes:
    """Make a line of a trace event that printed this."""
    logs = [{"Level": "log", "Message": [message], "TimestampMs": time}]
    event = {"RayID": f"{time % 2**64:016x}"}
    record = {"ScriptName": "shop-edge", "Outcome": "ok", "EventType": "fetch", "EventTimestampMs": time}
    return lines({**record, "Event": event, "Logs": logs, "Exceptions": []})


def findings(path: Path) -> list[dict[str, Any]]:
    """Read a file of findings."""
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def told(run: subprocess.CompletedProcess[bytes]) -> list[str]:
    """Return the lines on stderr, without the program's name."""
    return [line.removeprefix("edgesieve: ") for line in run.stderr.decode().splitlines()]


def test_findings_hold_every_key_and_no_secret(edgesieve: Edgesieve, tmp_path: Path) -> None:
    run = edgesieve("redact", "--findings", "f.ndjson", stdin=trace("fine") + trace(f"key {AWS}"))
    assert run.returncode == 0
    (finding,) = findings(tmp_path / "f.ndjson")
    assert set(KEYS) <= set(finding)
    assert (finding["detector"], finding["script"], finding["count"]) == ("secret_exposure", "shop-edge", 1)
    assert finding["evidence"] == [{"origin": "stdin", "line": 2, "ray_id": f"{TIME:016x}"}]
    assert survivors(AWS, (tmp_path / "f.ndjson").read_bytes()) == []
    assert "findings: 1 high" in told(run)


def test_without_a_key_file_only_plain_marks_are_written(edgesieve: Edgesieve, tmp_path: Path) -> None:
    raw = trace(f"key {AWS}")
    run, plain = edgesieve("redact", "--findings", "f.ndjson", stdin=raw), edgesieve("redact", stdin=raw)
    assert run.stdout == plain.stdout
    assert b"[aws-access-key]" in run.stdout
    assert "no key file: only plain marks are written" in told(run)[0]
    assert findings(tmp_path / "f.ndjson")


def test_nothing_found_is_an_empty_file(edgesieve: Edgesieve, tmp_path: Path) -> None:
    run = edgesieve("redact", "--findings", "f.ndjson", stdin=trace("fine"))
    assert (run.returncode, (tmp_path / "f.ndjson").read_bytes()) == (0, b"")
    assert "findings: none" in told(run)


def test_findings_are_equal_for_one_process_and_two(edgesieve: Edgesieve, tmp_path: Path) -> None:
    edgesieve("key", "new", "k.key")
    shutil.copytree(DEMO, tmp_path / "raw")
    made = {}
    for jobs in ("1", "2"):
        for output in (f"safe{jobs}/", f"safe{jobs}.ndjson"):
            options = ("--jobs", jobs, "--key-file", "k.key", "--findings", "f.ndjson", "--metrics", "m.prom")
            assert edgesieve("redact", "raw", "-o", output, *options).returncode == 0
            made[jobs, output] = (tmp_path / "f.ndjson").read_bytes(), (tmp_path / "m.prom").read_bytes()
    assert len(set(made.values())) == 1
    assert findings(tmp_path / "f.ndjson")


def objects(folder: Path, hours: tuple[int, ...]) -> None:
    """Write an object for each hour, in each of which a script printed a secret."""
    for hour in hours:
        name = f"20260302T{hour:02}0000Z_20260302T{hour:02}0500Z_1a2b3c4d.log.gz"
        (folder / f"{24 - hour}").mkdir(parents=True)
        time = 1772409600000 + hour * 3_600_000 + 60_000
        (folder / f"{24 - hour}" / name).write_bytes(gzip.compress(trace(f"key {AWS}", time)))


def test_objects_are_judged_in_the_order_of_the_times_in_their_names(edgesieve: Edgesieve, tmp_path: Path) -> None:
    objects(tmp_path / "raw", (9, 10, 11))
    for jobs in ("1", "2"):
        edgesieve("redact", "raw", "-o", "safe/", "--jobs", jobs, "--findings", "f.ndjson")
        said = [(each["status"], each["at"][11:16]) for each in findings(tmp_path / "f.ndjson")]
        assert [at for status, at in said if status == "open"] == ["09:00", "10:00", "11:00"]


def test_what_was_learned_is_kept_in_the_state_folder_and_a_log_counts_once(
    edgesieve: Edgesieve, tmp_path: Path
) -> None:
    edgesieve("key", "new", "k.key")
    (tmp_path / "edge.toml").write_text("[key]\nfile = 'k.key'\n[state]\ndir = 'state'\n")
    objects(tmp_path / "raw", (9,))
    counts = []
    for _ in range(2):
        run = edgesieve("redact", "raw", "-o", "safe/", "--config", "edge.toml", "--findings", "f.ndjson")
        assert run.returncode == 0
        counts.append([each["count"] for each in findings(tmp_path / "f.ndjson")])
    assert counts[0] == [1]
    assert all(count == 1 for count in counts[1])
    assert (tmp_path / "state" / "judge.json").exists()


def test_a_suppression_is_silent_until_it_runs_out_and_then_is_named(edgesieve: Edgesieve, tmp_path: Path) -> None:
    suppress = "[[detect.suppress]]\ndetector = 'secret_exposure'\nreason = 'known'\nuntil = "
    for until, count in (("2099-01-01", 0), ("2020-01-01", 1)):
        (tmp_path / "edge.toml").write_text(f"{suppress}{until}\n")
        run = edgesieve("redact", "--config", "edge.toml", "--findings", "f.ndjson", stdin=trace(f"key {AWS}"))
        assert len(findings(tmp_path / "f.ndjson")) == count
    ran_out = (
        "edge.toml:1: detect.suppress[0]: ran out on 2020-01-01 (known); right would be a later day, or to leave it"
    )
    assert any(line.startswith(ran_out) for line in told(run))


def test_metrics_count_findings_and_states_and_hold_no_secret(edgesieve: Edgesieve, tmp_path: Path) -> None:
    (tmp_path / "edge.toml").write_text("[zones.'shop.example']\nscripts = ['shop-edge']\n")
    options = ("--config", "edge.toml", "--findings", "f.ndjson", "--metrics", "m.prom")
    edgesieve("redact", *options, stdin=trace(f"key {AWS}"))
    text = (tmp_path / "m.prom").read_text()
    labels = 'detector="secret_exposure",rule="written",severity="high",tier="proof",zone="shop.example"'
    assert f"edgesieve_findings_total{{{labels}}} 1.0\n" in text
    assert f"edgesieve_findings_open{{{labels}}} 1.0\n" in text
    assert 'edgesieve_detector_state{detector="secret_exposure",state="warming",zone="shop.example"} 1.0\n' in text
    assert "edgesieve_series_capped_total 0.0\n" in text
    assert survivors(AWS, text.encode()) == []


def test_findings_go_to_stdout_where_the_logs_do_not(edgesieve: Edgesieve) -> None:
    run = edgesieve("redact", "-o", "safe.ndjson", "--findings", "-", stdin=trace(f"key {AWS}"))
    assert json.loads(run.stdout)["detector"] == "secret_exposure"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--findings", "-"], "--findings: the logs go to stdout already; right would be a file, or -o"),
        (
            ["-o", "s", "--findings", "-", "--metrics", "-"],
            "--metrics: other reports go to stdout already; right would",
        ),
        (["raw", "-o", "safe", "--findings", "raw"], "--findings raw and the input raw are the same file; right would"),
        (["raw", "-o", "safe", "--findings", "safe"], "--findings safe and -o safe are the same file; right would be"),
        (["raw", "-o", "s", "--findings", "f", "--metrics", "f"], "--metrics f and --findings f are the same file"),
    ],
    ids=["stdout twice", "two reports", "an input", "the output", "the metrics"],
)
def test_findings_never_overwrite_anything(
    edgesieve: Edgesieve, tmp_path: Path, arguments: list[str], message: str
) -> None:
    (tmp_path / "raw").write_bytes(trace("fine"))
    run = edgesieve("redact", *arguments)
    assert run.returncode == 2
    assert message in run.stderr.decode()
    assert (tmp_path / "raw").read_bytes() == trace("fine")
    assert not (tmp_path / "f").exists()


def test_a_file_of_findings_that_cannot_be_written_keeps_no_log(edgesieve: Edgesieve, tmp_path: Path) -> None:
    (tmp_path / "raw").write_bytes(trace(f"key {AWS}"))
    run = edgesieve("redact", "raw", "-o", "safe", "--findings", "/dev/full")
    assert run.returncode == 74
    assert "/dev/full: No space left on device" in told(run)
    assert b"[aws-access-key]" in (tmp_path / "safe").read_bytes()


def test_what_the_facts_need_and_is_not_there_stops_the_start(edgesieve: Edgesieve, tmp_path: Path) -> None:
    (tmp_path / "edge.toml").write_text("[detect.backend_credentials]\nallow = ['secret:gone']\n")
    run = edgesieve("redact", "--config", "edge.toml", "--findings", "f.ndjson", stdin=trace("fine"))
    assert (run.returncode, run.stdout) == (78, b"")
    assert "edge.toml:2: detect.backend_credentials.allow[0]: gone: No such file" in run.stderr.decode()
    assert edgesieve("redact", "--config", "edge.toml", stdin=trace("fine")).returncode == 0
