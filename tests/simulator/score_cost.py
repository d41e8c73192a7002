"""What detection costs, on batches of 5 MB: time beside an engine without it, and the size of evidence."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from detectors.judge import Judge
from pipeline.base import Batch
from pipeline.engine import Engine
from pipeline.simulator.base import MINUTE, Scenario, SimulatedObject
from pipeline.simulator.simulation import Simulation
from pipeline.start import build_engine
from tests.simulator.score_facts import judge_of, known
from tests.simulator.score_run import span

BATCH_BYTES: Final = 5_000_000
MOST_BYTES: Final = 65_536
"""Of evidence, for a batch of so many bytes."""
MOST_JUDGE_US: Final = 2.0
_ZONES, _SCALE, _MINUTES = 8, 40.0, 20
"""Busy zones, so that 5 MB are some minutes of them."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Microseconds are of processor time and of one record."""

    records: int
    engine_us: float
    """Without detection."""
    detection_us: float
    """Observing, folding and packing."""
    judge_us: float
    evidence_mean: float
    """Bytes a batch."""
    evidence_most: float

    @property
    def share(self) -> float:
        """What detection adds to the engine's time."""
        return self.detection_us / self.engine_us


def measure(seed: int, start: int) -> Cost:
    """Send batches through an engine with detection and through one without, in turns."""
    simulation = Simulation(Scenario(seed, start, _MINUTES * MINUTE, _ZONES, _SCALE))
    parts = known(simulation, "1h")
    plain, watching, judge = build_engine(replace(parts, detection=None)), build_engine(parts), judge_of(parts)
    records = 0
    sizes: list[int] = []
    seconds = [0.0, 0.0, 0.0]
    for key, body in _batches(simulation.objects()):
        records += body.count(b"\n")
        seconds[0] += _processed(plain, body, key)[0]
        took, evidence = _processed(watching, body, key)
        seconds[1] += took
        seconds[2] += _judged(judge, evidence, span(key)[0])
        sizes.append(sum(map(len, evidence)))
    without, within, judging = (each / records * 1e6 for each in seconds)
    return Cost(records, without, within - without, judging, sum(sizes) / len(sizes), max(sizes))


def _batches(objects: Iterable[SimulatedObject]) -> Iterator[tuple[str, bytes]]:
    """Join the lines of each dataset to batches of 5 MB, and name each by the last object in it."""
    joined: dict[str, tuple[str, bytes]] = {}
    for each in objects:
        body = joined.pop(each.dataset, ("", b""))[1] + each.body
        while len(body) >= BATCH_BYTES:
            end = body.rindex(b"\n", 0, BATCH_BYTES) + 1
            yield each.key, body[:end]
            body = body[end:]
        joined[each.dataset] = each.key, body
    yield from (rest for rest in joined.values() if rest[1])


def _processed(engine: Engine, body: bytes, key: str) -> tuple[float, list[bytes]]:
    begun = time.process_time()
    evidence = [each for outcome in engine.process(Batch([body], key, path=key)) for each in outcome.evidence]
    return time.process_time() - begun, evidence


def _judged(judge: Judge, evidence: list[bytes], now: int) -> float:
    begun = time.process_time()
    judge.tick(now)
    for each in evidence:
        judge.merge(each)
    return time.process_time() - begun
