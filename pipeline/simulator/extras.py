"""Further traffic that cases bring, in the few forms that many of them need."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from pipeline.simulator.base import MINUTE, SECOND, Client, Exchange, Route
from pipeline.simulator.cases import More, Stage
from pipeline.simulator.chance import ranked, times
from pipeline.simulator.visits import usual

Who = Callable[[int], Client]
"""Returns who asks at a moment."""


def some_user(stage: Stage) -> Who:
    """Return what draws a user who comes often."""
    return lambda at: stage.visits.visitors.user(ranked(stage.rng, stage.zone.users), at // SECOND)


def steady(stage: Stage, routes: Sequence[Route], per_minute: float, who: Who | None = None) -> More:
    """Ask for one of these routes so often, so that a case shows itself in a quiet zone too; by users unless said."""
    client = who or some_user(stage)

    def more(low: int, high: int) -> Iterator[Exchange]:
        for at in times(stage.rng, low, high, per_minute / MINUTE):
            yield usual(stage.zone, stage.rng, client(at), stage.rng.choice(routes), at)

    return more


def moments(stage: Stage, count: int, make: Callable[[int], Exchange | Sequence[Exchange]]) -> More:
    """Make something happen so many times in all, at moments drawn now."""
    drawn = sorted(stage.rng.randrange(stage.start, stage.end) for _ in range(count))

    def more(low: int, high: int) -> Iterator[Exchange]:
        for at in drawn:
            if low <= at < high:
                made = make(at)
                yield from made if isinstance(made, Sequence) else (made,)

    return more
