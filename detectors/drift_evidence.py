"""Evidence of how scripts run: how often, how often they fail, in which version, with which exceptions."""

from __future__ import annotations

from collections import Counter
from typing import Final

from detectors.columns import Columns
from detectors.evidence import LEAST, MOST, SUM
from detectors.folder import Folder
from detectors.kinds import Kind
from detectors.samples import Sample, Traces

NAME: Final = "compat_drift"
PANE: Final = 300
RUNS, FAILED, FIRST, LAST, WHERE, VERSIONS, EXCEPTIONS = range(7)
VERSIONS_PART, EXCEPTIONS_PART, WHERE_PART = Sample(4, (SUM,)), Sample(8, (SUM,)), Traces(3)
ACCOUNT: Final = Kind(NAME, "account", PANE, 1, (SUM,), keys=1, remembered=500)
"""Key: account. It is judged for all scripts of an account together: the others are the control of each."""
SCRIPT: Final = Kind(
    NAME, "script", PANE, 1, (SUM, SUM, LEAST, MOST, WHERE_PART, VERSIONS_PART, EXCEPTIONS_PART), keys=200
)
"""Key: account, script, zone."""
_FINE: Final = frozenset({"ok", "canceled", "responseStreamDisconnected", "unknown", ""})
"""Outcomes that are no failure of the script (Cloudflare, Workers trace events: Outcome)."""
_SERVER: Final = 500


def fold_runs(columns: Columns, into: Folder) -> None:
    """Count invocations, and look closer at those that failed."""
    if columns.text("side") != "worker" or not columns.own:
        return
    rows = range(columns.count)
    scripts, versions, times = columns.texts("script"), columns.texts("version"), columns.numbers("time")
    accounts, zones = columns.texts("account"), columns.texts("zone")
    outcomes, statuses = columns.texts("outcome"), columns.numbers("status")
    length = PANE * 1000
    keys = (
        (accounts[row] or zones[row], scripts[row], zones[row], versions[row], times[row] // length) for row in rows
    )
    for (account, script, zone, version, pane), count in Counter(keys).items():
        into.cell(ACCOUNT, (account,), pane * length)[RUNS] += count * columns.weight
        cell = into.cell(SCRIPT, (account, script, zone), pane * length)
        cell[RUNS] += count * columns.weight
        if version:
            VERSIONS_PART.cell(cell[VERSIONS], version, into.order)[0] += count
    for row in rows:
        if outcomes[row] not in _FINE or statuses[row] >= _SERVER:
            cell = into.cell(SCRIPT, (accounts[row] or zones[row], scripts[row], zones[row]), times[row])
            cell[FAILED] += columns.weight
            cell[FIRST] = min(cell[FIRST], times[row])
            cell[LAST] = max(cell[LAST], times[row])
            WHERE_PART.add(cell[WHERE], times[row], columns.texts("ray")[row], columns.origin, columns.line(row))
            what = columns.texts("exception")[row] or outcomes[row] or str(statuses[row])
            EXCEPTIONS_PART.cell(cell[EXCEPTIONS], what, into.order)[0] += columns.weight
