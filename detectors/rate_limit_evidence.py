"""Evidence of refusals with 429: how many there were, of what and of whom, beside all that was asked of a zone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from detectors.columns import Columns
from detectors.evidence import LEAST, MOST, SUM
from detectors.folder import Folder
from detectors.kinds import Kind
from detectors.samples import Sample, Sampled, Traces

NAME: Final = "rate_limit_spikes"
PANE: Final = 300
COUNT, DENIED, MISSING, DRAWN = range(4)
"""Places in the cell of what was asked: of 401 and 403, of 404, and a sample of the requests."""
REFUSED, FIRST, LAST, WHERE, ROUTES, WHO = range(6)
"""Places in the cell of what was refused by one limiter; the last is a sample of the refusals."""
_DRAWN, _WHO = 64, 64
DRAWN_PART, WHO_PART, ROUTES_PART, WHERE_PART = Sample(_DRAWN), Sample(_WHO), Sample(16, (SUM,)), Traces(3)
TRAFFIC: Final = Kind(NAME, "traffic", PANE, 1, (SUM, SUM, SUM, DRAWN_PART), keys=1, early=True, at_once=True)
"""Key: zone."""
LIMITED: Final = Kind(NAME, "limited", PANE, 1, (SUM, LEAST, MOST, WHERE_PART, ROUTES_PART, WHO_PART), keys=3)
"""Key: zone, limiter."""
_TOO_MANY: Final = 429
_DENIED: Final = frozenset({401, 403})
_MISSING: Final = 404
_TOLD: Final = frozenset({_TOO_MANY, *_DENIED, _MISSING})
_KNOWN, _UNKNOWN = "+", "-"
_LONGEST: Final = 100
"""Characters of a route that are kept."""
_WRITTEN: Final = ("ray", "asker", "route", "identity", "sessions", "credentials")
_PANE_MS: Final = PANE * 1000


@dataclass(frozen=True, slots=True)
class Asked:
    """One request of a sample."""

    network: str
    route: str
    known: bool
    """Whether it showed who it is of: an identity, a session, a credential."""


def fold_refusals(columns: Columns, into: Folder) -> None:
    """Count what was asked at the edge, and keep more of what was refused."""
    sides = columns.texts("side")
    if "edge" not in sides:
        return
    _count_all(columns, sides, into)
    statuses = columns.numbers("status")
    told = [row for row, status in enumerate(statuses) if status in _TOLD and sides[row] == "edge"]
    if told:
        _count_told(columns, told, statuses, into)
    drawn = [row for row, asker in enumerate(columns.texts("asker")) if asker and sides[row] == "edge"]
    if drawn:
        _draw(columns, [row for row in drawn if statuses[row] != _TOO_MANY], into)


def _count_all(columns: Columns, sides: Sequence[str], into: Folder) -> None:
    """Count by zone and pane; nearly always there is one of each."""
    zones, times = columns.texts("zone"), columns.numbers("time")
    first, last = min(times) // _PANE_MS, max(times) // _PANE_MS
    if first == last and zones.count(zones[0]) == len(zones):
        counts = {(zones[0], first): sides.count("edge")}
    else:
        places = zip(sides, zones, times, strict=True)
        counts = Counter((zone, time // _PANE_MS) for side, zone, time in places if side == "edge")
    for (zone, pane), count in counts.items():
        if zone:
            into.cell(TRAFFIC, (zone,), pane * _PANE_MS)[COUNT] += count * columns.weight


def _count_told(columns: Columns, rows: Sequence[int], statuses: Sequence[int], into: Folder) -> None:
    zones, times, weight = columns.texts("zone"), columns.numbers("time"), columns.weight
    limiters, rays, routes = (columns.texts(name) for name in ("limiter", "ray", "route"))
    write = _writer(columns)
    for row in rows:
        zone, time = zones[row], times[row]
        if not zone:
            continue
        if statuses[row] != _TOO_MANY:
            into.cell(TRAFFIC, (zone,), time)[DENIED if statuses[row] in _DENIED else MISSING] += weight
            continue
        cell = into.cell(LIMITED, (zone, limiters[row]), time)
        cell[REFUSED] += weight
        cell[FIRST] = min(cell[FIRST], time)
        cell[LAST] = max(cell[LAST], time)
        WHERE_PART.add(cell[WHERE], time, rays[row], columns.origin, columns.line(row))
        ROUTES_PART.cell(cell[ROUTES], routes[row][:_LONGEST], into.order)[0] += weight
        WHO_PART.cell(cell[WHO], write(row), into.order)


def _draw(columns: Columns, rows: Sequence[int], into: Folder) -> None:
    zones, times, write = columns.texts("zone"), columns.numbers("time"), _writer(columns)
    for row in rows:
        if zones[row]:
            DRAWN_PART.cell(into.cell(TRAFFIC, (zones[row],), times[row])[DRAWN], write(row), into.order)


def _writer(columns: Columns) -> Callable[[int], str]:
    """Return what writes one request of a sample: its id makes it one of its own, and by its hash it stays or goes."""
    rays, networks, routes, identities, sessions, credentials = map(columns.texts, _WRITTEN)
    times = columns.numbers("time")

    def write(row: int) -> str:
        known = _KNOWN if identities[row] or sessions[row] or credentials[row] else _UNKNOWN
        return f"{rays[row] or times[row]} {networks[row] or '?'} {known} {routes[row][:_LONGEST]}"

    return write


def read(state: Sampled) -> list[Asked]:
    """Return the requests of a sample."""
    cut = (item.split(" ", 3) for item in sorted(state.items))
    return [Asked(network, route, known == _KNOWN) for _, network, known, route in cut]
