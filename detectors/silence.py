"""Silence: a log that came and stopped, or that has a gap, with an estimate of what is lost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from detectors.base import Need, Severity, Tier, Verdict, View
from detectors.columns import Columns
from detectors.evidence import LEAST, MOST, SUM, Cell
from detectors.facts import Facts
from detectors.folder import Folder
from detectors.kinds import Key, Kind
from detectors.silence_habits import PANE, Gap, is_over, listen

NAME: Final = "silence"
COUNT, FIRST, LAST = range(3)
ALL: Final = Kind(NAME, "all", PANE, 1, (SUM,), keys=1, always=True, remembered=2000)
"""Key: owner. It is judged for all of the owner's logs together, also when none comes."""
SEEN: Final = Kind(NAME, "seen", PANE, 1, (SUM, LEAST, MOST), keys=500)
"""Key: owner, dataset, scope, and zone where that is the scope."""
_PANE_MS: Final = PANE * 1000
_MUCH: Final = 10_000
"""Records that are lost from which on it is grave."""


@dataclass(frozen=True, slots=True)
class Silence:
    """Listens for what does not come."""

    name: str = NAME
    kinds: tuple[Kind, ...] = (ALL, SEEN)
    columns: frozenset[str] = frozenset({"account", "zone"})
    needs: tuple[Need, ...] = ()

    def fold(self, columns: Columns, _facts: Facts, into: Folder) -> None:
        """Count the records of each log by the pane."""
        if not columns.own:
            return
        times, scope, zone = columns.numbers("time"), columns.scope, columns.texts("zone")[0]
        key = (columns.texts("account")[0] or scope, columns.text("dataset"), scope, zone if zone == scope else "")
        first, last = min(times), max(times)
        if first and first // _PANE_MS == last // _PANE_MS:
            _count(into, key, columns.count * columns.weight, first, last)
            return
        for time in times:
            if time:
                _count(into, key, columns.weight, time, time)

    def judge(self, kind: Kind, key: Key, pane: int, _evidence: Cell, view: View, _facts: Facts) -> Iterator[Verdict]:
        """Hold each log against what it usually does."""
        if kind is not ALL or not view.closed:
            return
        seen = {of[1:]: cell for of, cell in view.keys(SEEN, pane).items()}
        memory = view.memory(key)
        kept: list[Key] = []
        for log in sorted({*seen, *map(tuple, memory.get("logs", ()))}):
            cell, habit = seen.get(log), view.memory((*key, *log))
            gap = listen(habit, pane, (cell[COUNT], cell[FIRST], cell[LAST]) if cell else None)
            if is_over(habit, pane):
                habit.clear()
            else:
                kept.append(log)
            if gap:
                yield _verdict((*key, *log), gap)
        memory["logs"] = kept
        if not kept:
            memory.clear()

    def inventory(self, key: Key, memory: Mapping[str, Any]) -> Iterator[str]:
        """Say how often each log is heard of."""
        if len(key) > 1 and memory.get("most"):
            yield f"{key[1]} of {key[2]}: silent for {memory['most']} s at most"


def _count(into: Folder, key: Key, count: int, first: int, last: int) -> None:
    into.cell(ALL, key[:1], first)[COUNT] += count
    cell = into.cell(SEEN, key, first)
    cell[COUNT] += count
    cell[FIRST] = min(cell[FIRST], first)
    cell[LAST] = max(cell[LAST], last)


def _verdict(key: Key, gap: Gap) -> Verdict:
    account, dataset, scope, zone = map(str, key)
    minutes = (gap.until - gap.last) // 60_000
    what = f"{dataset} of {scope}"
    return Verdict(
        rule="silent",
        key=key,
        tier=Tier.STATISTICS,
        severity=Severity.HIGH if gap.missed >= _MUCH else Severity.MEDIUM,
        subject=what,
        summary=f"{what} {'was' if gap.over else 'has been'} silent for {minutes} minutes, never for more than"
        f" {gap.most // 60} before: about {_rounded(gap.missed)} records are missing; a log job never sends again what"
        " it did not send, so look at the job and its destination at once",
        first_seen=gap.last,
        last_seen=gap.until,
        pane=gap.last // _PANE_MS * PANE,
        account="" if account == scope and zone else account,
        zone=zone,
        dataset=dataset,
        count=_rounded(gap.missed),
        observed=0.0,
        expected=float(_rounded(gap.missed)),
        next=(
            f"Analytics & Logs > Logpush: the job of {dataset}, whether it is on, and its last error",
            f"edgesieve coverage  # what is blind without {dataset}",
        ),
        quiet_with='[[detect.suppress]] detector = "silence"'
        + (f' zone = "{zone}"' if zone else "")
        + ' until = 2027-01-31 reason = "…"',
    )


def _rounded(count: int) -> int:
    """Keep two digits: it is an estimate.

    >>> _rounded(1234), _rounded(7)
    (1200, 7)
    """
    return int(float(f"{count:.2g}"))
