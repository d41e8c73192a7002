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
INPUTS = {
    path.parent.relative_to(DEMO).as_posix().replace("/", "-"): path
    for path in sorted(DEMO.rglob("*"))
    if path.is_file() and path.suffix != ".py"
}
POLICIES = {"standard": Policy(), "strict": profile("strict"), "forensic": profile("forensic")}


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("name", INPUTS)
def test_a_bundled_log_comes_out_as_it_did(name: str, policy: str) -> None:
    result = run(INPUTS[name].read_bytes(), by=engine(POLICIES[policy]))
    assert not result.dead
    kept = HERE / f"{name}.{policy}.ndjson"
    if "UPDATE" in os.environ:
        kept.write_bytes(result.safe)
    assert result.safe == kept.read_bytes()


def test_there_is_no_golden_file_without_its_input() -> None:
    wanted = {f"{name}.{policy}.ndjson" for name in INPUTS for policy in POLICIES}
    assert {path.name for path in HERE.glob("*.ndjson")} == wanted
    assert len(INPUTS) >= 6
