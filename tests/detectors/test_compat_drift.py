"""Drift: told since a date, a deploy or by the hour, and not where others fail too, or where a deploy stumbles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detectors.base import Severity, Verdict
from detectors.compat_drift import CompatDrift
from detectors.drift_evidence import PANE
from detectors.drift_habits import take
from detectors.facts import Facts
from pipeline.simulator.chance import stream
from tests.detectors.toys import START
from tests.detectors.trials import TURNS, Row, at, findings, in_parts, said

DRIFT = CompatDrift()
HOUR = 3600
MIDNIGHT = 1_772_496_000 - START
"""Of 3 March 2026, in seconds after `START`."""
FACTS = Facts(warm_up=0)
DATED = Facts(warm_up=0, scripts={"shop-api": {"compat_drift": {"date": "2026-03-03"}}})
SHOP = {"script": "shop-api", "zone": "shop.example", "version": "v1"}


def runs(start: int, end: int, share: float, *, each: int = 10, **more: Any) -> list[Row]:  # noqa: ANN401 (columns)
    """Make a run every so many seconds of which a share fails."""
    rng = stream("runs", start, more.get("script", "shop-api"))
    told: dict[str, Any] = {
        "account": "account-1",
        "side": "worker",
        "dataset": "workers_trace_events",
        "last": 1,
        **SHOP,
        **more,
    }
    failed: dict[str, Any] = {"outcome": "exception", "status": 500, "exception": "TypeError"}
    fine: dict[str, Any] = {"outcome": "ok", "status": 200}
    return [
        at(second, **told, ray=f"{second:016x}", **(failed if rng.random() < share else fine))
        for second in range(start, end, each)
    ]


def others(start: int, end: int, share: float) -> list[Row]:
    """Make runs of three further scripts."""
    return [
        row
        for name in ("blog-api", "blog-edge", "shop-edge")
        for row in runs(start, end, share, each=30, script=name, zone="")
    ]


def told(rows: Sequence[Row], facts: Facts = FACTS) -> list[Verdict]:
    """Return what is said of all these rows, delivered hour by hour."""
    hours: dict[int, list[Row]] = {}
    for row in rows:
        hours.setdefault(int(row["time"]) // 1_800_000, []).append(row)
    return said(DRIFT, facts, *(hours[hour] for hour in sorted(hours)))


PAST = runs(0, MIDNIGHT, 0.004) + others(0, MIDNIGHT, 0.004)
CALM = others(MIDNIGHT, MIDNIGHT + 8 * HOUR, 0.004)


def test_a_script_that_fails_since_its_date_is_told() -> None:
    verdicts = told(PAST + CALM + runs(MIDNIGHT, MIDNIGHT + 8 * HOUR, 0.02), DATED)
    verdict = next(each for each in verdicts if each.rule == "since_date")
    assert (verdict.script, verdict.zone, verdict.account) == ("shop-api", "shop.example", "account-1")
    assert verdict.began_with == "compatibility date"
    assert verdict.first_seen == (START + MIDNIGHT) * 1000
    assert "TypeError" in verdict.summary
    assert len(verdicts) == len({each.rule for each in verdicts})


def test_a_date_is_judged_without_a_past() -> None:
    verdicts = told(runs(MIDNIGHT, MIDNIGHT + 8 * HOUR, 0.05) + CALM, DATED)
    assert "since_date" in {each.rule for each in verdicts}


def test_a_version_that_fails_is_told() -> None:
    verdicts = told(PAST + CALM + runs(MIDNIGHT, MIDNIGHT + 8 * HOUR, 0.03, version="v2"))
    verdict = next(each for each in verdicts if each.rule == "since_version")
    assert verdict.began_with == "version v2"


def test_what_burns_is_told_within_the_hour() -> None:
    verdicts = told(PAST + CALM + runs(MIDNIGHT, MIDNIGHT + HOUR, 0.3))
    (verdict,) = (each for each in verdicts if each.rule == "burn_rate")
    assert verdict.severity is Severity.HIGH


def test_a_slow_change_that_nobody_knows_of_is_told() -> None:
    verdicts = told(PAST + CALM + runs(MIDNIGHT, MIDNIGHT + 8 * HOUR, 0.03))
    assert [each.rule for each in verdicts] == ["slow_change"]
    assert abs(verdicts[0].first_seen // 1000 - START - MIDNIGHT) < 2 * HOUR


QUIET = {
    "all as ever": runs(MIDNIGHT, MIDNIGHT + 8 * HOUR, 0.004) + CALM,
    "half as often again": runs(MIDNIGHT, MIDNIGHT + 8 * HOUR, 0.006) + CALM,
    "a deploy that stumbles": runs(MIDNIGHT, MIDNIGHT + 900, 0.05, version="v2")
    + runs(MIDNIGHT + 900, MIDNIGHT + 8 * HOUR, 0.004, version="v2")
    + CALM,
    "the platform fails": runs(MIDNIGHT, MIDNIGHT + HOUR, 0.4)
    + others(MIDNIGHT, MIDNIGHT + HOUR, 0.4)
    + runs(MIDNIGHT + HOUR, MIDNIGHT + 8 * HOUR, 0.004)
    + others(MIDNIGHT + HOUR, MIDNIGHT + 8 * HOUR, 0.004),
    "one minute of failures": runs(MIDNIGHT, MIDNIGHT + 8 * HOUR, 0.004)
    + runs(MIDNIGHT + 1200, MIDNIGHT + 1260, 1.0, each=1)
    + CALM,
}


@pytest.mark.parametrize("rows", QUIET.values(), ids=QUIET)
def test_what_passes_or_is_usual_is_not_told(rows: list[Row]) -> None:
    assert told(PAST + rows, DATED) == []


def test_a_date_long_past_or_to_come_changes_nothing() -> None:
    for day in ("2026-01-01", "2026-04-01"):
        facts = Facts(warm_up=0, scripts={"shop-api": {"compat_drift": {"date": day}}})
        assert told(PAST + CALM + runs(MIDNIGHT, MIDNIGHT + 8 * HOUR, 0.004), facts) == []


def test_warming_says_nothing() -> None:
    facts = Facts(warm_up=48 * HOUR)
    assert told(PAST + CALM + runs(MIDNIGHT, MIDNIGHT + 8 * HOUR, 0.3), facts) == []


SMALL = runs(0, 2 * HOUR, 0.004, each=30) + runs(2 * HOUR, 4 * HOUR, 0.5, each=30, version="v2")


@given(turn=TURNS)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.large_base_example])
def test_any_split_and_order_says_the_same_where_time_does_not_tick(turn: Any) -> None:  # noqa: ANN401 (Random)
    expected = said(DRIFT, FACTS, SMALL, ticks=False)
    assert {each.rule for each in expected} >= {"since_version"}
    assert said(DRIFT, FACTS, *in_parts(SMALL, turn), ticks=False) == expected


def test_a_judge_that_is_written_down_and_read_back_says_the_same() -> None:
    parts = [SMALL[start : start + 40] for start in range(0, len(SMALL), 40)]
    known = findings(DRIFT, FACTS, *parts)
    assert [each.verdict for each in findings(DRIFT, FACTS, *parts, restored=True)] == [each.verdict for each in known]


@given(counts=st.lists(st.tuples(st.integers(0, 500), st.integers(0, 20)), max_size=80))
def test_what_is_remembered_is_small_whatever_comes(counts: list[tuple[int, int]]) -> None:
    memory: dict[str, Any] = {}
    for number, (ran, failed) in enumerate(counts):
        list(take(memory, number * PANE, (ran + failed, failed, (f"v{number % 20}",)), 1000 * PANE))
    assert len(orjson.dumps(memory)) < 2000
