"""Private answers out of a cache that several users got, and session cookies out of it.

Which routes are private the owner says, and which are cached for each user apart. A cache entry is known by the keyed
hash of host and URI.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from detectors.askers import FOUND, HOUR, NAME, PANE, SESSION, USER, Stretch, differ
from detectors.base import Severity, Tier, Verdict, View, traces
from detectors.evidence import LEAST, MOST, SUM, Cell
from detectors.findings import MAX_EVIDENCE
from detectors.folder import Folder
from detectors.kinds import Key, Kind
from detectors.samples import Sample, Traces
from detectors.wording import counted, table

_few, _one, _two, _traces = Sample(4), Sample(1), Sample(2), Traces(2)
_given = Sample(8, (_two,))
KEPT: Final = Kind(
    NAME, "kept", PANE, 5, (SUM, LEAST, MOST, _few, _few, _one, _traces), keys=3, at_once=True, keep=HOUR
)
"""A cache entry of a private route: whom it was made for or served, whom it served. Whose it is, is the route."""
COOKIES: Final = Kind(NAME, "cookies", PANE, 1, (SUM, LEAST, MOST, _given, _traces), keys=30, at_once=True)
"""Session cookies that a cache gave out, and to whom."""
_HITS, _FIRST, _LAST, _EVERYONE, _SERVED, _SCRIPT, _PLACES = range(7)
_GIVEN, _COOKIE_PLACES = 3, 4


def fold_kept(stretch: Stretch, into: Folder) -> None:
    """Fold what the cache kept, or had, of private routes."""
    columns = stretch.columns
    for row in [row for row, key in enumerate(columns.numbers("cache_key")) if key]:
        odd, who = stretch.oddness(row), stretch.asker(row)
        # Two tokens may be one user's, and whom nobody knows may see a page before the log-in: unless it was laid out.
        told = who[0] in (USER, SESSION) or (odd and columns.text("side") == "edge")
        if told and stretch.is_private(row, odd) and stretch.has_content(row) and not stretch.is_staff(row):
            _keep(stretch, row, odd, who, into)


def fold_cookies(stretch: Stretch, into: Folder) -> None:
    """Fold session cookies that came out of the cache."""
    columns = stretch.columns
    if columns.text("side") != "edge":
        return
    for row in [row for row, given in enumerate(columns.texts("given")) if given]:
        if columns.texts("cache")[row] in FOUND:
            time = columns.numbers("time")[row]
            key = (*stretch.whose(row), columns.texts("host")[row], columns.texts("route")[row])
            cell = into.cell(COOKIES, key, time)
            _count(cell, time, columns.weight)
            [clients] = _given.cell(cell[_GIVEN], columns.texts("given")[row], into.order)
            _two.cell(clients, str(columns.numbers("client")[row]), into.order)
            _traces.add(cell[_COOKIE_PLACES], time, columns.texts("ray")[row], columns.origin, columns.line(row))


def _keep(stretch: Stretch, row: int, odd: str, who: str, into: Folder) -> None:
    columns = stretch.columns
    time, script = columns.numbers("time")[row], columns.texts("script")[row]
    place = (*stretch.whose(row), columns.texts("host")[row], columns.texts("route")[row])
    cell = into.cell(KEPT, (*place, odd, columns.numbers("cache_key")[row]), time)
    _few.cell(cell[_EVERYONE], who, into.order)
    if columns.texts("cache")[row] in FOUND:
        _count(cell, time, columns.weight)
        _few.cell(cell[_SERVED], who, into.order)
        _traces.add(cell[_PLACES], time, columns.texts("ray")[row], columns.origin, columns.line(row))
    if script:
        _one.cell(cell[_SCRIPT], script, into.order)


def _count(cell: Cell, time: int, weight: int) -> None:
    cell[_HITS] += weight
    cell[_FIRST], cell[_LAST] = min(cell[_FIRST], time), max(cell[_LAST], time)


def judge_kept(key: Key, pane: int, view: View) -> Iterator[Verdict]:
    """Say that users got from the cache what was another's, in this pane or in those whose past it is."""
    odd = bool(key[5])
    for start, cell in view.panes(KEPT, key):
        if pane <= start < pane + HOUR and _is_shared(key, start, view):
            alike = {
                other: found
                for other, found in view.keys(KEPT, start).items()
                if bool(other[5]) == odd and _is_shared(other, start, view)
            }
            yield _verdict(key, start, alike or {key: cell})


def _is_shared(key: Key, pane: int, view: View) -> bool:
    """Tell whether an entry served someone who was not the only one it was made for or served in the hour before."""
    past = {start: cell for start, cell in view.panes(KEPT, key) if pane - HOUR < start <= pane}
    everyone = {who for cell in past.values() for who in cell[_EVERYONE].items}
    return differ(past[pane][_SERVED].items.keys(), everyone, strangers=bool(key[5]))


def _verdict(key: Key, pane: int, entries: dict[Key, Cell]) -> Verdict:
    owner, account, zone, host, route, odd, _ = map(str, key)
    cells = list(entries.values())
    served = {who for cell in cells for who in cell[_SERVED].items}
    scripts = sorted({script for cell in cells for script in cell[_SCRIPT].items})
    sessions = all(who[0] == SESSION for who in served)
    hits = sum(cell[_HITS] for cell in cells)
    words = ", ".join(sorted({str(each[5]) for each in entries}))
    told = (
        f"a path with {words} made the cache keep a private page: {counted(hits, 'answer')}, to more than one user"
        if odd
        else f"a cache entry that served more than one user gave {counted(hits, 'answer')} of a private route"
    )
    return Verdict(
        rule="deceived" if odd else "cached",
        key=(owner, account, zone, host, route),
        tier=Tier.PROOF,
        severity=Severity.HIGH if sessions else Severity.CRITICAL,
        subject=f"{host}{route}",
        summary=f"{told}; purge the cache, and keep what is private out of it",
        first_seen=min(cell[_FIRST] for cell in cells),
        last_seen=max(cell[_LAST] for cell in cells),
        pane=pane,
        account=account,
        zone=zone,
        script=scripts[0] if len(scripts) == 1 else "",
        route=route,
        count=hits,
        affected=len(served),
        evidence=tuple(
            sorted({each for cell in cells for each in traces(cell[_PLACES])}, key=lambda each: each.ray_id)
        )[:MAX_EVIDENCE],
        next=_NEXT,
        quiet_with=f'{table(zone, NAME)} per_user_cache = ["{route}"]',
    )


def judge_cookies(key: Key, cell: Cell) -> Iterator[Verdict]:
    """Say that a cache gave one session to several."""
    owners = [clients for (clients,) in cell[_GIVEN].items.values() if len(clients.items) > 1]
    if owners:
        _, account, zone, host, route = map(str, key)
        yield Verdict(
            rule="cached_cookie",
            key=key,
            tier=Tier.PROOF,
            severity=Severity.CRITICAL,
            subject=f"{host}{route}",
            summary=f"the cache gave {counted(len(owners), 'session cookie')} to more than one client; they share a"
            " session: purge the cache, end these sessions, and keep answers that set cookies out of it",
            first_seen=cell[_FIRST],
            last_seen=cell[_LAST],
            account=account,
            zone=zone,
            route=route,
            count=cell[_HITS],
            affected=sum(len(clients.items) for clients in owners),
            evidence=traces(cell[_COOKIE_PLACES]),
            next=_NEXT,
            quiet_with=f'[[detect.suppress]] detector = "{NAME}", rule = "cached_cookie", zone = "{zone}"',
        )


_NEXT: Final = (
    "dashboard: Caching > Configuration > Purge Everything",
    "dashboard: Caching > Cache Rules   # bypass the cache for this route; switch Cache Deception Armor on",
    "curl -sI URL | grep -i cf-cache-status   # twice, logged in as a test user: never HIT",
)
