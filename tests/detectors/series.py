"""Series made up for the statistics engine, the detectors that everyone has as baselines, and what both are worth."""

from __future__ import annotations

import math
from bisect import bisect_left, insort
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from detectors.spikes import HoldOff, Series
from pipeline.simulator.chance import poisson, stream

STEP = 300
DAY = 288
"""Values."""
_PROBATION = 0.15
_LAG = 3
"""Values after its end at which an event may still be found."""


@dataclass(frozen=True)
class Labelled:
    """A series, and where something happens in it."""

    values: Sequence[float]
    events: Sequence[tuple[int, int]]


def labelled(seed: int, kind: str, days: int = 10) -> Labelled:
    """Make up a series: `counts` go with the day, `bursty` ones jump at random too, a `level` knows no day."""
    rng = stream(seed, kind)
    count, base, noise = days * DAY, 10 ** rng.uniform(0.5, 3), 0.0
    strong, weak, phase = rng.uniform(0.2, 0.7), rng.uniform(0, 0.3), rng.uniform(0, 6.28)
    values: list[float] = []
    for at in range(count):
        turn = at / DAY * math.tau - phase
        noise = 0.9 * noise + rng.gauss(0, 0.08)
        usual = base * max(0.05, 1 + strong * math.cos(turn) + weak * math.cos(2 * turn)) * math.exp(noise)
        value = base * (1 + 0.3 * noise) + rng.gauss(0, 0.05 * base) if kind == "level" else float(poisson(rng, usual))
        values.append(value * (rng.uniform(1.5, 4) if kind == "bursty" and rng.random() < 0.003 else 1))
    events, at = [], count // 4 + rng.randrange(200, 900)
    while at < count - 60:
        length, factor = rng.choice(
            [(rng.randrange(2, 6), rng.uniform(2, 6)), (rng.randrange(12, 60), rng.uniform(1.6, 3)), (8, 0.15)]
        )
        for place in range(at, min(count, at + length)):
            values[place] *= 1 + (factor - 1) * (0.3 if kind == "level" else 1)
        events.append((at, min(count, at + length)))
        at += length + rng.randrange(200, 900)
    return Labelled(values, events)


def engine(values: Sequence[float]) -> list[float]:
    """Score by our engine, before anything is held off."""
    series = Series()
    return [series.take(at * STEP, value) for at, value in enumerate(values)]


def ewma(values: Sequence[float], share: float = 0.02) -> list[float]:
    """Score by the distance from a running mean, in running standard deviations."""
    mean, square, scores = values[0], 0.0, list[float]()
    for value in values:
        left = value - mean
        scores.append(abs(left) / math.sqrt(square) if square else 0.0)
        mean += share * left
        square = (1 - share) * (square + share * left * left)
    return scores


def median_mad(values: Sequence[float], window: int = 300) -> list[float]:
    """Score by the distance from a rolling median, in median absolute deviations."""
    kept, ordered, scores = deque[float](), list[float](), list[float]()
    for value in values:
        middle = ordered[len(ordered) // 2] if ordered else value
        deviations = sorted(abs(each - middle) for each in ordered[::5])
        spread = deviations[len(deviations) // 2] if deviations else 0.0
        scores.append(abs(value - middle) / spread if spread else 0.0)
        kept.append(value)
        insort(ordered, value)
        if len(kept) > window:
            del ordered[bisect_left(ordered, kept.popleft())]
    return scores


def recall(
    score: Callable[[Sequence[float]], list[float]], all_series: Sequence[Labelled], false_alerts: float
) -> float:
    """Return the share of events found at the threshold that gives so many false alerts a series and day, held off."""
    false, best, days = list[float](), list[float](), 0.0
    for each in all_series:
        hold_off, start = HoldOff(), int(len(each.values) * _PROBATION)
        scores = [hold_off.after(one, at) for at, one in enumerate(score(each.values))]
        beside = set(range(start, len(scores)))
        for low, high in each.events:
            beside.difference_update(range(low, high + DAY // 24))
            best.append(max(scores[low : high + _LAG]))
        false += [scores[at] for at in beside]
        days += (len(scores) - start) / DAY
    threshold = sorted(false, reverse=True)[int(false_alerts * days)]
    return sum(each > threshold for each in best) / len(best)
