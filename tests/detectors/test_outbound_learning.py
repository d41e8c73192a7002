"""Hosts that are new to a program, where nobody wrote a list: what is said depends on how well it is known."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from detectors.base import Finding, Severity, Tier
from detectors.facts import Facts
from detectors.outbound_hosts import OutboundHosts
from tests.detectors.trials import Row, at, findings

DETECTOR = OutboundHosts()
HOUR, DAY = 3600, 86_400
KNOWN = Facts(warm_up=6 * HOUR)
PLACE: dict[str, str | int] = {"zone": "shop.example", "script": "shop-edge", "last": 1, "status": 200}
USUAL = "https://api.example"
NEW = "https://new.example"


def call(second: float, outbound: str = USUAL, **more: str | int) -> Row:
    """Make the row of a subrequest."""
    return at(second, **{"outbound": outbound, "side": "subrequest", "ray": "c", "parent": "r", **PLACE, **more})


def build(second: float, version: str) -> Row:
    """Make the row of a trace event."""
    return at(second, **{"side": "worker", "dataset": "workers_trace_events", "version": version, **PLACE})


def days(count: float, *, version: str = "v1") -> list[list[Row]]:
    """Make a quiet time: every two hours a call to the usual host, and a trace event."""
    hours = range(0, int(count * 24), 2)
    return [[call(hour * HOUR), build(hour * HOUR + 1, version)] for hour in hours]


def told(*batches: Sequence[Row], facts: Facts = KNOWN, restored: bool = False) -> list[Finding]:
    """Return what is said of hosts, each finding once."""
    found = findings(DETECTOR, facts, *batches, restored=restored)
    return [each for each in found if each.detector != "inventory" and each.status.value == "open"]


@pytest.mark.parametrize("restored", [False, True], ids=["in one run", "written down and read back"])
def test_a_new_host_of_a_program_known_for_a_week_is_worth_a_look(restored: bool) -> None:
    (found,) = told(*days(7.5), [call(8 * DAY, NEW)], restored=restored)
    verdict = found.verdict
    assert (verdict.rule, verdict.tier, verdict.severity) == ("new_host", Tier.STATISTICS, Severity.MEDIUM)
    assert (verdict.subject, verdict.script, verdict.count) == (NEW, "shop-edge", 1)
    assert "1 other places in 8 days" in verdict.summary
    assert verdict.evidence[0].ray_id == "c"


def test_the_same_host_is_new_only_once() -> None:
    assert len(told(*days(7.5), [call(8 * DAY, NEW)], [call(8 * DAY + HOUR, NEW)])) == 1


def test_what_was_called_while_the_zone_warmed_is_not_new() -> None:
    assert told([call(5, NEW)], *days(1), [call(DAY, NEW)]) == []


@pytest.mark.parametrize(("known", "severity"), [(6.9, "low"), (7.1, "medium")])
def test_a_program_that_is_not_known_for_a_week_is_not_worth_it(known: float, severity: str) -> None:
    (found,) = told(*days(known), [call(known * DAY, NEW)])
    assert found.verdict.severity.value == severity


def test_a_new_host_with_a_new_version_says_so() -> None:
    changed = [build(8 * DAY, "v2"), call(8 * DAY + 1)]
    (found,) = told(*days(8), changed, [call(8 * DAY + HOUR, NEW)])
    assert found.verdict.severity is Severity.LOW
    assert found.verdict.began_with == "a new version of shop-edge, running since 2026-03-10T09:00:00.000Z"
    (later,) = told(*days(8), changed, *[[call(8 * DAY + h * HOUR)] for h in range(1, 40)], [call(10 * DAY, NEW)])
    assert (later.verdict.severity, later.verdict.began_with) == (Severity.MEDIUM, "")


def test_a_version_that_always_ran_is_no_deploy() -> None:
    (found,) = told(*days(0.9), [call(0.9 * DAY, NEW)])
    assert found.verdict.began_with == ""


def test_a_program_that_often_calls_new_hosts_is_not_worth_it_and_one_that_always_does_is_silent() -> None:
    often = [[call((8 + at) * DAY, f"https://n{at}.example")] for at in range(3)]
    assert [each.verdict.severity.value for each in told(*days(8), *often)] == ["medium", "low", "low"]
    always = [[call(8 * DAY + at * HOUR, f"https://n{at}.example")] for at in range(30)]
    assert len(told(*days(8), *always)) == 8


def test_a_program_that_calls_wherever_it_likes_says_nothing() -> None:
    many = [call(8 * DAY + at, f"https://n{at}.example") for at in range(100)]
    assert told(*days(8), many) == []
    assert told(*days(8), many, [call(8 * DAY + HOUR, NEW)]) == []


def test_a_new_host_with_a_private_address_behind_it_is_told_as_that() -> None:
    (found,) = told(*days(2), [call(2 * DAY, NEW, reached="10.0.0.7")])
    assert (found.verdict.rule, found.verdict.severity, found.verdict.subject) == ("private_origin", "medium", NEW)
    assert "10.0.0.7" in found.verdict.summary
    assert told([call(5, NEW, reached="10.0.0.7")], *days(1), [call(DAY, NEW, reached="10.0.0.7")]) == []


def test_names_of_the_inside_that_are_printed_are_learned_even_where_there_is_a_list() -> None:
    listed = Facts(everywhere={"outbound_hosts": {"allow": ("api.example",)}}, warm_up=6 * HOUR)
    printed: dict[str, str | int] = {
        "side": "worker",
        "dataset": "workers_trace_events",
        "outbound": "http://localhost:8787",
    }
    usual = [[at(hour * HOUR, **{**PLACE, **printed})] for hour in range(30)]
    assert told(*usual, facts=listed) == []
    (found,) = told(*usual, [at(30 * HOUR, **{**PLACE, **printed, "outbound": "http://10.0.0.5"})], facts=listed)
    assert (found.verdict.rule, found.verdict.severity) == ("printed", "medium")


def test_the_report_says_what_is_called() -> None:
    found = findings(DETECTOR, KNOWN, [call(5, "https://b.example"), call(6), build(7, "v1")], *days(1))
    (report,) = [each for each in found if each.detector == "inventory"]
    assert "shop-edge calls https://api.example, https://b.example;" in report.verdict.summary
