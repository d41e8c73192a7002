"""Detectors to try the mechanism with: one for each way to judge, over every evidence part; and rows to feed them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from detectors.base import Detector, Need, Severity, Tier, Verdict, View, traces
from detectors.columns import COLUMNS, NOTHING, SCOPE, Columns, Row, Shape
from detectors.estimates import Counts, Distinct
from detectors.evidence import BITS, LEAST, MOST, SUM, Cell, Part
from detectors.facts import Facts
from detectors.fingerprints import Fingerprints, number, split
from detectors.folder import Folder
from detectors.kinds import Key, Kind
from detectors.samples import Sample, Traces
from detectors.watch import Watch

SEED: Final = bytes(range(32))
START: Final = 1_772_442_000
"""Seconds; the start of an hour and of five minutes."""

PLACES, SCRIPTS = Traces(3), Sample(4, (SUM, MOST))
PARTS: Final[Mapping[str, Part]] = {
    "sum": SUM,
    "least": LEAST,
    "most": MOST,
    "bits": BITS,
    "distinct": Distinct(6),
    "counts": Counts(32, 3),
    "sample": Sample(4),
    "sample of cells": Sample(4, (SUM, LEAST, Sample(2))),
    "traces": Traces(3),
    "fingerprints": Fingerprints(6),
}
"""Every evidence part, small enough to be filled."""

CALLS: Final = Kind("toy", "calls", 300, 1, (SUM, LEAST, MOST, Distinct(6), PLACES, SCRIPTS), at_once=True)
RATES: Final = Kind("toy", "rates", 300, 1, (SUM, LEAST, MOST))
EDGE: Final = Kind("toy", "edge", 600, 1, (Fingerprints(64),), at_once=True, keep=7200)
BACK: Final = Kind("toy", "back", 600, 1, (Fingerprints(64), LEAST, MOST, SUM), at_once=True, keep=7200)
KINDS: Final = (CALLS, RATES, EDGE, BACK)


@dataclass(frozen=True, slots=True)
class Toy:
    """Proves that something answered 500; counts what was refused; joins two sides over time."""

    name: str = "toy"
    kinds: tuple[Kind, ...] = KINDS
    columns: frozenset[str] = frozenset({"script", "ray", "status", "credentials"})
    needs: tuple[Need, ...] = (
        Need(("backend",), (), "no backend log"),
        Need(("edge",), ("credentials",), "no credentials", {"request_fields": ("authorization",)}, rules=("join",)),
    )

    def fold(self, columns: Columns, _facts: Facts, into: Folder) -> None:
        """Fold row by row, without hurry."""
        for row in range(columns.count):
            zone, script, ray, side, marks = (
                columns.texts(name)[row] for name in ("zone", "script", "ray", "side", "credentials")
            )
            status, time = columns.numbers("status")[row], columns.numbers("time")[row]
            if status == 500:
                cell = into.cell(CALLS, (zone, script), time)
                cell[0] += columns.weight
                cell[1], cell[2] = min(cell[1], time), max(cell[2], time)
                PLACES.add(cell[4], time, ray, columns.origin, columns.line(row))
                inner = SCRIPTS.cell(cell[5], script, into.order)
                inner[0] += 1
                inner[1] = max(inner[1], time)
                for mark in split(marks):
                    Distinct(6).add(cell[3], number(mark))
            if status == 429:
                cell = into.cell(RATES, (zone, script), time)
                cell[0] += columns.weight
                cell[1], cell[2] = min(cell[1], time), max(cell[2], time)
            if marks and side == "edge":
                into.cell(EDGE, (zone,), time)[0].add(split(marks))
            if marks and side == "backend":
                cell = into.cell(BACK, (zone,), time)
                cell[0].add(split(marks))
                cell[1], cell[2] = min(cell[1], time), max(cell[2], time)
                cell[3] += columns.weight

    def judge(self, kind: Kind, key: Key, pane: int, evidence: Cell, view: View, _facts: Facts) -> Iterator[Verdict]:
        """Judge by kind."""
        if kind is CALLS:
            yield _verdict("answered", key, evidence, evidence=traces(evidence[4]), affected=len(evidence[5].items))
        elif kind is RATES and view.closed:
            memory = view.memory(key)
            past = memory.setdefault("past", [])
            if past and evidence[0] > 2 * max(past):
                expected = float(max(past))
                observed = float(len(view.keys(RATES, pane)))
                yield _verdict("rate", key, evidence, tier=Tier.STATISTICS, expected=expected, observed=observed)
            memory["past"] = [*past[-20:], evidence[0]]
        elif kind in (EDGE, BACK):
            yield from self._joined(key, pane, kind, view)

    def _joined(self, key: Key, pane: int, kind: Kind, view: View) -> Iterator[Verdict]:
        edges = list(view.panes(EDGE, key))
        for at, cell in view.panes(BACK, key):
            near = [edge for start, edge in edges if at - 7200 < start <= at]
            # What an older pane held may be gone by now: say again only what the pane at hand can change.
            if at != pane if kind is BACK else not at - 7200 < pane <= at:
                continue
            both = {each for each in cell[0] for edge in near if each in edge[0]}
            if both:
                evidence = [cell[3], *cell[1:3]]
                yield _verdict("join", key, evidence, affected=len(both), pane=at)

    def inventory(self, key: Key, memory: Mapping[str, Any]) -> Iterator[str]:
        """Say how often at most."""
        yield f"{key[1]}: at most {max(memory['past'])}"


def _verdict(rule: str, key: Key, told: Cell, **more: Any) -> Verdict:  # noqa: ANN401 (fields of a verdict)
    given: dict[str, Any] = {"tier": Tier.PROOF, "severity": Severity.HIGH, **more}
    return Verdict(
        rule=rule,
        key=key,
        subject=str(key[-1]),
        summary=f"{rule}: {told[0]}",
        first_seen=told[1],
        last_seen=told[2],
        zone=str(key[0]),
        count=told[0],
        **given,
    )


TOYS: Final[Sequence[Detector]] = (Toy(),)


def a_row(watch: Watch, **columns: str | int) -> Row:
    """Make a row of what is given, and nothing else; `last` is 0 for one that stands inside of its record."""
    given = {name: columns.get(name, NOTHING[COLUMNS[name].type]) for name in sorted(watch.columns)}
    own = bool(columns.get("last", 1))
    shape = _shape(own, str(given["dataset"]), str(given["side"]), tuple(given))
    return (shape, given["scope"], *(given[name] for name in list(shape.places)[1:]))


@cache
def _shape(own: bool, dataset: str, side: str, names: tuple[str, ...]) -> Shape:
    told = [name for name in names if name not in ("dataset", "side", "scope")]
    places = {"scope": SCOPE, **{name: at for at, name in enumerate(told, SCOPE + 1)}}
    return Shape(own, {"dataset": dataset, "side": side}, places, {})


def folded(
    rows: Sequence[Mapping[str, str | int]],
    *,
    facts: Facts | None = None,
    judges: int = 1,
    origin: str = "a",
    stretch: int = 1000,
    detectors: Sequence[Detector] = TOYS,
) -> list[bytes]:
    """Return the evidence of a batch of these rows, folded by the stretch."""
    watch = Watch(facts or Facts(), SEED, detectors=detectors)
    watch.begin(origin)
    for start in range(0, len(rows), stretch):
        part = rows[start : start + stretch]
        watch.rows.extend(a_row(watch, **row) for row in part)
        watch.fold(range(start + 1, start + len(part) + 1))
    return watch.finish(judges)
