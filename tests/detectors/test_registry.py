"""What holds for every detector because it is listed."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

import edgesieve
from detectors.base import Detector
from detectors.columns import COLUMNS
from detectors.evidence import Wire, dump_cell, load_cell, new_cell
from detectors.kinds import Kind
from detectors.registry import DETECTORS, kinds_of
from detectors.secret_exposure import PERSONAL

HOME = Path(edgesieve.__file__).parent
SIDES = {"edge", "subrequest", "worker", "backend", "gateway", "egress", "audit"}

every_detector = pytest.mark.parametrize("detector", DETECTORS, ids=lambda each: each.name)


@every_detector
def test_a_detector_is_named_as_its_file(detector: Detector) -> None:
    assert type(detector).__module__ == f"detectors.{detector.name}"


@every_detector
def test_a_detector_has_its_page(detector: Detector) -> None:
    page = (HOME / "docs" / "detectors" / f"{detector.name}.md").read_text()
    for heading in ("What it sees", "What it needs", "Tiers", "Tuning", "What to do"):
        assert f"\n## {heading}\n" in page, heading
    assert f"({detector.name}.md)" in (HOME / "docs" / "detectors" / "README.md").read_text()


@every_detector
def test_a_detector_asks_for_columns_that_exist(detector: Detector) -> None:
    for name, _, side in (each.partition("@") for each in detector.columns):
        assert name in COLUMNS
        assert side in {*SIDES, ""}
    for need in detector.needs:
        assert set(need.columns) <= COLUMNS.keys()
        assert set(need.sides) <= SIDES


@every_detector
def test_kinds_of_evidence_are_told_apart_and_owned(detector: Detector) -> None:
    assert len({kind.name for kind in detector.kinds}) == len(detector.kinds)
    for kind in detector.kinds:
        assert kind.detector == detector.name
        assert kind.owner > 0
        assert kind.pane > 0
        assert kind.keep % 60 == 0


def test_no_two_kinds_share_a_name_on_the_wire() -> None:
    assert len(kinds_of(DETECTORS)) == sum(len(detector.kinds) for detector in DETECTORS)


@pytest.mark.parametrize("kind", kinds_of(DETECTORS).values(), ids=kinds_of(DETECTORS))
def test_an_empty_cell_is_small_and_read_back(kind: Kind) -> None:
    parts = kind.parts
    plain = dump_cell(parts, new_cell(parts), Wire())
    assert len(repr(plain)) < 400
    assert dump_cell(parts, load_cell(parts, plain, Wire()), Wire()) == plain


def _personal_rules() -> Mapping[str, object]:
    text = (HOME / "redactors" / "rules" / "personal.toml").read_text()
    return {rule["id"]: rule for rule in tomllib.loads(text)["rule"]}


def test_rules_for_personal_data_are_known_as_such() -> None:
    assert set(_personal_rules()) == PERSONAL
