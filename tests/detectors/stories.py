"""Stories for the laws of judging: rows of two zones over some hours, in batches that come late and in turns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from detectors.base import Finding, Verdict
from detectors.facts import Facts
from detectors.judge import Judge
from tests.detectors.toys import SEED, START, TOYS, folded

Row = Mapping[str, str | int]
LATENESS = 600
SPREAD = 200
"""Seconds that a row may be late, and seconds of log in one batch: together less than the lateness allowed."""
DELAY = 700
"""Seconds by which all logs come late: with the others less than twice the lateness, when idle feeds are given up."""


def a_mark(number: int) -> str:
    """Make a fingerprint."""
    return "".join("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[number * 7919 >> shift & 31] for shift in range(0, 48, 3))


@st.composite
def rows(draw: st.DrawFn) -> list[tuple[int, Row]]:
    """Draw rows, each with the second at which it is delivered, in the order of delivery; many stand close together."""
    made: list[tuple[int, Row]] = []
    bursts = draw(st.lists(st.tuples(st.integers(0, 4 * 3600), st.integers(1, 12)), max_size=8))
    for number, start in enumerate(start for start, count in bursts for _ in range(count)):
        time = (START + start) * 1000 + draw(st.integers(0, 100_000))
        side = draw(st.sampled_from(["edge", "edge", "backend"]))
        zone = draw(st.sampled_from(["a.example", "b.example"]))
        row: dict[str, str | int] = {
            "time": time,
            "zone": zone,
            "scope": zone,
            "dataset": "http_requests" if side == "edge" else "backend/requests",
            "side": side,
            "script": draw(st.sampled_from(["shop", "api"])),
            "ray": f"{number:016x}",
            "status": draw(st.sampled_from([200, 429, 429, 500])),
            "credentials": a_mark(draw(st.integers(1, 5))) if draw(st.booleans()) else "",
        }
        made.append((time // 1000 + draw(st.integers(0, SPREAD)), row))
    return sorted(made, key=lambda each: each[0])


@dataclass(frozen=True)
class Batch:
    """Rows that are delivered together, and when."""

    at: int
    rows: Sequence[Row]


@st.composite
def deliveries(draw: st.DrawFn) -> list[Batch]:
    """Draw rows in batches: one dataset and zone each, or mixed; none spans more than the spread."""
    mixed = draw(st.booleans())
    waiting: dict[Any, list[tuple[int, Row]]] = {}
    batches: list[Batch] = []
    for at, row in draw(rows()):
        feed = "all" if mixed else (row["dataset"], row["zone"])
        part = waiting.setdefault(feed, [])
        if part and (at - part[0][0] > SPREAD or draw(st.booleans())):
            batches.append(Batch(part[-1][0], [each for _, each in part]))
            part.clear()
        part.append((at, row))
    batches += [Batch(part[-1][0], [each for _, each in part]) for part in waiting.values() if part]
    return sorted(batches, key=lambda batch: batch.at)


def last_versions(findings: Sequence[Finding]) -> dict[str, Verdict]:
    """Return what was said last under each id, without the places of records."""
    said: dict[str, Verdict] = {}
    for finding in findings:
        verdict = finding.verdict
        said[finding.id] = Verdict(**{name: getattr(verdict, name) for name in _COMPARED})
    return said


_COMPARED = [name for name in Verdict.__dataclass_fields__ if name != "evidence"]


def facts(**more: Any) -> Facts:  # noqa: ANN401 (fields of facts)
    """Return facts without warming."""
    return Facts(**{"warm_up": 0, "allowed_lateness": LATENESS, **more})


def judged(
    batches: Sequence[Batch],
    known: Facts,
    *,
    ticks: bool = True,
    delay: int = DELAY,
    judges: int = 1,
    restored_at: frozenset[int] = frozenset(),
) -> dict[str, Verdict]:
    """Fold and judge batches in order, by so many judges; some are written down and read back between two batches."""
    parts = [Judge(known, SEED, TOYS) for _ in range(judges)]
    found: list[Finding] = []
    for number, batch in enumerate(batches):
        if number in restored_at:
            parts = [Judge.restore(each.snapshot(), known, SEED, TOYS) for each in parts]
        for judge, evidence in zip(parts, folded(batch.rows, judges=judges, origin=f"o{number}"), strict=True):
            found += judge.tick(batch.at + delay) if ticks else []
            found += judge.merge(evidence)
    for judge in parts:
        found += judge.finish()
    return last_versions(found)
