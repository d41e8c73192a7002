"""Whole runs, held to the byte: the bundled raw logs under a known key. `UPDATE=1 make test` writes the files anew."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import pipeline
from redactors.policy import Policy, profile
from tests.laws.stage import engine, run

HERE = Path(__file__).parent
DEMO = Path(pipeline.__file__).parent / "demo"
INPUTS = sorted(path.name for path in DEMO.iterdir() if ".ndjson" in path.name)
POLICIES = {"standard": Policy(), "strict": profile("strict"), "forensic": profile("forensic")}


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("name", INPUTS)
def test_a_bundled_log_comes_out_as_it_did(name: str, policy: str) -> None:
    result = run((DEMO / name).read_bytes(), by=engine(POLICIES[policy]))
    assert not result.dead
    kept = HERE / f"{name.partition('.')[0]}.{policy}.ndjson"
    if "UPDATE" in os.environ:
        kept.write_bytes(result.safe)
    assert result.safe == kept.read_bytes()


def test_there_is_no_golden_file_without_its_input() -> None:
    wanted = {f"{name.partition('.')[0]}.{policy}.ndjson" for name in INPUTS for policy in POLICIES}
    assert {path.name for path in HERE.glob("*.ndjson")} == wanted
    assert len(INPUTS) >= 6
