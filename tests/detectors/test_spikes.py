"""The statistics engine: causal, small, quick, no worse than it says, and better than what everyone has."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.spikes import PRIOR, HoldOff, Series, load_series, silent, surprise_for
from pipeline.simulator.chance import poisson, stream
from tests.detectors.series import DAY, STEP, engine, ewma, labelled, median_mad, recall

VALUES = st.lists(st.floats(-1e100, 1e100) | st.integers(0, 50).map(float), max_size=60)


@given(values=VALUES, more=VALUES)
def test_a_score_rests_on_what_came_before_alone(values: list[float], more: list[float]) -> None:
    assert engine([*values, *more])[: len(values)] == engine(values)


@given(values=VALUES)
def test_any_numbers_have_scores_that_are_numbers(values: list[float]) -> None:
    assert all(math.isfinite(each) for each in engine(values))


@given(scores=st.lists(st.integers(0, 9).map(float), max_size=300))
def test_what_is_held_off_was_exceeded_shortly_before(scores: list[float]) -> None:
    hold_off = HoldOff()
    for at, score in enumerate(scores):
        reach = min(150, 12 + at // 20)
        before = scores[max(0, at - reach) : at]
        assert hold_off.after(score, at) == (0.0 if score <= max(before, default=-1.0) else score)


@given(values=st.lists(st.integers(0, 500).map(float), min_size=1, max_size=80), at=st.integers(0, 79))
@settings(max_examples=50)
def test_what_is_written_down_and_read_goes_on_alike(values: list[float], at: int) -> None:
    series = silent()
    for place, value in enumerate(values):
        if place == at:
            series = load_series(orjson.loads(orjson.dumps(series.dump())))
        series.take(place * STEP, value)
    again = load_series(orjson.loads(orjson.dumps(series.dump())))
    assert again.dump() == series.dump()
    assert again.surprise(0, 900.0) == pytest.approx(series.surprise(0, 900.0), rel=1e-3)


def test_a_long_series_is_at_most_four_kilobytes() -> None:
    rng, series = stream(3, "long"), Series(counts=True)
    for at in range(40 * DAY):
        series.take(at * STEP, rng.lognormvariate(8, 2))
    assert len(orjson.dumps(series.dump())) <= 4096


def test_a_point_takes_five_microseconds_at_most() -> None:
    rng = stream(4, "quick")
    values = [rng.gauss(100, 10) for _ in range(20_000)]
    best = math.inf
    for _ in range(5):
        begun = time.process_time()
        engine(values)
        best = min(best, time.process_time() - begun)
    assert best / len(values) < 5e-6


@given(past=st.lists(st.integers(0, 40), max_size=100), surprise=st.floats(1, 7), quarter=st.integers(0, 95))
@settings(max_examples=60)
def test_the_limit_is_the_least_count_that_surprises_so_much(past: list[int], surprise: float, quarter: int) -> None:
    series = silent()
    for at, value in enumerate(past):
        series.take(at * STEP, float(value))
    second = quarter * 900
    limit = series.limit(second, surprise)
    assert series.surprise(second, limit) >= surprise
    usual = max(series.expected(second) + max(0.0, series.drift), series.level)
    assert limit <= usual + 1 or series.surprise(second, limit - 1) < surprise


@pytest.mark.parametrize("usual", [0.05, 0.5, 5, 50], ids=lambda each: f"{each} a pane")
def test_false_alerts_are_at_most_four_times_those_that_were_allowed(usual: float) -> None:
    rng, days, allowed = stream(5, usual), 100, 0.3
    series, alerts, last = silent(), 0, -DAY
    for at in range(days * DAY):
        mean = usual * (1 + 0.6 * math.cos(at / DAY * math.tau)) * rng.gammavariate(8, 1 / 8)
        alarming = series.take(at * STEP, float(poisson(rng, mean))) >= surprise_for(allowed, DAY)
        alerts += alarming and at > last + 12
        last = at if alarming else last
    assert alerts / days <= 4 * allowed


def test_a_series_of_no_past_knows_what_most_are_like() -> None:
    fresh, known = silent(), silent(PRIOR + 30 * DAY)
    surprise = surprise_for(0.001, DAY)
    assert known.limit(0, surprise) < fresh.limit(0, surprise) < 60


KINDS = ("counts", "bursty", "level")


@pytest.fixture(scope="module")
def recalls() -> Callable[[Callable[[Sequence[float]], list[float]]], float]:
    """Return what tells the mean recall over kinds of series and numbers of false alerts; the same series for all."""
    series = {kind: [labelled(seed, kind) for seed in range(12)] for kind in KINDS}

    def mean(score: Callable[[Sequence[float]], list[float]]) -> float:
        found = [recall(score, series[kind], false) for kind in KINDS for false in (0.1, 0.03)]
        return sum(found) / len(found)

    return mean


def test_it_finds_more_than_usual_methods_at_as_many_false_alerts(
    recalls: Callable[[Callable[[Sequence[float]], list[float]]], float],
) -> None:
    ours = recalls(engine)
    usual = {
        "ewma 0.02": recalls(ewma),
        "ewma 0.005": recalls(lambda values: ewma(values, 0.005)),
        "median/MAD 300": recalls(median_mad),
        "median/MAD 100": recalls(lambda values: median_mad(values, 100)),
    }
    assert all(ours > each for each in usual.values()), (ours, usual)
