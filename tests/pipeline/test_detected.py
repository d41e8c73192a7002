"""Counts of detection under labels of which there are never many."""

from __future__ import annotations

from detectors.facts import Facts, Zone
from detectors.judge import Judge
from pipeline.detected import MOST_ZONES, OTHER, detected
from pipeline.findings_log import FindingsLog
from tests.laws.watched import SEED, demo, judged, see


def test_zones_that_are_not_configured_are_counted_together() -> None:
    log = FindingsLog(lambda _line: None, "")
    log.opened.update({("silence", "gap", "high", "statistics", zone): 1 for zone in ("a", "b", "c", "")})
    found = detected(Judge(Facts(), SEED), log, {"a": 1})
    assert {labels[-1]: count for labels, count in found.findings.items()} == {"a": 1, "": 1, OTHER: 2}


def test_of_many_zones_only_the_first_are_labels() -> None:
    zones = {f"z{number}": Zone() for number in range(MOST_ZONES + 50)}
    found = detected(Judge(Facts(of_zone=zones), SEED), FindingsLog(lambda _line: None, ""), zones)
    named = {zone for _, zone, _ in found.states}
    assert len(named) == MOST_ZONES + 1
    assert sum(count for (_, zone, _), count in found.states.items() if zone == OTHER) == 50 * len(
        {detector for detector, _, _ in found.states}
    )


def test_each_detector_is_in_one_state_in_each_zone() -> None:
    judge = Judge(Facts(of_zone={"a": Zone()}), SEED)
    found = detected(judge, FindingsLog(lambda _line: None, ""), {"a": 1})
    for detector in {detector for detector, _, _ in found.states}:
        counts = [found.states[detector, "a", state] for state in ("ready", "warming", "blind")]
        assert sorted(counts) == [0, 0, 1]


def test_a_finding_counts_once_however_often_it_is_said_and_by_its_last_severity() -> None:
    written: list[bytes] = []
    log = FindingsLog(written.append, "digest")
    findings = judged(see(demo()).evidence)
    for finding in [*findings, *findings]:
        log.hear(finding)
    ids = {finding.id for finding in findings}
    assert log.opened.total() == log.severities.total() == len(ids) > 0
    assert len(written) == 2 * len(findings)


def test_what_cannot_be_written_is_told_once_and_stops_nothing() -> None:
    def refuse(_line: bytes) -> None:
        raise OSError

    log = FindingsLog(refuse, "")
    for finding in judged(see(demo()).evidence):
        log.hear(finding)
    assert isinstance(log.error, OSError)
    assert log.severities.total() > 0
