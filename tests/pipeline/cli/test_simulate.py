"""`edgesieve simulate`: a folder of logs with labels, and a configuration that fits them."""

from __future__ import annotations

import gzip
import re
import time
import tomllib
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import orjson
import pytest

from detectors.allowlist import Allowlist
from detectors.facts import SECTIONS, Zone
from detectors.hosts import canonical
from pipeline.simulator.labels import key_hash
from tests.program import Edgesieve

SMALL = ("--zones", "2", "--days", "0.1", "--scale", "0.05")
END = re.compile(r"_(\d{8}T\d{6}Z)_")


@pytest.fixture
def simulated(edgesieve: Edgesieve, tmp_path: Path) -> Path:
    """Return the folder of a small simulation."""
    run = edgesieve("simulate", "-o", "sim", "--incidents", "I2.all,I7", *SMALL)
    assert run.returncode == 0, run.stderr
    return tmp_path / "sim"


def test_logs_labels_and_summary_are_there(edgesieve: Edgesieve, tmp_path: Path) -> None:
    run = edgesieve("simulate", "-o", "sim", "--seed", "3", "--incidents", "I1.metadata", *SMALL)
    assert run.returncode == 0
    assert b"I1.metadata" in run.stdout
    assert re.search(rb"[0-9,]+ records in [0-9,]+ objects", run.stderr)
    assert sorted(each.name for each in (tmp_path / "sim").iterdir()) == [
        "edgesieve.key",
        "edgesieve.toml",
        "labels.jsonl",
        "logs",
        "secrets",
    ]
    labels = [orjson.loads(line) for line in (tmp_path / "sim" / "labels.jsonl").read_bytes().splitlines()]
    (incident,) = [each for each in labels if not each["legit"]]
    assert (incident["kind"], incident["detector"]) == ("I1.metadata", "outbound_hosts")
    lines = b"".join(gzip.decompress(path.read_bytes()) for path in (tmp_path / "sim" / "logs").rglob("*.log.gz"))
    assert all(ray.encode() in lines for ray in incident["ray_ids"])


def test_the_same_command_writes_the_same_logs(edgesieve: Edgesieve, tmp_path: Path) -> None:
    found = []
    for name in ("one", "two"):
        assert edgesieve("simulate", "-o", name, "--incidents", "I4", *SMALL).returncode == 0
        folder = tmp_path / name
        paths = sorted(path for path in folder.rglob("*") if path.suffix in (".gz", ".jsonl"))
        found.append([(path.relative_to(folder), path.read_bytes()) for path in paths])
    assert found[0] == found[1]


def test_everything_can_be_made_safe_and_no_printed_secret_stays(edgesieve: Edgesieve, simulated: Path) -> None:
    run = edgesieve("redact", f"{simulated}/logs/", "-o", "safe/", "--key-file", simulated / "edgesieve.key")
    assert run.returncode == 0, run.stderr
    assert b", 0 dead" in run.stderr
    labels = [orjson.loads(line) for line in (simulated / "labels.jsonl").read_bytes().splitlines()]
    hidden = {each for label in labels for each in label["key_hashes"]}
    assert len(hidden) > 4
    before, after = (_words(folder) for folder in (simulated / "logs", simulated.parent / "safe"))
    assert hidden <= before
    assert not hidden & after


def _words(folder: Path) -> set[str]:
    found: set[str] = set()
    for path in folder.rglob("*.log.gz"):
        text = gzip.decompress(path.read_bytes()).decode()
        for between in (r'[\s"=:/@;,\\]+', r'[\s"]+'):
            found |= {key_hash(word) for word in re.split(between, text) if len(word) >= 16}
    return found


def test_the_configuration_says_what_detectors_ask_for(simulated: Path) -> None:
    said = tomllib.loads((simulated / "edgesieve.toml").read_text())
    assert said.keys() == {"key", "identity", "accounts", "zones", "scripts"}
    assert said["identity"].keys() <= {each.name for each in fields(SECTIONS["identity"])}
    own = {each.name for each in fields(Zone)}
    for place in (*said["accounts"].values(), *said["zones"].values(), *said["scripts"].values()):
        for name, keys in place.items():
            assert name in own or keys.keys() <= {each.name for each in fields(SECTIONS[name])}
    for zone in said["zones"].values():
        assert Allowlist(zone["outbound_hosts"]["allow"]).allows(canonical("eu1.payments.example"))
        for reference in zone["backend_credentials"]["allow"]:
            secret = simulated / reference.removeprefix("secret:")
            assert len(secret.read_text()) > 20
            assert secret.stat().st_mode & 0o077 == 0
    (first, *_) = said["zones"].values()
    assert re.fullmatch(r"\[identity~[A-Z2-7]{2}\.[A-Z2-7]{20}\]", first["cross_user"]["staff"][0])


def test_logs_can_end_now(edgesieve: Edgesieve, tmp_path: Path) -> None:
    half_an_hour_ago = _spelled(time.time() - 1800)
    assert edgesieve("simulate", "-o", "sim", "--until", "now", "--incidents", "none", *SMALL).returncode == 0
    now = _spelled(time.time())
    ends = [found[1] for path in (tmp_path / "sim").rglob("*.log.gz") if (found := END.search(path.name))]
    assert half_an_hour_ago <= max(ends) <= now


def _spelled(second: float) -> str:
    return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(second))


def test_logs_can_end_at_a_time(edgesieve: Edgesieve, tmp_path: Path) -> None:
    assert edgesieve("simulate", "-o", "sim", "--until", "2026-05-01T06:00:00+02:00", *SMALL).returncode == 0
    ends = [found[1] for path in (tmp_path / "sim").rglob("*.log.gz") if (found := END.search(path.name))]
    assert max(ends) == "20260501T040000Z"


def _full(folder: Path) -> None:
    (folder / "sim").mkdir()
    (folder / "sim" / "notes.txt").write_text("mine")


@pytest.mark.parametrize(
    ("arguments", "message", "before"),
    [
        (("--incidents", "I2.retyr"), b"right would be I2.retry", None),
        (("--incidents", ""), b"no incident has this name", None),
        (("--until", "tomorrow"), b"--until: no date; right would be", None),
        (("--zones", "0"), b"--zones", None),
        ((), b"is not empty; right would be the name of a new folder", _full),
    ],
    ids=["row", "nothing", "date", "zones", "folder"],
)
def test_what_is_wrong_is_said_and_nothing_is_written(
    edgesieve: Edgesieve,
    tmp_path: Path,
    arguments: tuple[str, ...],
    message: bytes,
    before: Callable[[Path], None] | None,
) -> None:
    if before:
        before(tmp_path)
    there = sorted(tmp_path.rglob("*"))
    run = edgesieve("simulate", "-o", "sim", *arguments)
    assert run.returncode == 2
    assert message in run.stderr
    assert sorted(tmp_path.rglob("*")) == there


def test_an_incident_without_a_place_is_named(edgesieve: Edgesieve) -> None:
    run = edgesieve(
        "simulate", "-o", "sim", "--zones", "1", "--days", "0.1", "--scale", "0.05", "--incidents", "I1.egress"
    )
    assert run.returncode == 0
    assert b"no zone or no time for: I1.egress; right would be more zones or days" in run.stderr
