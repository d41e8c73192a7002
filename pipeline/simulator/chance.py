"""Seeded chance: each part draws from a stream of its own name, so that one more draw here moves nothing there."""

from __future__ import annotations

from random import Random

_MANY = 30.0
"""Above this mean a normal draw is as good as a Poisson one."""


def stream(*names: object) -> Random:
    """Return the source of chance of this name, the same at every run."""
    return Random("/".join(map(str, names)))  # noqa: S311 - repeatable data is the point; no secret hangs on it


def poisson(rng: Random, mean: float) -> int:
    """Draw how many of something rare happen where `mean` are expected."""
    if mean > _MANY:
        return max(0, round(rng.gauss(mean, mean**0.5)))
    count, waited = 0, rng.expovariate(1.0)
    while waited < mean:
        count += 1
        waited += rng.expovariate(1.0)
    return count


def ranked(rng: Random, count: int) -> int:
    """Draw a place from 0 on; the first ones are drawn most, by Zipf's law."""
    return int((count + 1) ** rng.random()) - 1


def geometric(rng: Random, mean: float) -> int:
    """Draw a number from 1 on with this mean."""
    return 1 + int(rng.expovariate(1.0) * max(mean - 1.0, 0.0) + 0.5)


def times(rng: Random, low: int, high: int, per_second: float) -> list[int]:
    """Draw moments between two times in nanoseconds, so many a second on average, in order."""
    count = poisson(rng, per_second * (high - low) / 1e9)
    return sorted(low + int(rng.random() * (high - low)) for _ in range(count))
