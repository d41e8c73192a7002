"""Private pages asked for under the name of a file: someone tries whether a cache keeps them. A try, no more.

Where the cache then gives such a page to someone else, `shared_answers` proves it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from detectors.askers import NAME, Stretch
from detectors.base import Severity, Tier, Verdict, traces
from detectors.evidence import LEAST, MOST, SUM, Cell
from detectors.folder import Folder
from detectors.kinds import Key, Kind
from detectors.samples import Sample, Traces
from detectors.wording import counted, shares

_ways, _traces = Sample(8, (SUM,)), Traces(3)
LURED: Final = Kind(NAME, "lured", 86_400, 1, (SUM, LEAST, MOST, _ways, _traces), keys=4, at_once=True)
_COUNT, _FIRST, _LAST, _WAYS, _PLACES = range(5)


def fold_lures(stretch: Stretch, into: Folder) -> None:
    """Fold private pages that were asked for under the name of a file, and given."""
    columns = stretch.columns
    if columns.text("side") != "edge" or not columns.says("odd_path"):
        return
    media = columns.texts("content_type")
    for row in [row for row, odd in enumerate(columns.texts("odd_path")) if odd and media[row]]:
        odd = stretch.oddness(row)
        if odd and stretch.has_content(row) and stretch.is_private(row, odd):
            time = columns.numbers("time")[row]
            cell = into.cell(LURED, stretch.whose(row), time)
            cell[_COUNT] += columns.weight
            cell[_FIRST], cell[_LAST] = min(cell[_FIRST], time), max(cell[_LAST], time)
            _ways.cell(cell[_WAYS], f"{columns.texts('route')[row]} by {odd}", into.order)[0] += columns.weight
            _traces.add(cell[_PLACES], time, columns.texts("ray")[row], columns.origin, columns.line(row))


def judge_lures(key: Key, cell: Cell) -> Iterator[Verdict]:
    """Say that someone tried, once a zone and day."""
    _, account, zone = map(str, key)
    ways = shares({way: count for way, (count,) in cell[_WAYS].items.items()})
    yield Verdict(
        rule="deception",
        key=key,
        tier=Tier.ATTEMPT,
        severity=Severity.INFO,
        subject=ways[0][0],
        summary=f"paths that look like files gave private pages in {counted(cell[_COUNT], 'answer')}; harmless unless"
        " the cache keeps one and gives it to someone else, which would be a finding of its own",
        first_seen=cell[_FIRST],
        last_seen=cell[_LAST],
        account=account,
        zone=zone,
        route=ways[0][0].rpartition(" by ")[0],
        count=cell[_COUNT],
        top=ways,
        evidence=traces(cell[_PLACES]),
        next=("dashboard: Caching > Cache Rules   # is Cache Deception Armor on for this route",),
        quiet_with=f'[[detect.suppress]] detector = "{NAME}", rule = "deception", zone = "{zone}"',
    )
