"""Findings held against labels: what was found, when, and what was an alert about nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from detectors.base import Finding, Severity, Verdict
from detectors.facts import matches
from detectors.hosts import canonical
from detectors.kinds import Key
from pipeline.simulator.base import HOUR, SECOND
from pipeline.simulator.labels import Label
from tests.simulator.score_run import Course, Heard

ALERTING = frozenset({Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM})
LAG = 600
"""Seconds after its end that a label can still be found: what comes late is part of it."""
SKEW = 60
"""Seconds by which clocks may differ."""
APART = HOUR
"""Seconds between two alerts of one group from which on they are two events."""
_NS = 1_000_000
"""In a millisecond."""


@dataclass(frozen=True, slots=True)
class Match:
    """A label that should be found, and what found it first."""

    label: Label
    first: Heard | None

    @property
    def seconds(self) -> float:
        """Time from the first record that shows it to the end of the logs that were there."""
        return 0.0 if self.first is None else self.first.reached - self.label.first_evidence / SECOND

    @property
    def clock_seconds(self) -> float:
        """The same to the moment at which the last of them had been delivered."""
        return 0.0 if self.first is None else self.first.delivered - self.label.first_evidence / SECOND


@dataclass(slots=True)
class Event:
    """Alerts of one group that nobody can tell apart: each within an hour of the one before."""

    detector: str
    rule: str
    key: Key
    alerts: list[Heard] = field(default_factory=list)

    @property
    def last(self) -> Finding:
        """The last version of its first finding."""
        return next(each.finding for each in reversed(self.alerts) if each.finding.id == self.alerts[0].finding.id)


def matched(course: Course, detectors: Iterable[str]) -> list[Match]:
    """Look for each incident that these detectors should find."""
    wanted = [each for each in course.labels if each.detector in detectors and is_wanted(each)]
    return [
        Match(label, next((each for each in course.heard if _shows(label, each.finding)), None)) for label in wanted
    ]


def classed(course: Course) -> list[bool]:
    """Tell of each burst that something was said of, benign ones too, whether its class was right in the end."""
    last = {each.finding.id: each.finding.verdict.burst for each in course.heard}
    told = (
        (label.burst, next((each for each in course.heard if _tells(label, each.finding)), None))
        for label in course.labels
        if label.burst
    )
    return [burst == last[first.finding.id] for burst, first in told if first is not None]


def is_wanted(label: Label) -> bool:
    """Tell whether a label must be found; what is benign, or may as well be passed over, need not."""
    return bool(label.difficulty) and label.expect in ("finding", "attempt")


def is_benign(label: Label) -> bool:
    """Tell whether a label only looks like an incident."""
    return not label.difficulty


def events(heard: Sequence[Heard]) -> Iterator[Event]:
    """Merge what alerts to what a person on duty would take for one event each."""
    alerts = [each for each in heard if is_alert(each.finding)]
    alerts.sort(key=lambda each: (*_group(each), each.finding.verdict.first_seen, each.reached))
    for (detector, rule, _, key), group in groupby(alerts, key=_group):
        event, until = Event(detector, rule, key), 0
        for each in group:
            verdict = each.finding.verdict
            if event.alerts and verdict.first_seen > until + APART * 1000:
                yield event
                event = Event(detector, rule, key)
            until = max(until, verdict.last_seen)
            event.alerts.append(each)
        yield event


def is_alert(finding: Finding) -> bool:
    """Tell whether somebody would be called: not for what is an hour old."""
    return finding.verdict.severity in ALERTING and not finding.late


def is_true(event: Event, labels: Iterable[Label]) -> bool:
    """Tell whether an alert is right: it tells of a label that asks or allows for it, or rests on an incident's rays.

    One cause can be seen by more than one detector.
    """
    findings = [each.finding for each in event.alerts]
    return any(
        (label.expect in ("finding", "any") and label.detector == event.detector and touches(label, finding))
        or (label.expect == "finding" and not label.legit and _shares_rays(label, finding.verdict))
        for label in labels
        for finding in findings
    )


def touches(label: Label, finding: Finding) -> bool:
    """Tell whether a finding tells of a label: same place, same time, and nothing that contradicts it."""
    said = finding.verdict
    return (
        is_there(label, said) and is_then(label, said) and (_shares_rays(label, said) or not _contradicts(label, said))
    )


def is_there(label: Label, said: Verdict) -> bool:
    """Tell whether both are in one place: nothing that both say differs, and something that both say is equal."""
    both = [(mine, its) for mine, its in _places(label, said) if mine and its]
    return bool(both) and all(mine == its for mine, its in both)


def is_then(label: Label, said: Verdict) -> bool:
    """Tell whether some of what a finding rests on happened while the label shows."""
    begun, ended = label.first_evidence // _NS, label.end // _NS
    return said.last_seen >= begun - SKEW * 1000 and said.first_seen <= ended + (LAG + SKEW) * 1000


def _tells(label: Label, finding: Finding) -> bool:
    return finding.detector == label.detector and touches(label, finding)


def _shows(label: Label, finding: Finding) -> bool:
    enough = is_alert(finding) if label.expect == "finding" else not finding.late
    return enough and _tells(label, finding)


def _places(label: Label, said: Verdict) -> Iterator[tuple[str, str]]:
    yield label.zone, said.zone
    yield label.account, said.account
    yield label.script, said.script


def _shares_rays(label: Label, said: Verdict) -> bool:
    return not {each.ray_id for each in said.evidence if each.ray_id}.isdisjoint(label.rays)


def _contradicts(label: Label, said: Verdict) -> bool:
    if label.detector == "outbound_hosts":
        return bool(label.subject) and _host(said.subject) not in ("", _host(label.subject))
    return bool(label.route and said.route) and not (
        matches(label.route, said.route) or matches(said.route, label.route)
    )


def _host(text: str) -> str:
    """Return the host that a subject names."""
    return canonical(text).bare


def _group(heard: Heard) -> tuple[str, str, str, Key]:
    finding = heard.finding
    return finding.detector, finding.verdict.rule, repr(finding.verdict.key), finding.verdict.key
