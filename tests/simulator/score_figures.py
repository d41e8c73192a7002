"""What all trials are worth together, held against the goals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from statistics import median
from typing import Final

from tests.simulator.score_count import SCORED, Found, Score

RECALL: Final[Mapping[str, float]] = {
    "outbound_hosts": 0.99,
    "backend_credentials": 0.99,
    "cross_user": 0.97,
    "audit_access": 0.95,
    "secret_exposure": 0.99,
    "rate_limit_spikes": 0.95,
    "silence": 0.95,
    "compat_drift": 0.95,
}
"""The share of incidents that must be found."""
YOUNG_RECALL: Final = 0.9
"""The same where a zone has been known for an hour."""
CLASS_RIGHT: Final = 0.85
"""The share of bursts of refusals whose class must be right."""
FALSE_ALERTS: Final = 0.01
"""False alert events a zone and day, of all of them together."""
PANES: Final = 2
"""Median time to detect."""
SLOW: Final = frozenset({"silence", "compat_drift"})
"""What takes its time, and must know a zone for long."""
DIFFICULTIES: Final = ("easy", "medium", "hard")
WHERE: Final = ("free", "benign", "beside")


@dataclass(frozen=True, slots=True)
class Recall:
    """How many of so many incidents were found."""

    found: int
    all: int

    @property
    def share(self) -> float:
        """One for none at all: nothing was missed."""
        return self.found / self.all if self.all else 1.0


@dataclass(frozen=True, slots=True)
class Figures:
    """What one detector is worth."""

    detector: str
    recall: Recall
    not_asked: Recall
    """Of incidents beyond the goal."""
    by_difficulty: Mapping[str, Recall]
    worst_seed: float
    """Recall."""
    panes: tuple[float, float]
    """Time to detect, of what is asked: median, 95th percentile."""
    minutes: tuple[float, float]
    """The same by the clock, delivery included."""
    false: Mapping[str, int]
    """False alert events by where."""


@dataclass(frozen=True, slots=True)
class Run:
    """All trials of one kind."""

    seeds: tuple[int, ...]
    records: int
    dead: int
    zone_days: float
    free_zone_days: float
    benign: int
    judge_us: float
    snapshot_bytes: float
    detectors: Mapping[str, Figures]
    classes: Recall

    @property
    def false_alerts(self) -> float:
        """Events a zone and day."""
        return sum(sum(each.false.values()) for each in self.detectors.values()) / self.zone_days


def together(scores: Sequence[Score]) -> Run:
    """Add up trials."""
    return Run(
        seeds=tuple(each.seed for each in scores),
        records=sum(each.records for each in scores),
        dead=sum(each.dead for each in scores),
        zone_days=sum(each.zone_days for each in scores),
        free_zone_days=sum(each.free_zone_days for each in scores),
        benign=sum(each.benign for each in scores),
        judge_us=sum(each.judge_us * each.records for each in scores) / max(1, sum(each.records for each in scores)),
        snapshot_bytes=max(each.snapshot_bytes for each in scores),
        detectors={name: _figures(name, scores) for name in SCORED},
        classes=Recall(sum(sum(each.classes) for each in scores), sum(len(each.classes) for each in scores)),
    )


def missed(days: Run, young: Run) -> Iterator[str]:
    """Name the goals that were missed."""
    for name, goal in RECALL.items():
        figures = days.detectors[name]
        if figures.recall.share < goal:
            yield f"{name}: recall {figures.recall.share:.3f}, and at least {goal} is asked"
        if name not in SLOW and figures.panes[0] > PANES:
            yield f"{name}: half of what is found takes {figures.panes[0]:.1f} panes, and at most {PANES} are asked"
        if name not in SLOW and young.detectors[name].recall.share < YOUNG_RECALL:
            share = young.detectors[name].recall.share
            yield f"{name}: recall {share:.3f} in young zones, and at least {YOUNG_RECALL} is asked"
    if days.classes.share < CLASS_RIGHT:
        yield f"the class of a burst is right in {days.classes.share:.3f}, and at least {CLASS_RIGHT} is asked"
    if days.false_alerts > FALSE_ALERTS:
        yield f"{days.false_alerts:.4f} false alerts a zone and day, and at most {FALSE_ALERTS} are asked"
    if days.dead or young.dead:
        yield f"{days.dead + young.dead} lines died, and none should"


def _figures(name: str, scores: Sequence[Score]) -> Figures:
    all_found = [[each for each in score.found if each.detector == name and each.asked] for score in scores]
    beyond = [each for score in scores for each in score.found if each.detector == name and not each.asked]
    found = [each for one in all_found for each in one]
    false = Counter(each.where for score in scores for each in score.false if each.detector == name)
    return Figures(
        detector=name,
        recall=_recall(found),
        not_asked=_recall(beyond),
        by_difficulty={each: _recall([one for one in found if one.difficulty == each]) for each in DIFFICULTIES},
        worst_seed=min(_recall(each).share for each in all_found),
        panes=_spread([each.panes for each in found if each.found]),
        minutes=_spread([each.minutes for each in found if each.found]),
        false={where: false[where] for where in WHERE},
    )


def _recall(found: Sequence[Found]) -> Recall:
    return Recall(sum(each.found for each in found), len(found))


def _spread(values: Sequence[float]) -> tuple[float, float]:
    """Return the median and the 95th percentile; noughts for none."""
    if not values:
        return 0.0, 0.0
    return median(values), sorted(values)[ceil(0.95 * len(values)) - 1]
