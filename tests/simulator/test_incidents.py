"""Every incident leaves what its label says, and everything that is benign leaves no sign of any."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import edgesieve
from pipeline.simulator.base import HOUR, SECOND
from pipeline.simulator.benign import BENIGN
from pipeline.simulator.cases import Case
from pipeline.simulator.incidents import INCIDENTS
from tests.simulator.logs import EVENING, Logs, evening, run
from tests.simulator.signs import SIGNS, hashes

KINDS = tuple(SIGNS)
BURSTS = {each.name for each in BENIGN if each.burst}


@cache
def _alone(name: str) -> Logs:
    """Return the logs of a few zones in which one incident happens and nothing else is odd."""
    busy: dict[str, Any] = {"scale": 0.5, "length": 12 * HOUR} if name.startswith(("I6", "I8")) else {}
    return run(evening(incidents=(name,), benign=(), **busy))


@pytest.fixture(params=INCIDENTS, ids=lambda case: case.name)
def incident(request: pytest.FixtureRequest) -> Case:
    """Return a row of the table of incidents."""
    case: Case = request.param
    return case


def test_every_kind_comes_in_three_difficulties() -> None:
    for kind in KINDS:
        assert {each.difficulty for each in INCIDENTS if each.kind == kind} == {"easy", "medium", "hard"}
    assert len({each.name for each in (*INCIDENTS, *BENIGN)}) == len(INCIDENTS) + len(BENIGN)


def test_each_incident_shows_within_its_time_and_in_the_logs(incident: Case) -> None:
    logs = _alone(incident.name)
    (label,) = logs.labels
    assert (label.kind, label.detector, label.difficulty) == (incident.name, incident.detector, incident.difficulty)
    assert EVENING * SECOND <= label.start < label.end <= (EVENING + logs.scenario.length) * SECOND
    assert label.start <= label.first_evidence <= label.end + 60 * SECOND
    at_edge = {request["RayID"] for request, _ in logs.requests()}
    behind = {each["ray_id"] for name in ("backend/requests", "backend/egress") for each in logs.of(name)}
    assert set(label.rays) <= at_edge | behind
    assert label.rays or incident.kind in ("I5", "I8")


def test_each_incident_shows_the_sign_of_its_kind(incident: Case) -> None:
    logs = _alone(incident.name)
    (label,) = logs.labels
    found = set(SIGNS[incident.kind](logs))
    if label.expect == "attempt":
        assert not found
    elif incident.kind == "I5":
        assert found
    elif incident.kind == "I8":
        assert found == {label.zone}
    elif incident.name == "I6.slower" or incident.kind == "I3":  # the first and last minutes are no burst
        assert len(found & set(label.rays)) > 10
    else:
        assert set(label.rays) <= found


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "I6"])  # some fail always
def test_incidents_of_one_kind_show_no_sign_of_another(kind: str) -> None:
    for case in INCIDENTS:
        if case.kind != kind:
            logs = _alone(case.name)
            allowed = set(logs.labels[0].rays) if (case.kind, kind) == ("I1", "I7") else set()
            assert set(SIGNS[kind](logs)) <= allowed, case.name


def test_a_forwarded_token_stands_at_the_edge_and_at_the_backend() -> None:
    for name in ("I2.all", "I2.one_route", "I2.retry", "I2.cookies", "I2.rare"):
        logs = _alone(name)
        keys = set(logs.labels[0].keys)
        assert keys
        assert keys <= hashes(logs, "http_requests") & hashes(logs, "backend/requests"), name


def test_a_token_that_the_edge_never_logged_stands_at_the_backend_alone() -> None:
    for name in ("I2.edge_missing", "I2.foreign"):
        logs = _alone(name)
        keys = set(logs.labels[0].keys)
        assert keys
        assert keys <= hashes(logs, "backend/requests"), name
        assert not keys & hashes(logs, "http_requests"), name


def test_a_printed_secret_stands_in_the_trace() -> None:
    for case in INCIDENTS:
        if case.kind == "I7":
            logs = _alone(case.name)
            assert set(logs.labels[0].keys) <= hashes(logs, "workers_trace_events")


def test_labels_hold_no_token() -> None:
    for case in INCIDENTS:
        (label,) = _alone(case.name).labels
        assert b"Bearer" not in label.to_json()
        assert all(len(key) == 32 for key in label.keys)


@pytest.mark.parametrize("case", BENIGN, ids=lambda case: case.name)
def test_nothing_benign_shows_a_sign_of_an_incident(case: Case) -> None:
    logs = run(evening(incidents=(), benign=(case.name,)))
    (label,) = logs.labels
    assert (label.kind, label.legit, label.difficulty) == (case.name, True, "")
    assert label.expect in ("none", "attempt", "any")
    for kind, sign in SIGNS.items():
        if kind != "I6" and not (kind == "I3" and case.name in BURSTS):
            assert not set(sign(logs)), kind


def test_quiet_zones_show_no_sign_of_an_incident() -> None:
    logs = run(evening(seed=5, zones=8, scale=0.2, incidents=(), benign=()))
    assert logs.labels == ()
    assert len(logs.of("http_requests")) > 2_000
    for kind, sign in SIGNS.items():
        assert kind == "I6" or not set(sign(logs)), kind


def test_every_row_has_its_line_in_the_docs_and_no_other() -> None:
    page = (Path(edgesieve.__file__).parent / "docs" / "simulate.md").read_text()
    rows = re.findall(r"(?m)^\| `(I\d\.\w+)` \| (\w+) \| \S", page)
    assert rows == [(case.name, case.difficulty) for case in INCIDENTS]
    benign = page.partition("\n## What only looks like one\n")[2].partition("\n## ")[0]
    assert re.findall(r"(?m)^\| `(\w+)` \| \S", benign) == [case.name for case in BENIGN]
