"""The one statistics engine: how surprising the next value of a series is, by all that came before.

Three things are held against their own past: a value without what is usual at its time of day and what drifts, the
running mean of the first, and the value without the recent level. Each has its rank; a rank cannot tell far from very
far, so that how far counts too. A surprise of s is what chance brings about once in 10**s values: thresholds are
numbers of false alerts, never of sigmas.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from math import e as euler
from math import log2, log10, sqrt
from typing import Final

from detectors.evidence import Plain

DAY: Final = 86_400
SEASON: Final = 96
"""Quarters of an hour in a day: what is usual is learned for each."""
QUARTER: Final = DAY // SEASON
_SHARING: Final = 20
"""So many values share what is usual at a time of day."""
_RECENT: Final = 0.1
_SPREAD: Final = 0.01
"""How much of a value enters the recent levels, and the spread."""
_SMOOTHED: Final = sqrt(_RECENT / (2 - _RECENT))
"""How much narrower a running mean spreads than what it is taken of, where neighbours are independent."""
_SETTLED: Final = 1 / 30
_OUTLIER: Final = 3.0
"""After thirty values nothing counts as more than so many spreads: a burst does not hide the next one."""
_STEPS, _BINS, _NOUGHT = 4, 48, 16
"""A histogram's bins for each doubling, all of its bins, and that of a size of 1."""
_SMALLEST, _GREATEST = 2.0 ** ((1 - _NOUGHT) / _STEPS), 2.0 ** ((_BINS - 1 - _NOUGHT) / _STEPS)
_FARTHEST: Final = 1e30
_MEMORY: Final = 8064
"""Values after which what was ranked counts half: four weeks of five minutes."""
_GROWTH: Final = 2 ** (1 / _MEMORY)
_HEAVIEST: Final = 1e9
_PARTS: Final = 3
_FAIR: Final = log10(euler)
"""The mean of the logarithms of chances, however these hang together, is off by this at most (Vovk and Wang, 2020)."""
PRIOR: Final = 50
"""Silent values that a series of failures is given before its first: most zones have next to none of any kind."""


def surprise_for(false_alerts: float, values: float) -> float:
    """Return the surprise that chance brings so often in so many values.

    >>> round(surprise_for(0.01, 288), 2)
    4.46
    """
    return log10(values / false_alerts)


@dataclass(slots=True)
class Ranks:
    """One thing with its past: its mean square, and how often it had each size; what is older counts less."""

    square: float = 0.0
    weights: list[float] = field(default_factory=lambda: [0.0] * _BINS)
    weight: float = 1.0
    """Of the next."""
    total: float = 0.0

    def odds(self, left: float, least: float) -> float:
        """Tell how rare the like is: once in so many; `least` is a spread that there is at any rate."""
        unit = max(sqrt(self.square), least) or abs(left) or 1.0
        size = abs(left) / unit
        rank = (self.total + self.weight) / (sum(self.weights[_bin(size) :]) + self.weight)
        return rank * min(max(1.0, size), _FARTHEST) ** 3

    def take(self, left: float, least: float, share: float) -> float:
        """Tell the same, and learn it: as so much of the mean square. Written out, since it is most of the work."""
        size = left if left >= 0 else -left
        unit = sqrt(self.square)
        unit = max(unit, least)
        size = size / unit if unit else 1.0 if size else 0.0
        at = _bin(size)
        weight, weights = self.weight, self.weights
        odds = (self.total + weight) / (sum(weights[at:]) + weight)
        weights[at] += weight
        self.total += weight
        self.weight = weight * _GROWTH
        if weight > _HEAVIEST:
            self._lighten()
        square = left * left
        if share < _SETTLED and size > _OUTLIER and self.square:
            square = unit * unit * _OUTLIER * _OUTLIER
        self.square += share * (square - self.square)
        size = min(size, _FARTHEST)
        return odds * size * size * size if size > 1 else odds

    def _lighten(self) -> None:
        self.weights = [each / self.weight for each in self.weights]
        self.total /= self.weight
        self.weight = 1.0


def _bin(size: float) -> int:
    if size < _SMALLEST:
        return 0
    return int(_STEPS * log2(size)) + _NOUGHT if size < _GREATEST else _BINS - 1


@dataclass(slots=True)
class Series:
    """A series as far as it has come: some three hundred numbers, however long it was."""

    counts: bool = False
    """Its values are counts, which spread at least as those of independent events do."""
    values: int = 0
    season: list[float] = field(default_factory=lambda: [0.0] * SEASON)
    seen: list[int] = field(default_factory=lambda: [0] * SEASON)
    """How many values each quarter had, up to those that share what is usual."""
    level: float = 0.0
    drift: float = 0.0
    smooth: float = 0.0
    parts: tuple[Ranks, Ranks, Ranks] = field(default_factory=lambda: (Ranks(), Ranks(), Ranks()))

    def expected(self, second: int) -> float:
        """Return what is usual at a time, in seconds since 1970."""
        at = second % DAY // QUARTER
        return self.season[at] if self.seen[at] else self.level

    def take(self, second: int, value: float) -> float:
        """Take the next value; return its surprise."""
        at = second % DAY // QUARTER
        if not self.values:
            self.level = value
        usual = self.season[at] if self.seen[at] else self.level
        left = value - usual
        self.values += 1
        share = 1 / self.values if self.values * _SPREAD < 1 else _SPREAD
        self.smooth += _RECENT * (left - self.smooth)
        least = sqrt(max(1.0, usual)) if self.counts else 0.0
        drifting, smoothed, levelled = self.parts
        odds = (
            drifting.take(left - self.drift, least, share)
            * smoothed.take(self.smooth, least * _SMOOTHED, share)
            * levelled.take(value - self.level, least, share)
        )
        most = _OUTLIER * max(sqrt(drifting.square), least)
        self.drift += _RECENT * ((left if -most < left < most else most if left > 0 else -most) - self.drift)
        self.level += _RECENT * (value - self.level)
        if not self.seen[at]:
            self.season[at] = usual
        if self.seen[at] < _SHARING:
            self.seen[at] += 1
        self.season[at] += (value - self.season[at]) / self.seen[at]
        return log10(odds) / _PARTS - _FAIR

    def surprise(self, second: int, value: float) -> float:
        """Tell how surprising a value would be now, and learn nothing."""
        usual = self.expected(second)
        left = value - usual
        least = sqrt(max(1.0, usual)) if self.counts else 0.0
        drifting, smoothed, levelled = self.parts
        odds = (
            drifting.odds(left - self.drift, least)
            * smoothed.odds(self.smooth + _RECENT * (left - self.smooth), least * _SMOOTHED)
            * levelled.odds(value - self.level, least)
        )
        return log10(odds) / _PARTS - _FAIR

    def limit(self, second: int, surprise: float) -> int:
        """Return the least whole number above what is usual that would be so surprising."""
        low = int(max(self.expected(second) + max(0.0, self.drift), self.level))
        step = 1
        while self.surprise(second, low + step) < surprise:
            step *= 2
        high, low = low + step, low + step // 2
        while high - low > 1:
            middle = (low + high) // 2
            if self.surprise(second, middle) < surprise:
                low = middle
            else:
                high = middle
        return high

    def dump(self) -> Plain:
        """Write all, as JSON of at most 4 kB; what is read of it and goes on says the same as what was read before."""
        parts = [[_short(each.square), _short(each.weight), *map(_short, each.weights)] for each in self.parts]
        levels = [_short(each) for each in (self.level, self.drift, self.smooth)]
        return [int(self.counts), self.values, levels, [_short(each) for each in self.season], self.seen, *parts]


def load_series(plain: Plain) -> Series:
    """Read what `dump` wrote.

    Raises:
        ValueError, TypeError: it is something else.

    """
    counts, values, (level, drift, smooth), season, seen, *parts = plain
    drifting, smoothed, levelled = (
        Ranks(square, list(weights), weight, sum(weights)) for square, weight, *weights in parts
    )
    return Series(bool(counts), values, list(season), list(seen), level, drift, smooth, (drifting, smoothed, levelled))


def silent(values: int = PRIOR) -> Series:
    """Return a series of failures that never came so far: so often was there none."""
    series = Series(counts=True)
    for part in series.parts:
        part.weights[0] = part.total = float(values)
    series.values = values
    return series


def _short(number: float) -> float:
    """Keep five digits."""
    return float(f"{number:.5g}")


_REACH, _SHORTEST, _OF_ALL = 150, 12, 20
"""How many values a score is held against: at most, at least, and one in so many of all there were."""


class HoldOff:
    """Lets only those scores through that exceed all of some before: what lasts is told once."""

    __slots__ = ("_at", "_before")

    def __init__(self) -> None:
        """Begin with none."""
        self._at = 0
        self._before: deque[tuple[int, float]] = deque()

    def after(self, score: float, values: int) -> float:
        """Return the score of the last of so many values, or 0 if one shortly before was as high."""
        before = self._before
        self._at += 1
        reach = min(_REACH, _SHORTEST + values // _OF_ALL)
        while before and before[0][0] < self._at - reach:
            before.popleft()
        held = bool(before) and before[0][1] >= score
        while before and before[-1][1] <= score:
            before.pop()
        before.append((self._at, score))
        return 0.0 if held else score
