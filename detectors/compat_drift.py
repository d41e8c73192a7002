"""Drift: a script that fails more since a date, a deploy, or for an hour, while the account's others do not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, Final

from detectors.base import Need, Severity, Tier, Verdict, View, traces
from detectors.columns import Columns
from detectors.drift_evidence import (
    ACCOUNT,
    EXCEPTIONS,
    FAILED,
    LAST,
    NAME,
    PANE,
    RUNS,
    SCRIPT,
    VERSIONS,
    WHERE,
    fold_runs,
)
from detectors.drift_habits import Since, is_surprising, take, usual_share
from detectors.evidence import Cell
from detectors.facts import Facts
from detectors.folder import Folder
from detectors.kinds import Key, Kind
from detectors.wording import names

_ELSEWHERE, _ELSEWHERE_LEAST = 3.0, 4
"""Failures of the other scripts, and how surprising they are, from which on it is the platform that fails."""
_GRAVE: Final = 10.0
_SHOWN: Final = 3


@dataclass(frozen=True, slots=True)
class CompatDrift:
    """Holds what fails against what failed before, and against what else fails."""

    name: str = NAME
    kinds: tuple[Kind, ...] = (ACCOUNT, SCRIPT)
    columns: frozenset[str] = frozenset(
        {"account", "zone", "side"}
        | {f"{name}@worker" for name in ("ray", "script", "version", "outcome", "status", "exception")}
    )
    needs: tuple[Need, ...] = (Need(("worker",), (), "no workers_trace_events: how scripts end is not seen"),)

    def fold(self, columns: Columns, _facts: Facts, into: Folder) -> None:
        """Count runs and failures."""
        fold_runs(columns, into)

    def judge(self, kind: Kind, _key: Key, pane: int, _evidence: Cell, view: View, facts: Facts) -> Iterator[Verdict]:
        """Judge all scripts of an account together."""
        if kind is not ACCOUNT or not view.closed:
            return
        ran = dict(sorted(view.keys(SCRIPT, pane).items(), key=lambda each: str(each[0])))
        expected = {of: usual_share(view.settled(of)) * cell[RUNS] for of, cell in ran.items()}
        for of, cell in ran.items():
            if _is_elsewhere(of, ran, expected):
                continue
            told = (cell[RUNS], cell[FAILED], tuple(sorted(cell[VERSIONS].items)))
            for since in take(view.memory(of), pane, told, _date(of, facts)):
                yield _verdict(of, pane, cell, since)

    def inventory(self, key: Key, memory: Mapping[str, Any]) -> Iterator[str]:
        """Say how often a script fails."""
        if memory.get("runs"):
            yield f"script {key[1]}: {memory['failed'] / memory['runs']:.2%} of its runs fail"


def _is_elsewhere(key: Key, ran: Mapping[Key, Cell], expected: Mapping[Key, float]) -> bool:
    """Tell whether the other scripts fail too, not counting the worst of them: then it is the platform."""
    others = sorted((cell[FAILED], expected[each]) for each, cell in ran.items() if each != key)[:-1]
    failed, usual = sum(each for each, _ in others), sum(each for _, each in others)
    return failed >= _ELSEWHERE_LEAST and is_surprising(failed, usual, _ELSEWHERE)


def _date(key: Key, facts: Facts) -> int | None:
    """Return since when a script has its compatibility date, if that is known: seconds."""
    account, script, zone = map(str, key)
    said = facts.at(account=account, zone=zone, script=script).compat_drift
    return _midnight(said.date or said.scripts.get(script, ""))


@lru_cache(1024)
def _midnight(day: str) -> int | None:
    return int(datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC).timestamp()) if day else None


_RULES: Final = {"date": "since_date", "version": "since_version", "change": "slow_change", "rate": "burn_rate"}
_SINCE: Final = {
    "date": "since its compatibility date",
    "version": "since version {what}",
    "change": "since some time, though nothing is known to have happened to it",
    "rate": "in the last hour",
}


def _verdict(key: Key, pane: int, cell: Cell, since: Since) -> Verdict:
    account, script, zone = map(str, key)
    times = since.failed / max(since.expected, 0.1)
    worst = sorted(cell[EXCEPTIONS].items.items(), key=lambda each: (-each[1][0], each[0]))[:_SHOWN]
    what = names({name.replace(" ", "_") for name, _ in worst})
    known = since.what if names({since.what}) else "unknown"
    return Verdict(
        rule=_RULES[since.rule],
        key=key,
        tier=Tier.STATISTICS,
        severity=Severity.HIGH if times >= _GRAVE else Severity.MEDIUM,
        subject=script,
        summary=f"{script} failed {since.failed} times in {since.runs} runs {_SINCE[since.rule].format(what=known)},"
        f" and usually {since.expected:.1f} times in as many{f'; lately {what}' if what else ''}; the account's other"
        " scripts do not: go back, or set the old compatibility date, until it is mended",
        first_seen=since.at * 1000,
        last_seen=max((pane + PANE) * 1000 - 1, cell[LAST]),
        pane=since.at // PANE * PANE,
        account=account,
        zone=zone,
        script=script,
        count=since.failed,
        observed=float(since.failed),
        expected=round(since.expected, 2),
        began_with={"date": "compatibility date", "version": f"version {known}"}.get(since.rule, ""),
        evidence=traces(cell[WHERE]),
        next=(
            f"Workers > {script} > Deployments: go back to the version before",
            f"Workers > {script} > Settings > Runtime: the compatibility date",
            f"edgesieve findings FILE  # other findings of {script}",
        ),
        quiet_with=f'[[detect.suppress]] detector = "compat_drift" script = "{script}" until = 2027-01-31 reason = "…"',
    )
