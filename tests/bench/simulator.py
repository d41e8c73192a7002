"""How fast the simulator is on one core: `python -m tests.bench.simulator [ZONES] [DAYS]`."""

from __future__ import annotations

import sys
import time

from pipeline.simulator.base import DAY, Scenario
from pipeline.simulator.simulation import Simulation

_START = 1_772_409_600


def main(zones: int = 20, days: int = 1) -> None:
    """Print records and bytes a second, all incidents on, nothing written."""
    begun, used = time.perf_counter(), time.process_time()
    records = size = objects = 0
    for each in Simulation(Scenario(seed=1, start=_START, length=days * DAY, zones=zones)).objects():
        records, size, objects = records + each.records, size + len(each.body), objects + 1
    took, used = time.perf_counter() - begun, time.process_time() - used
    print(f"{records:,} records in {objects:,} objects, {size / records:,.0f} bytes a record")
    print(f"{records / took:,.0f} records/s, {records / used:,.0f} a second of processor time")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
