"""The benchmark itself runs from end to end."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.bench.run import HOME, LIMITS, STAGES


def test_the_benchmark_measures_every_case_and_stage(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.bench.run", "--records", "80", "--rounds", "1", "--inflated", "1"]
    run = subprocess.run([*command, "--json", tmp_path / "bench.json"], cwd=HOME, capture_output=True, check=False)
    results = json.loads((tmp_path / "bench.json").read_text())
    assert run.returncode == bool(results["over_the_limit"])
    assert results["cases"].keys() == LIMITS.keys()
    assert results["stages"].keys() == set(STAGES)
    assert {case["records"] for case in results["cases"].values()} == {80, 20}
    assert 0 < results["memory"]["peak_mib"] < 500
    assert results["first byte"]["ms"] > 0
