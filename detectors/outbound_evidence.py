"""Evidence of where programs call: what is wrong by itself, what led there, what is learned, what was tried."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import compress
from typing import Final

from detectors.allowlist import Allowlist
from detectors.columns import Columns
from detectors.estimates import Distinct
from detectors.evidence import BITS, LEAST, MOST, SUM, Cell
from detectors.facts import Facts
from detectors.folder import Folder
from detectors.hosts import canonical
from detectors.kinds import Key, Kind
from detectors.outbound_targets import Suspicion, Via, allowed_hosts, is_printed_inside, suspicion
from detectors.samples import Sample, Traces

PANE: Final = 300
_PANE_MS: Final = PANE * 1000
_WINDOW: Final = 2 * PANE
"""Seconds: a call can lie in the pane after that of the request that led to it."""

COUNT, FIRST, LAST, WHERE, HOW, RAYS = range(6)
OK, ANSWERED, FAILED, UNKNOWN = 1, 2, 4, 8
"""Bits of `HOW`: 2xx or 3xx; 4xx; 5xx; no status."""
WHERE_PART, RAYS_PART = Traces(3), Sample(8)
_CALL_PARTS: Final = (SUM, LEAST, MOST, WHERE_PART, BITS, RAYS_PART)
INSIDE: Final = Kind("outbound_hosts", "inside", PANE, 1, _CALL_PARTS, keys=60, at_once=True, keep=_WINDOW)
OUTSIDE: Final = Kind("outbound_hosts", "outside", PANE, 1, _CALL_PARTS, keys=60, at_once=True, keep=_WINDOW)
"""Apart, so that many hosts outside push out none inside.

Key: whose it is, script, zone, account, place, the inside address that it leads to (else ""), way. It is the zone's
where that is known, since a visitor's request may not tell which script it ran.
"""

ASKED, REDIRECTED = "asked", "redirected"
LEADS: Final = Kind("outbound_hosts", "leads", PANE, owner=1, parts=(RAYS_PART,), keys=30, at_once=True, keep=_WINDOW)
"""Which requests could have led to a call. Key: whose, `asked` or `redirected`, the host that was asked for, or did."""

EDGE, WORKER, TRIED_FIRST, TRIED_LAST, TRIED_WHERE, HOSTS, CLIENTS = range(7)
HOSTS_PART, CLIENTS_PART = Sample(20, (SUM,)), Distinct(6)
ATTEMPTS: Final = Kind(
    "outbound_hosts",
    "attempts",
    86_400,
    owner=1,
    parts=(SUM, SUM, LEAST, MOST, WHERE_PART, HOSTS_PART, CLIENTS_PART),
    at_once=True,
)
"""Key: zone or account, zone, account. Requests are counted where edge and Worker log them, apart."""

BUILD, HOST = "build", "host"
"""What is learned of an owner; within a pane the first is judged first, by the alphabet."""
ITEMS_PART: Final = Sample(32, (SUM, LEAST, MOST, Traces(1)))
"""Each with `COUNT`, `FIRST`, `LAST` and `WHERE`."""
SEEN: Final = Kind("outbound_hosts", "seen", PANE, owner=1, parts=(ITEMS_PART,), keys=20, remembered=50)
"""Key: script, `build`, with versions for items; or script, `host`, it, zone, account, with `WAY PLACE ADDRESS`.

The script's, where it is known, since trace events may not tell of which zone.
"""

_VIAS: Final = {
    "subrequest": Via.CALL,
    "egress": Via.CALL,
    "gateway": Via.GATEWAY,
    "worker": Via.CONSOLE,
}
_NOWHERE: Final = "invalid:"
_REDIRECTS: Final = range(300, 400)


_What = tuple[str, str, str, str, str]
"""Place, side, script, zone, account."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where calls of one kind come from and lead to: the same for many rows of a stretch."""

    target: str
    via: Via
    script: str
    zone: str
    account: str
    allowed: Allowlist | None
    wrong: Suspicion | None
    learned: bool


def fold_calls(columns: Columns, facts: Facts, into: Folder) -> None:
    """Keep what is suspicious, or unknown, of the rows that name a place."""
    texts = columns.texts
    outbound, reached, statuses = texts("outbound"), texts("reached"), columns.numbers("status")
    known: dict[_What, Place] = {}
    quiet: dict[_What, list[int]] = {}
    rows = zip(outbound, texts("side"), texts("script"), texts("zone"), texts("account"), strict=True)
    for row, what in compress(enumerate(rows), outbound):
        others = quiet.get(what)
        if others is not None and not reached[row] and statuses[row] not in _REDIRECTS:
            others.append(row)
            continue
        place = known.get(what)
        if place is None:
            place = known[what] = _place(*what, facts)
            if place.wrong is None and place.via is not Via.CONSOLE:
                quiet[what] = []
        _fold_call(columns, row, place, into)
    for what, others in quiet.items():
        if others and known[what].learned:
            _learn(columns, others, known[what], into)


def _place(target: str, side: str, script: str, zone: str, account: str, facts: Facts) -> Place:
    via = _VIAS.get(side, Via.CALL)
    if target == _NOWHERE:
        return Place(target, via, script, zone, account, None, None, learned=False)
    allowed = allowed_hosts(facts, account=account, zone=zone, script=script, via=via)
    wrong = suspicion(target, "", via, allowed)
    if via is Via.CONSOLE:
        learned = wrong is None and is_printed_inside(target, allowed)
    else:
        learned = wrong is None and via is Via.CALL and allowed is None
    return Place(target, via, script, zone, account, allowed, wrong, learned)


def _fold_call(columns: Columns, row: int, place: Place, into: Folder) -> None:
    reached = columns.texts("reached")[row]
    wrong = suspicion(place.target, reached, place.via, place.allowed) if reached else place.wrong
    if wrong:
        _suspect(columns, row, place, wrong, (place.target, reached if place.wrong is None else "", place.via), into)
    elif place.learned and not _was_asked(columns, row, place):
        _add(_item(columns.numbers("time")[row], place, reached, into), columns, row)
    if place.via is Via.CALL and columns.numbers("status")[row] in _REDIRECTS:
        _fold_redirect(columns, row, place, into)


def _item(time: int, place: Place, reached: str, into: Folder) -> Cell:
    of = (place.script, place.zone, place.account)
    way = f"{place.via} {place.target} {reached}".rstrip()
    return ITEMS_PART.cell(into.cell(SEEN, (next(filter(None, of), ""), HOST, *of), time)[0], way, into.order)


def _learn(columns: Columns, rows: list[int], place: Place, into: Folder) -> None:
    """Do for many rows at once what `_fold_call` does for one."""
    times, rays = columns.numbers("time"), columns.texts("ray")
    for pane in {times[row] // _PANE_MS for row in rows}:
        at = [(times[row], rays[row], row) for row in rows if times[row] // _PANE_MS == pane]
        cell = _item(pane * _PANE_MS, place, "", into)
        _add(cell, columns, min(at)[2])
        cell[COUNT] += (len(at) - 1) * columns.weight
        cell[LAST] = max(cell[LAST], max(at)[0])


def _was_asked(columns: Columns, row: int, place: Place) -> bool:
    """Tell whether a program only repeats what its visitor said."""
    asked = columns.texts("asked")[row] if place.via is Via.CONSOLE else ""
    return bool(asked) and canonical(asked).bare == canonical(place.target).bare


def _fold_redirect(columns: Columns, row: int, place: Place, into: Folder) -> None:
    target = columns.texts("redirect")[row]
    wrong = suspicion(target, "", Via.REDIRECT, place.allowed) if target else None
    if wrong:
        _suspect(columns, row, place, wrong, (target, "", Via.REDIRECT), into)
    whose = _whose(place.script, place.zone, place.account)
    _lead(columns, row, (whose, REDIRECTED, canonical(place.target).bare), into)


def _whose(script: str, zone: str, account: str) -> str:
    return zone or account or script


def _suspect(columns: Columns, row: int, place: Place, wrong: Suspicion, what: Key, into: Folder) -> None:
    of = (place.script, place.zone, place.account)
    kind = INSIDE if wrong.rule == "internal" else OUTSIDE
    cell = into.cell(kind, (_whose(*of), *of, *what), columns.numbers("time")[row])
    _add(cell, columns, row)
    cell[HOW] |= _how(columns.numbers("status")[row])
    ray = columns.texts("parent")[row] or columns.texts("ray")[row]
    if ray:
        RAYS_PART.cell(cell[RAYS], ray, into.order)


def _how(status: int) -> int:
    if not status:
        return UNKNOWN
    return OK if status < 400 else ANSWERED if status < 500 else FAILED  # noqa: PLR2004 - classes of HTTP statuses


def _lead(columns: Columns, row: int, key: Key, into: Folder) -> None:
    ray = columns.texts("parent")[row] or columns.texts("ray")[row]
    if ray and key[2]:
        RAYS_PART.cell(into.cell(LEADS, key, columns.numbers("time")[row])[0], ray, into.order)


def _add(cell: Cell, columns: Columns, row: int) -> None:
    """Count a row in a cell that begins with count, first, last and where."""
    time = columns.numbers("time")[row]
    cell[COUNT] += columns.weight
    cell[FIRST] = min(cell[FIRST], time)
    cell[LAST] = max(cell[LAST], time)
    WHERE_PART.add(cell[WHERE], time, columns.texts("ray")[row], columns.origin, columns.line(row))


def fold_attempts(columns: Columns, into: Folder) -> None:
    """Keep what visitors asked to be fetched."""
    texts, numbers = columns.texts, columns.numbers
    for row, target in compress(enumerate(texts("asked")), texts("asked")):
        script, zone, account = (texts(name)[row] for name in ("script", "zone", "account"))
        time, host = numbers("time")[row], canonical(target).bare
        cell = into.cell(ATTEMPTS, (zone or account, zone, account), time)
        cell[EDGE if columns.text("side") == "edge" else WORKER] += columns.weight
        cell[TRIED_FIRST] = min(cell[TRIED_FIRST], time)
        cell[TRIED_LAST] = max(cell[TRIED_LAST], time)
        WHERE_PART.add(cell[TRIED_WHERE], time, texts("ray")[row], columns.origin, columns.line(row))
        HOSTS_PART.cell(cell[HOSTS], host or target, into.order)[0] += columns.weight
        if numbers("client")[row]:
            CLIENTS_PART.add(cell[CLIENTS], numbers("client")[row])
        _lead(columns, row, (_whose(script, zone, account), ASKED, host), into)


def fold_builds(columns: Columns, facts: Facts, into: Folder) -> None:
    """Keep which versions of scripts ran, where the hosts that a script calls are learned."""
    texts = columns.texts
    learned = {
        script
        for script, zone, account in set(zip(texts("script"), texts("zone"), texts("account"), strict=True))
        if allowed_hosts(facts, account=account, zone=zone, script=script, via=Via.CALL) is None
    }
    if not learned:
        return
    rows = zip(texts("script"), texts("version"), columns.numbers("time"), strict=True)
    for script, version, pane in {(script, version, time // _PANE_MS) for script, version, time in rows if version}:
        if script in learned:
            ITEMS_PART.cell(into.cell(SEEN, (script, BUILD), pane * _PANE_MS)[0], version, into.order)
