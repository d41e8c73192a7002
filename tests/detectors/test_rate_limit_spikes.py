"""Bursts of refusals: told as soon as there are enough, of the right class, the same in whatever order rows come."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detectors.base import Finding, Severity, Verdict
from detectors.facts import Facts
from detectors.hourly import HOUR, Rule, limit, write
from detectors.judge import Judge
from detectors.rate_limit_spikes import RateLimitSpikes
from tests.detectors.stories import a_mark, last_versions
from tests.detectors.toys import SEED, folded
from tests.detectors.trials import TURNS, Row, at, findings, in_parts, said

SPIKES = RateLimitSpikes()
ZONE = "shop.example"
FACTS = Facts(
    warm_up=0,
    everywhere={"rate_limit_spikes": {"partners": ("198.51.18.0/24",), "login_routes": ("/enter",)}},
)
BURST = 3 * HOUR
PANE = 300


def asked(second: float, number: int = 0, **more: Any) -> Row:  # noqa: ANN401 (columns)
    """Make a row of a request that was answered well."""
    usual: dict[str, Any] = {
        "zone": ZONE,
        "side": "edge",
        "ray": f"{number:015x}1",
        "route": "/products/*",
        "status": 200,
    }
    return at(second, **usual | more)


def quiet(until: int = BURST, start: int = 0, **more: Any) -> list[Row]:  # noqa: ANN401 (columns)
    """Make a request every minute."""
    return [asked(second, second, **more) for second in range(start, until, 60)]


def refused(count: int, networks: int, start: float = BURST, **more: Any) -> list[Row]:  # noqa: ANN401 (columns)
    """Make refusals within four minutes, of so many networks in turns."""
    told = {"status": 429, "limiter": "rule", "route": "/api/search", **more}
    return [
        asked(start + each * 240 / count, 10**6 + each, asker=f"142.93.{each % networks}.0/24", **told)
        for each in range(count)
    ]


def others(count: int, status: int = 200, **more: Any) -> list[Row]:  # noqa: ANN401 (columns)
    """Make further requests of the same minutes."""
    return [asked(BURST + each * 240 / count, 2 * 10**6 + each, status=status, **more) for each in range(count)]


def by_half_hours(rows: Sequence[Row]) -> list[list[Row]]:
    """Cut rows into batches of half an hour."""
    hours = groupby(rows, lambda row: int(row["time"]) // 1_800_000)
    return [list(each) for _, each in hours]


def session(number: int) -> str:
    """Make the mark of a session."""
    return a_mark(number % 60 + 1)


def users(rows: Iterable[Row], share: float = 1.0) -> list[Row]:
    """Let some of them show a session."""
    return [{**row, "sessions": session(each)} if each % 10 < share * 10 else row for each, row in enumerate(rows)]


def on(rows: Iterable[Row], routes: Sequence[str]) -> list[Row]:
    """Let rows ask for these routes in turns."""
    return [{**row, "route": routes[each % len(routes)]} for each, row in enumerate(rows)]


CASES = {
    "a flood of one network": (refused(600, 4), "abuse", "programs"),
    "a scraper that counts": (refused(120, 3) + others(300, 404), "abuse", "does not exist"),
    "passwords tried from everywhere": (refused(60, 50, route="/enter") + others(90, 401), "abuse", "guessed"),
    "the same at a usual path": (refused(60, 50, route="/v1/login") + others(90, 401), "abuse", "guessed"),
    "a botnet": (refused(90, 80) + others(200), "abuse", "each rarely"),
    "users": (users(refused(60, 40)), "legit", "users"),
    "users and guests on many routes": (on(users(refused(60, 40), 0.5), ["/a", "/b", "/c"]), "legit", "alike"),
    "a partner": (refused(300, 1), "abuse", ""),
    "a crowd": (refused(40, 40) + others(3000, route="/"), "legit", "a crowd"),
    "guests on many routes": (on(refused(60, 40), ["/a", "/b", "/c"]), "unclear", "0% showed"),
}


def burst(*rows: Row) -> Verdict:
    """Return what is said after three quiet hours."""
    (verdict,) = said(SPIKES, FACTS, quiet(), rows)
    return verdict


@pytest.mark.parametrize(("rows", "burst_class", "reason"), CASES.values(), ids=CASES)
def test_a_burst_is_told_with_its_class_and_why(rows: list[Row], burst_class: str, reason: str) -> None:
    if reason == "":
        rows, burst_class, reason = [{**row, "asker": "198.51.18.0/24"} for row in rows], "legit", "partners"
    verdict = burst(*rows)
    assert (verdict.rule, verdict.burst, verdict.zone, verdict.limiter) == ("burst", burst_class, ZONE, "rule")
    assert reason in verdict.summary
    assert verdict.severity == (Severity.LOW if reason == "a crowd" else Severity.MEDIUM)


def test_many_users_turned_away_are_grave_and_the_limit_that_lets_them_through_is_told() -> None:
    verdict = burst(*users(refused(128, 64)))
    assert (verdict.severity, verdict.burst) == (Severity.HIGH, "legit")
    assert re.search(r"raise it for /api/search: [2-6] more a network and 5 minutes", verdict.summary)


@pytest.mark.parametrize("limiter", ["rule", "origin", "worker", ""])
def test_who_refused_is_told(limiter: str) -> None:
    assert burst(*refused(60, 40, limiter=limiter)).limiter == limiter


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(refused(19, 10), id="a-few"),
        pytest.param(refused(60, 40, zone=""), id="no-zone"),
        pytest.param(refused(60, 40, side="subrequest"), id="calls-of-a-worker"),
        pytest.param(others(3000), id="a-crowd-that-nobody-refuses"),
    ],
)
def test_what_is_no_burst_is_not_told(rows: list[Row]) -> None:
    assert said(SPIKES, FACTS, quiet(), rows) == []


def test_refusals_that_are_always_there_are_not_told_and_a_burst_among_them_is() -> None:
    chronic = [row for hour in range(30) for pane in range(12) for row in refused(50, 30, hour * HOUR + pane * PANE)]
    later = 31 * HOUR
    batches = [chronic[start : start + 600] for start in range(0, len(chronic), 600)]
    told = said(SPIKES, FACTS, *batches, refused(45, 30, later), refused(900, 30, later + 900))
    assert [each.count for each in told if each.first_seen > told[0].first_seen + 16 * HOUR * 1000] == [900]


def test_a_burst_on_a_quiet_route_is_told_beside_one_that_always_refuses() -> None:
    noisy = [row for hour in range(30) for pane in range(12) for row in refused(200, 30, hour * HOUR + pane * PANE)]
    batches = [noisy[start : start + 2400] for start in range(0, len(noisy), 2400)]
    later = refused(200, 30, 30 * HOUR) + refused(70, 30, 30 * HOUR, route="/checkout")
    told = said(SPIKES, FACTS, *batches, [{**row, "ray": f"f{each:015x}"} for each, row in enumerate(later)])
    assert told[-1].count == 270


def test_it_is_told_before_its_pane_is_closed() -> None:
    judge, found = Judge(FACTS, SEED, (SPIKES,)), list[Finding]()
    for batch in (*by_half_hours(quiet()), refused(60, 40)):
        (evidence,) = folded(batch, facts=FACTS, detectors=(SPIKES,))
        judge.tick(int(batch[-1]["time"]) // 1000)
        found = judge.merge(evidence)
    assert [each.verdict.count for each in found] == [60]


def test_warming_zones_say_nothing_and_are_reported_on() -> None:
    known = Facts(warm_up=12 * HOUR)
    told = findings(SPIKES, known, *by_half_hours(quiet() + refused(60, 40) + quiet(14 * HOUR, BURST + PANE)))
    assert [each.verdict.rule for each in told] == ["learned"]
    assert f"{ZONE}: /api/search is refused at times, by rule" in told[0].verdict.summary


LOUD = quiet() + users(refused(70, 40), 0.4) + refused(200, 4, BURST + 600, route="/login") + others(80, 401)


@given(turn=TURNS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.large_base_example])
def test_any_split_and_order_says_the_same_where_time_does_not_tick(turn: Any) -> None:  # noqa: ANN401 (Random)
    expected = said(SPIKES, FACTS, LOUD, ticks=False)
    assert len(expected) == 2
    assert said(SPIKES, FACTS, *in_parts(LOUD, turn), ticks=False) == expected


@given(size=st.integers(3, 90))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_what_is_said_early_is_what_is_said_in_the_end(size: int) -> None:
    rows = sorted(LOUD, key=lambda row: row["time"])
    parts = [rows[start : start + size] for start in range(0, len(rows), size)]
    expected = last_versions(findings(SPIKES, FACTS, LOUD, ticks=False))
    assert last_versions(findings(SPIKES, FACTS, *parts)) == expected
    assert last_versions(findings(SPIKES, FACTS, *parts, restored=True)) == expected


def hammered(count: int, network: str = "142.93.7.0/24", **more: Any) -> list[Row]:  # noqa: ANN401 (columns)
    """Make requests of one network, one in sixteen of which is drawn into the sample."""
    asks = {"route": "/api/search", "status": 200, **more}
    drawn = [{"asker": network, "ray": f"{each:015x}0"} if each % 16 == 0 else {} for each in range(count)]
    return [asked(BURST + each * 240 / count, 3 * 10**6 + each, **asks | drawn[each]) for each in range(count)]


HAMMERED = {
    "a program": (hammered(1000), 1),
    "not so often": (hammered(500), 0),
    "a user": (hammered(1000, sessions=session(1)), 0),
    "a partner": (hammered(1000, "198.51.18.0/24"), 0),
    "what is refused": (hammered(1000, status=429, limiter="rule"), 0),
}


@pytest.mark.parametrize(("rows", "count"), HAMMERED.values(), ids=HAMMERED)
def test_one_network_that_nothing_limits_is_told(rows: list[Row], count: int) -> None:
    told = [each for each in said(SPIKES, FACTS, quiet(), rows) if each.rule == "unlimited"]
    assert [(each.subject, each.route) for each in told] == [("142.93.7.0/24", "/api/search")] * count


def test_what_is_remembered_of_a_zone_is_bounded() -> None:
    book: dict[str, Any] = {}
    rule = Rule(PANE, 5.0, {}, 20)
    for pane in range(0, 60 * HOUR, PANE):
        write(book, pane, {f"route {number}": pane // PANE % 7 for number in range(80)}, rule)
    assert len(book["series"]) == 64
    assert max(len(orjson.dumps(each)) for each in book["series"].values()) <= 4096
    assert len(book["limits"]) <= 3


def test_limits_of_an_hour_hang_on_what_came_before_the_last_one_alone() -> None:
    rule, told = Rule(PANE, 5.0, {}, 20), []
    for last in (0, 900):
        book: dict[str, Any] = {}
        for pane in range(0, 5 * HOUR, PANE):
            write(book, pane, {"all": last if pane >= 4 * HOUR else 5}, rule)
        told.append(limit(book, 5 * HOUR + PANE, "all"))
    assert told[0] is not None
    assert told[0] == told[1]
    assert limit(book, 9 * HOUR, "all") is None
