"""Answers that name another user than the one who asked; and whether that one had been served just before.

A script that keeps a request's data in its module answers the next request with it. So where the user whom an answer
names had asked the same script in the same data centre seconds before, more often than chance would have it, the cause
is there, and not in a cache.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import comb
from typing import Final

from detectors.askers import FOUND, HOUR, NAME, PANE, Stretch
from detectors.base import Severity, Tier, Verdict, View, traces
from detectors.columns import MARK_LETTERS
from detectors.estimates import Distinct
from detectors.evidence import LEAST, MOST, SUM, Cell
from detectors.fingerprints import number, split
from detectors.folder import Folder
from detectors.kinds import Key, Kind
from detectors.private_routes import is_among
from detectors.samples import Sample, Sampled, Traces
from detectors.wording import counted, shares, table

_DAY: Final = 24 * HOUR
_HOUR_MS: Final = HOUR * 1000

_users, _routes, _tried, _places = Distinct(8), Sample(16, (SUM,)), Sample(32), Traces(5)
_moments = Sample(8)
_sightings = Sample(16, (_moments,))
MIXED: Final = Kind(
    NAME,
    "mixed",
    PANE,
    1,
    (SUM, LEAST, MOST, _users, _routes, _tried, _places),
    keys=20,
    at_once=True,
    keep=HOUR,
)
"""Answers that name someone else."""
AGREED: Final = Kind(NAME, "agreed", HOUR, 1, (SUM,), keys=20, at_once=True, keep=_DAY + HOUR)
"""Answers that name who asked: without any, the two headers do not hold the same thing, and differing says nothing."""
SEEN: Final = Kind(NAME, "seen", PANE, 1, (_sightings,), keys=20, keep=HOUR + PANE)
"""When and in which data centre a fifth of the users asked, the same fifth everywhere."""
_COUNT, _FIRST, _LAST, _USERS, _ROUTES, _TRIED, _PLACES = range(7)

JUST: Final = 5
"""Seconds."""
_FIFTH: Final = "B"
"""Of fingerprints, which are as good as random, begin with a digit or `A`."""
_CHANCE: Final = 0.001
_LEAST_SEEN: Final = 2


def fold_mixed(stretch: Stretch, into: Folder) -> None:
    """Fold what answers say of whom they are about."""
    columns = stretch.columns
    times, scripts = columns.numbers("time"), columns.texts("script")
    agreed: dict[tuple[int, str], list[int]] = {}
    for row, (answered, identity) in enumerate(zip(columns.texts("answered"), columns.texts("identity"), strict=True)):
        if answered and identity:
            if answered == identity or not set(split(answered)).isdisjoint(split(identity)):
                agreed.setdefault((times[row] // _HOUR_MS, scripts[row]), []).append(row)
            elif stretch.has_content(row) and not _may_differ(stretch, row):
                _enter(stretch, row, into)
    for (_, script), rows in agreed.items():
        into.cell(AGREED, (*stretch.whose(rows[0]), script), times[rows[0]])[0] += len(rows) * columns.weight


def fold_seen(stretch: Stretch, into: Folder) -> None:
    """Fold when a fifth of the users asked."""
    columns = stretch.columns
    if columns.text("side") != "edge":
        return
    colos, times = columns.texts("colo"), columns.numbers("time")
    for row in [row for row, who in enumerate(columns.texts("identity")) if "" < who < _FIFTH]:
        cell = into.cell(SEEN, _key(stretch, row), times[row])
        [moments] = _sightings.cell(cell[0], columns.texts("identity")[row][:MARK_LETTERS], into.order)
        _moments.cell(moments, f"{colos[row]} {times[row] // 1000}", into.order)


def _key(stretch: Stretch, row: int) -> Key:
    return (*stretch.whose(row), stretch.columns.texts("script")[row])


def _may_differ(stretch: Stretch, row: int) -> bool:
    """Tell whether an answer may name someone else: staff act for a user, or someone logs in."""
    columns = stretch.columns
    logs_in = columns.texts("given")[row] and columns.texts("cache")[row] not in FOUND
    known = is_among(stretch.choices(row).rate_limit_spikes.login_routes, columns.texts("route")[row])
    return bool(logs_in) or known or stretch.is_staff(row)


def _enter(stretch: Stretch, row: int, into: Folder) -> None:
    columns = stretch.columns
    time, answered = columns.numbers("time")[row], columns.texts("answered")[row][:MARK_LETTERS]
    cell = into.cell(MIXED, _key(stretch, row), time)
    cell[_COUNT] += columns.weight
    cell[_FIRST], cell[_LAST] = min(cell[_FIRST], time), max(cell[_LAST], time)
    _users.add(cell[_USERS], number(answered))
    _routes.cell(cell[_ROUTES], columns.texts("route")[row], into.order)[0] += columns.weight
    if answered < _FIFTH:
        _tried.cell(cell[_TRIED], f"{columns.texts('colo')[row]} {time // 1000} {answered}", into.order)
    _places.add(cell[_PLACES], time, columns.texts("ray")[row], columns.origin, columns.line(row))


def judge_agreed(key: Key, view: View) -> Iterator[Verdict]:
    """Say what could not be said before a first answer named who asked."""
    for start, cell in view.panes(MIXED, key):
        if _agreed(key, start, view) == view.delta[0]:
            yield from judge_mixed(key, start, cell, view)


def _agreed(key: Key, pane: int, view: View) -> int:
    """Count the answers that named who asked in the day before, and in the same hour."""
    return sum(count for start, (count,) in view.panes(AGREED, key) if pane - _DAY - HOUR < start <= pane)


def judge_mixed(key: Key, pane: int, cell: Cell, view: View) -> Iterator[Verdict]:
    """Say that users got answers that are about others."""
    if not _agreed(key, pane, view):
        return
    before = _before(key, pane, cell, view)
    routes = shares({route: count for route, (count,) in cell[_ROUTES].items.items()})
    _, account, zone, script = map(str, key)
    where = script or zone
    cause = (
        f"{where} had served them the {JUST} s before in the same data centre: it keeps data between requests"
        if before.is_telling
        else f"look for what {where} or a cache keeps of one request and gives to another"
    )
    yield Verdict(
        rule="mismatch",
        key=key,
        tier=Tier.PROOF,
        severity=Severity.CRITICAL,
        subject=where,
        summary=f"another user than the one who asked was named in {counted(cell[_COUNT], 'answer')};"
        f" private data leaves: {cause}",
        first_seen=cell[_FIRST],
        last_seen=cell[_LAST],
        pane=pane,
        account=account,
        zone=zone,
        script=script,
        route=routes[0][0] if len(routes) == 1 else "",
        count=cell[_COUNT],
        affected=max(1, _users.estimate(cell[_USERS])),
        observed=before.share,
        expected=before.chance,
        top=routes,
        evidence=traces(cell[_PLACES]),
        next=(
            f"wrangler deployments list --name {script or 'SCRIPT'}   # what changed, and when",
            f"wrangler rollback --name {script or 'SCRIPT'}   # if the script keeps data between requests",
            "dashboard: Caching > Configuration > Purge Everything   # if a cache keeps it",
        ),
        quiet_with=f'{table(zone, NAME)} staff = ["[identity~MARK OF WHO MAY SEE OTHERS]"]',
    )


@dataclass(frozen=True, slots=True)
class _Before:
    """How many of the users whom answers named had asked just before."""

    share: float | None = None
    """Of those of whom it can be told."""
    chance: float | None = None
    """The share that any user would have."""
    is_telling: bool = False


def _before(key: Key, pane: int, cell: Cell, view: View) -> _Before:
    samples: list[Sampled] = [
        seen[key][0] for seen in (view.keys(SEEN, pane - PANE), view.keys(SEEN, pane)) if key in seen
    ]
    sightings = _joined(samples)
    capped = any(sample.capped for sample in samples)
    hits, tried, chance = 0, 0, 0.0
    for item in cell[_TRIED].items:
        colo, second, who = item.rsplit(" ", 2)
        if sightings and (who in sightings or not capped):
            moments = {f"{colo} {int(second) - back}" for back in range(JUST + 1)}
            there = [known for known, seen in sightings.items() if not moments.isdisjoint(seen)]
            tried += 1
            hits += who in there
            chance += len(there) / len(sightings)
    if not tried:
        return _Before()
    chance /= tried
    return _Before(
        round(hits / tried, 3), round(chance, 3), hits >= _LEAST_SEEN and _tail(hits, tried, chance) < _CHANCE
    )


def _joined(samples: list[Sampled]) -> dict[str, set[str]]:
    joined: dict[str, set[str]] = {}
    for sample in samples:
        for who, (moments,) in sample.items.items():
            joined.setdefault(who, set()).update(moments.items)
    return joined


def _tail(hits: int, tried: int, chance: float) -> float:
    """Return how likely so many hits, or more, are by chance."""
    return sum(comb(tried, k) * chance**k * (1 - chance) ** (tried - k) for k in range(hits, tried + 1))
