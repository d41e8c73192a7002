"""How much a zone is asked from moment to moment: days, weeks, holidays, growth, and noise that remembers."""

from __future__ import annotations

from collections.abc import Iterator
from math import cos, exp, pi
from random import Random

from pipeline.simulator.base import DAY, HOUR
from pipeline.simulator.world import Zone

_FIRST, _SECOND = 0.55, 0.18
"""Strength of one wave a day and of two."""
_PEAK = 20.0
"""Hour of the day, where people are, when most come."""
_WEEKEND = {5: 0.85, 6: 0.8}
_HOLIDAY_EVERY, _HOLIDAY = 23, 0.7
_GROWTH, _MIDDLE = 0.0005, 20_500
"""A day, and the day at which a zone has its size."""
_REMEMBERED, _NOISE, _NOISE_SECONDS = 0.9, 0.1, 300
_THURSDAY = 3
"""1 January 1970, from Monday."""


def expected(zone: Zone, second: float) -> float:
    """Return how much is asked at a moment, against the zone's mean, without noise."""
    local = second + zone.places[0].hours * HOUR
    hour = local % DAY / HOUR - _PEAK
    day = int(local // DAY)
    wave = 1 + _FIRST * cos(2 * pi * hour / 24) + _SECOND * cos(4 * pi * hour / 24)
    week = _WEEKEND.get((day + _THURSDAY) % 7, 1.06)
    holiday = _HOLIDAY if (day + zone.users) % _HOLIDAY_EVERY == 0 else 1.0
    return wave * week * holiday * min(1.5, max(0.5, 1 + _GROWTH * (day - _MIDDLE)))


def noise(rng: Random, step: int) -> Iterator[float]:
    """Yield a factor for each step of so many seconds; neighbours are alike."""
    kept = _REMEMBERED ** (step / _NOISE_SECONDS)
    spread = _NOISE * ((1 - kept * kept) / (1 - _REMEMBERED * _REMEMBERED)) ** 0.5
    variance = _NOISE * _NOISE / (1 - _REMEMBERED * _REMEMBERED)
    level = rng.gauss(0.0, variance**0.5)
    while True:
        yield exp(level - variance / 2)
        level = kept * level + rng.gauss(0.0, spread)
