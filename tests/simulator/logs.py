"""A simulation, gone through once and read back as records."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson

from pipeline.simulator.base import HOUR, Scenario, SimulatedObject
from pipeline.simulator.labels import Label
from pipeline.simulator.simulation import Simulation
from pipeline.simulator.world import World

Record = dict[str, Any]

EVENING = 1_772_395_200
"""Eight o'clock in the evening of 1 March 2026, UTC, so that a midnight comes soon."""


@dataclass(slots=True)
class Logs:
    """What a simulation left."""

    scenario: Scenario
    world: World
    objects: list[SimulatedObject] = field(default_factory=list)
    records: dict[str, list[Record]] = field(default_factory=dict)
    """By dataset; of objects that were delivered twice, each time."""
    labels: tuple[Label, ...] = ()

    def of(self, dataset: str) -> list[Record]:
        """Return the records of a dataset."""
        return self.records.get(dataset, [])

    def requests(self) -> Iterator[tuple[Record, Record | None]]:
        """Yield each request at the edge with the one that caused it, those that stand inside another too."""
        whole = {each["RayID"]: each for each in self.of("http_requests")}
        for each in self.of("http_requests"):
            yield each, whole.get(each["ParentRayID"])
            for inner in each.get("Subrequests", []):
                yield inner, each


def evening(seed: int = 1, **asked: Any) -> Scenario:  # noqa: ANN401 - whatever a scenario takes
    """Return a small scenario: three zones for six hours around midnight."""
    return Scenario(**{"seed": seed, "start": EVENING, "length": 6 * HOUR, "zones": 3, "scale": 0.03} | asked)


def run(scenario: Scenario) -> Logs:
    """Go through a scenario and parse all that it leaves."""
    simulation = Simulation(scenario)
    logs = Logs(scenario, simulation.world)
    for each in simulation.objects():
        logs.objects.append(each)
        logs.records.setdefault(each.dataset, []).extend(map(orjson.loads, each.body.splitlines()))
    logs.labels = simulation.labels()
    return logs
