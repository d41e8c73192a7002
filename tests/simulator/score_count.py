"""What one trial is worth: each incident found or missed, each false alert and where, as values that add up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from detectors.base import Finding
from detectors.findings import rfc3339
from detectors.registry import DETECTORS
from pipeline.simulator.base import DAY, MINUTE, Scenario
from pipeline.simulator.clock import rfc3339_ms
from pipeline.simulator.labels import Label
from tests.simulator.score_match import Event, Match, classed, events, is_benign, is_then, is_there, is_true, matched
from tests.simulator.score_run import Course

SCORED = (
    "outbound_hosts",
    "backend_credentials",
    "cross_user",
    "audit_access",
    "secret_exposure",
    "rate_limit_spikes",
    "silence",
    "compat_drift",
)
STATISTICAL = ("I4.same_tag", "I4.same_tag_few", "I6.twice", "I6.half_more")
"""Incidents that only statistics show, or hardly these: counted, and not asked for."""
_NEAR = 5


@dataclass(frozen=True, slots=True)
class Found:
    """An incident, and whether it was found, after how long."""

    seed: int
    detector: str
    difficulty: str
    asked: bool
    """It counts for the goal."""
    found: bool
    panes: float
    """From the first record that shows it to how far the logs had come."""
    minutes: float
    """The same until they were there."""


@dataclass(frozen=True, slots=True)
class FalseAlert:
    """An alert about nothing."""

    detector: str
    where: str
    """benign: while something happens there that only looks bad; free: in a zone without incidents; else beside."""


@dataclass(frozen=True, slots=True)
class Score:
    """What one trial is worth."""

    seed: int
    records: int
    dead: int
    found: tuple[Found, ...]
    false: tuple[FalseAlert, ...]
    zone_days: float
    free_zone_days: float
    """Of zones without incidents."""
    benign: int
    """Cases that only look bad."""
    judge_us: float
    """A record."""
    snapshot_bytes: float
    """A zone."""
    details: tuple[dict[str, Any], ...]
    """Misses and false alerts, for who works on a detector. They hold no value of a record."""
    classes: tuple[bool, ...] = ()
    """Of each burst of refusals that was told of, whether its class was right."""


def count(course: Course) -> Score:
    """Hold a course against its labels."""
    scenario, labels = course.trial.scenario, course.labels
    matches = matched(course, SCORED)
    false = [each for each in events(course.heard) if each.detector in SCORED and not is_true(each, labels)]
    days, free = scenario.length / DAY, _free(course)
    return Score(
        seed=scenario.seed,
        records=course.records,
        dead=course.dead,
        found=tuple(_found(scenario, each) for each in matches),
        false=tuple(FalseAlert(each.detector, _where(course, each.last, free)) for each in false),
        zone_days=len(course.accounts) * days,
        free_zone_days=len(free) * days,
        benign=sum(map(is_benign, labels)),
        judge_us=course.judge_seconds / max(1, course.records) * 1e6,
        snapshot_bytes=course.snapshot_bytes / len(course.accounts),
        details=(
            *(_of_miss(course, each.label) for each in matches if each.first is None),
            *(_of_false(course, each) for each in false),
        ),
        classes=tuple(classed(course)),
    )


def pane_of(detector: str, object_seconds: int) -> int:
    """Return the seconds of a detector's shortest pane, or of an object where that is longer: none comes sooner."""
    panes = [kind.pane for each in DETECTORS if each.name == detector for kind in each.kinds]
    return max(min(panes, default=0), object_seconds)


def _found(scenario: Scenario, match: Match) -> Found:
    label = match.label
    return Found(
        scenario.seed,
        label.detector,
        label.difficulty,
        _is_asked(label),
        match.first is not None,
        match.seconds / pane_of(label.detector, scenario.object_seconds),
        match.clock_seconds / MINUTE,
    )


def _is_asked(label: Label) -> bool:
    return label.kind not in STATISTICAL


def _free(course: Course) -> frozenset[str]:
    """Return the zones in which no incident happens, nor in their accounts."""
    bad = [each for each in course.labels if each.difficulty]
    zones, accounts = {each.zone for each in bad}, {each.account for each in bad if not each.zone}
    return frozenset(zone for zone, account in course.accounts.items() if zone not in zones and account not in accounts)


def _where(course: Course, finding: Finding, free: frozenset[str]) -> str:
    said = finding.verdict
    if any(is_benign(each) and is_there(each, said) and is_then(each, said) for each in course.labels):
        return "benign"
    places = {said.zone} if said.zone else {zone for zone, of in course.accounts.items() if of == said.account}
    return "free" if places and places <= free else "beside"


def _of_miss(course: Course, label: Label) -> dict[str, Any]:
    return {
        "what": "missed",
        **_of_trial(course),
        "incident_id": label.incident_id,
        "asked": _is_asked(label),
        "detector": label.detector,
        "difficulty": label.difficulty,
        "expect": label.expect,
        "account": label.account,
        "zone": label.zone,
        "script": label.script,
        "route": label.route,
        "subject": label.subject,
        "first_evidence": rfc3339_ms(label.first_evidence),
        "end": rfc3339_ms(label.end),
        "ray_ids": label.rays[:_NEAR],
        "near": list(_near(course, label)),
    }


def _near(course: Course, label: Label) -> Iterator[dict[str, Any]]:
    """Yield what its detector said there at that time all the same."""
    there = {
        each.finding.id: each.finding
        for each in course.heard
        if each.finding.detector == label.detector
        and is_there(label, each.finding.verdict)
        and is_then(label, each.finding.verdict)
    }
    yield from map(_of_finding, list(there.values())[:_NEAR])


def _of_false(course: Course, event: Event) -> dict[str, Any]:
    said = event.last.verdict
    around = [each.incident_id for each in course.labels if is_there(each, said) and is_then(each, said)]
    findings = len({each.finding.id for each in event.alerts})
    return {"what": "false", **_of_trial(course), **_of_finding(event.last), "findings": findings, "around": around}


def _of_trial(course: Course) -> dict[str, Any]:
    return {"run": course.trial.name, "seed": course.trial.scenario.seed}


def _of_finding(finding: Finding) -> dict[str, Any]:
    said = finding.verdict
    return {
        "id": finding.id,
        "detector": finding.detector,
        "rule": said.rule,
        "tier": said.tier.value,
        "severity": said.severity.value,
        "late": finding.late,
        "account": said.account,
        "zone": said.zone,
        "script": said.script,
        "route": said.route,
        "subject": said.subject,
        "summary": said.summary,
        "key": list(said.key),
        "pane": rfc3339(finding.pane * 1000),
        "first_seen": rfc3339(said.first_seen),
        "last_seen": rfc3339(said.last_seen),
        "count": said.count,
        "affected": said.affected,
        "evidence": [f"{each.origin}:{each.line} {each.ray_id}" for each in said.evidence[:_NEAR]],
    }
