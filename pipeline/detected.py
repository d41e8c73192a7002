"""What detection counted in a run, under labels of which there are never many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from detectors.coverage import BLIND, READY, WARMING
from detectors.judge import Judge
from pipeline.findings_log import FindingsLog, Labels

MOST_ZONES: Final = 200
"""Zones that are labels; those beyond are counted together."""
OTHER: Final = "other"
STATES: Final = (READY, WARMING, BLIND)


@dataclass(frozen=True, slots=True)
class Detected:
    """Counts by labels; `zone` is a configured zone, "" for what is an account's, or `other`."""

    findings: Mapping[Labels, int] = field(default_factory=dict)
    open: Mapping[Labels, int] = field(default_factory=dict)
    states: Mapping[tuple[str, str, str], int] = field(default_factory=dict)
    """By detector, zone and state: in how many zones or accounts the detector is in that state."""
    late_rows: Mapping[str, int] = field(default_factory=dict)
    """By dataset."""
    capped: int = 0
    """Panes that lost keys, since there were too many."""


def detected(judge: Judge, log: FindingsLog, zones: Mapping[str, object]) -> Detected:
    """Count what was said and seen; `zones` are those of the configuration, in its order."""
    named = {"", *list(zones)[:MOST_ZONES]}
    states: Counter[tuple[str, str, str]] = Counter()
    for each in judge.coverage():
        for state in STATES:
            states[each.detector, _label(each.zone, named), state] += state == each.state
    return Detected(
        _by_label(log.opened, named),
        _by_label(judge.open_groups(), named),
        states,
        dict(judge.counts["late_rows"]),
        judge.counts["capped"].total(),
    )


def _by_label(counts: Mapping[Labels, int], named: set[str]) -> Counter[Labels]:
    found: Counter[Labels] = Counter()
    for (detector, rule, severity, tier, zone), count in counts.items():
        found[detector, rule, severity, tier, _label(zone, named)] += count
    return found


def _label(zone: str, named: set[str]) -> str:
    return zone if zone in named else OTHER
