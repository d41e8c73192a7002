"""Private answers that a Worker got from the cache for several users: its requests name none, so rays join them.

Of a request that a Worker made, the log gives the ray of the request that caused it, and of that one who asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from detectors.askers import CREDENTIAL, FOUND, HOUR, NAME, NOBODY, PANE, SESSION, Stretch, differ
from detectors.base import Severity, Tier, Verdict, View, traces
from detectors.evidence import LEAST, MOST, SUM, Cell
from detectors.folder import Folder
from detectors.kinds import Key, Kind
from detectors.samples import Sample, Traces
from detectors.wording import counted, table

_one, _traces = Sample(1), Traces(3)
_children, _parents = Sample(96, (MOST,)), Sample(96, (_one,))
BEHIND: Final = Kind(
    NAME, "behind", PANE, 1, (SUM, LEAST, MOST, _children, _one, _traces), keys=30, at_once=True, keep=HOUR + PANE
)
"""What the cache kept, or had, of private routes for Workers: by the ray of the request that caused each."""
PARENTS: Final = Kind(NAME, "parents", PANE, 1, (_parents,), keys=4, at_once=True, keep=HOUR + 2 * PANE)
"""Who asked for something private, by ray. Of both kinds half of the rays are kept, and of these the same ones."""
_HITS, _FIRST, _LAST, _CHILDREN, _SCRIPT, _PLACES = range(6)
_HALF: Final = "8"
"""Of rays end with a digit below it."""


def fold_parents(stretch: Stretch, into: Folder) -> None:
    """Fold who asked for something private."""
    columns = stretch.columns
    if columns.text("side") != "edge":
        return
    rays = columns.texts("ray")
    known = zip(rays, columns.texts("identity"), columns.texts("sessions"), strict=True)
    halved = [row for row, (ray, user, session) in enumerate(known) if (user or session) and "" < ray[-1:] < _HALF]
    for row in halved:
        if stretch.is_private(row) and not stretch.is_staff(row):
            cell = into.cell(PARENTS, stretch.whose(row), columns.numbers("time")[row])
            [who] = _parents.cell(cell[0], rays[row], into.order)
            _one.cell(who, stretch.asker(row), into.order)


def fold_behind(stretch: Stretch, into: Folder) -> None:
    """Fold what Workers got, or let be kept, of private routes."""
    columns = stretch.columns
    if columns.text("side") != "subrequest":
        return
    keys, parents = columns.numbers("cache_key"), columns.texts("parent")
    for row in [row for row, key in enumerate(keys) if key]:
        nameless = stretch.asker(row)[0] in (NOBODY, CREDENTIAL)
        private = nameless and "" < parents[row][-1:] < _HALF and stretch.is_private(row)
        if private and stretch.has_content(row):
            time, found = columns.numbers("time")[row], columns.texts("cache")[row] in FOUND
            key = (*stretch.whose(row), columns.texts("host")[row], columns.texts("route")[row])
            cell = into.cell(BEHIND, key, time)
            child = _children.cell(cell[_CHILDREN], parents[row], into.order)
            child[0] = max(child[0], keys[row] | 1 if found else keys[row] & ~1)
            if columns.texts("script")[row]:
                _one.cell(cell[_SCRIPT], columns.texts("script")[row], into.order)
            if found:
                cell[_HITS] += columns.weight
                cell[_FIRST], cell[_LAST] = min(cell[_FIRST], time), max(cell[_LAST], time)
                _traces.add(cell[_PLACES], time, columns.texts("ray")[row], columns.origin, columns.line(row))


def judge_parents(pane: int, view: View) -> Iterator[Verdict]:
    """Say what can be said now that it is known who asked."""
    for start in range(pane, pane + HOUR + PANE, PANE):
        for key, cell in view.keys(BEHIND, start).items():
            yield from _shared(key, start, cell, view)


def judge_behind(key: Key, pane: int, view: View) -> Iterator[Verdict]:
    """Say that Workers got for users what was another's, in this pane or in those whose past it is."""
    for start, cell in view.panes(BEHIND, key):
        if pane <= start < pane + HOUR:
            yield from _shared(key, start, cell, view)


def _shared(key: Key, pane: int, cell: Cell, view: View) -> Iterator[Verdict]:
    if not cell[_HITS]:
        return
    parents: dict[str, str] = {}
    for start, (sample,) in view.panes(PARENTS, key[:3]):
        if pane - HOUR - PANE < start <= pane:
            parents |= {ray: min(who.items) for ray, (who,) in sample.items.items()}
    everyone: dict[int, set[str]] = {}
    served: dict[int, set[str]] = {}
    for start, past in view.panes(BEHIND, key):
        for ray, (entry,) in past[_CHILDREN].items.items() if pane - HOUR < start <= pane else ():
            if ray in parents:
                everyone.setdefault(entry | 1, set()).add(parents[ray])
                if start == pane and entry & 1:
                    served.setdefault(entry, set()).add(parents[ray])
    shared = [entry for entry, users in served.items() if differ(users, everyone[entry])]
    if shared:
        yield _verdict(key, pane, cell, {who for entry in shared for who in served[entry]})


def _verdict(key: Key, pane: int, cell: Cell, served: set[str]) -> Verdict:
    _, account, zone, host, route = map(str, key)
    sessions = all(who[0] == SESSION for who in served)
    return Verdict(
        rule="cached_behind",
        key=key,
        tier=Tier.PROOF,
        severity=Severity.HIGH if sessions else Severity.CRITICAL,
        subject=f"{host}{route}",
        summary="a cache entry that served more than one user gave Workers"
        f" {counted(cell[_HITS], 'answer')} of a private route; purge the cache, and give each user a key of its own",
        first_seen=cell[_FIRST],
        last_seen=cell[_LAST],
        pane=pane,
        account=account,
        zone=zone,
        script=min(cell[_SCRIPT].items, default=""),
        route=route,
        count=cell[_HITS],
        affected=len(served),
        evidence=traces(cell[_PLACES]),
        next=(
            "dashboard: Caching > Configuration > Purge Everything",
            f"wrangler deployments list --name {min(cell[_SCRIPT].items, default='SCRIPT')}   # what changed, and when",
            "in the Worker: fetch(…, {cf: {cacheEverything: false}}), or a cacheKey that holds the user",
        ),
        quiet_with=f'{table(zone, NAME)} per_user_cache = ["{route}"]',
    )
