"""One seed on its way: a simulation's objects through the real engine, their evidence through the judge, in memory."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from detectors.base import Finding, Status
from pipeline.base import Batch
from pipeline.engine import Engine
from pipeline.simulator.base import Scenario, SimulatedObject
from pipeline.simulator.labels import Label
from pipeline.simulator.simulation import Simulation
from pipeline.start import build_engine
from tests.simulator.score_facts import judge_of, known


@dataclass(frozen=True, slots=True)
class Trial:
    """What is to be run."""

    name: str
    scenario: Scenario
    warm_up: str = "6h"


@dataclass(frozen=True, slots=True)
class Heard:
    """One version of a finding, and when it was heard, in seconds since 1970."""

    finding: Finding
    reached: int
    """How far the logs had come: the end of the latest stretch of time of which an object was there."""
    delivered: int
    """When the last object had come."""


@dataclass(slots=True)
class Course:
    """What came of a trial."""

    trial: Trial
    accounts: dict[str, str]
    """By zone."""
    labels: tuple[Label, ...] = ()
    heard: list[Heard] = field(default_factory=list)
    records: int = 0
    dead: int = 0
    engine_seconds: float = 0.0
    judge_seconds: float = 0.0
    snapshot_bytes: int = 0
    """Of all state, before the last panes are closed."""


def run(trial: Trial) -> Course:
    """Go through a trial. The judge's ticks are the starts in the objects' names, in the order of their delivery."""
    simulation = Simulation(trial.scenario)
    parts = known(simulation, trial.warm_up)
    engine, judge = build_engine(parts), judge_of(parts)
    course = Course(trial, {each.name: each.account.id for each in simulation.world.zones})
    tick = reached = delivered = 0

    def hear(ask: Callable[..., list[Finding]], *told: object) -> None:
        with _timed() as took:
            found = ask(*told)
        course.judge_seconds += took[0]
        course.heard += [Heard(each, reached, delivered) for each in found if each.status is not Status.CLOSED]

    for each in simulation.objects():
        start, end = span(each.key)
        reached, delivered = max(reached, end), each.delivered
        if start > tick:
            tick = start
            hear(judge.tick, tick)
        for evidence in _evidence(engine, each, course):
            hear(judge.merge, evidence)
    course.snapshot_bytes = len(judge.snapshot())
    hear(judge.finish)
    course.labels = simulation.labels()
    return course


@lru_cache(4096)
def span(key: str) -> tuple[int, int]:
    """Return the seconds since 1970 between which an object's lines are, as its name has it.

    >>> span("http_requests/a.example/20260302/20260302T091400Z_20260302T091900Z_1f.log")
    (1772442840, 1772443140)
    """
    start, end, _ = key.rpartition("/")[2].split("_")
    return int(datetime.fromisoformat(start).timestamp()), int(datetime.fromisoformat(end).timestamp())


def _evidence(engine: Engine, simulated: SimulatedObject, course: Course) -> list[bytes]:
    found: list[bytes] = []
    zone = ""
    if simulated.dataset == "audit_logs":  # its records do not say whose it is: the source does
        zone = next(zone for zone, account in course.accounts.items() if account == simulated.owner)
    with _timed() as took:
        for outcome in engine.process(Batch([simulated.body], simulated.key, path=simulated.key, zone=zone)):
            found += outcome.evidence
            course.dead += len(outcome.dead)
    course.records += simulated.records
    course.engine_seconds += took[0]
    return found


@contextmanager
def _timed() -> Iterator[list[float]]:
    took = [0.0]
    begun = time.process_time()
    yield took
    took[0] = time.process_time() - begun
