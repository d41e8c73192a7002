"""Rows on their way through one detector: folded in batches, judged in turns, written down in between."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from hypothesis import strategies as st

from detectors.base import Detector, Finding, Verdict
from detectors.facts import Facts
from detectors.judge import Judge
from tests.detectors.stories import last_versions
from tests.detectors.toys import SEED, START, folded

Row = Mapping[str, str | int]
Batches = Sequence[Sequence[Row]]
TURNS = st.randoms(use_true_random=False)


def at(second: float, **columns: str | int) -> Row:
    """Make a row of a second from `START` on; its scope is its zone, else its account."""
    scope = columns.get("zone") or columns.get("account") or ""
    return {"time": int((START + second) * 1000), "scope": scope, "dataset": "http_requests", **columns}


def findings(
    detector: Detector,
    facts: Facts,
    *batches: Sequence[Row],
    ticks: bool = True,
    judges: int = 1,
    restored: bool = False,
) -> list[Finding]:
    """Judge batches in order; each is ticked for by its last row. `restored`: written down and read back after each."""
    parts = [Judge(facts, SEED, (detector,)) for _ in range(judges)]
    found: list[Finding] = []
    for number, rows in enumerate(batches):
        packed = folded(rows, facts=facts, judges=judges, origin=f"o{number}", detectors=(detector,))
        for place, evidence in enumerate(packed):
            now = max((int(row["time"]) // 1000 for row in rows), default=0)
            found += parts[place].tick(now) if ticks else []
            found += parts[place].merge(evidence)
            if restored:
                parts[place] = Judge.restore(parts[place].snapshot(), facts, SEED, (detector,))
    return [*found, *(each for judge in parts for each in judge.finish())]


def said(detector: Detector, facts: Facts, *batches: Sequence[Row], ticks: bool = True) -> list[Verdict]:
    """Return the last version of each finding, in the order of rules and keys; reports on what was learned aside."""
    last = last_versions(
        [each for each in findings(detector, facts, *batches, ticks=ticks) if each.detector != "inventory"]
    )
    return sorted(last.values(), key=lambda each: (each.rule, each.first_seen, repr(each.key)))


def in_parts(rows: Sequence[Row], turn: Random) -> list[list[Row]]:
    """Cut rows into batches, in any order; those found inside of a record stay before its own."""
    records: list[list[Row]] = [[]]
    for row in rows:
        records[-1].append(row)
        if row.get("last", 1):
            records.append([])
    turn.shuffle(records)
    parts: list[list[Row]] = [[]]
    for record in records:
        if turn.random() < 0.3:
            parts.append([])
        parts[-1] += record
    return parts
