"""Which credentials clients showed at the edge, and which were shown to backends: what `backend_credentials` keeps.

A credential met on both sides may be logged hours apart, so the sides are kept as sets of fingerprints, and compared
by the judge. What the owner allows is left out here: healthy traffic to a listed backend leaves nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from detectors.columns import Columns
from detectors.estimates import Distinct
from detectors.evidence import LEAST, MOST, SUM, Cell
from detectors.facts import Facts, Zone
from detectors.fingerprints import Fingerprints, is_fingerprint, number, split
from detectors.folder import Folder
from detectors.kinds import Key, Kind
from detectors.samples import Sample, Sampled, Traces

NAME: Final = "backend_credentials"
HOUR: Final = 3600
WINDOW: Final = 24 * HOUR
"""So far apart, at least, both sides may be and are still joined."""

_edge, _known, _shown = Fingerprints(400_000), Fingerprints(2048), Fingerprints(2048)
_trace, _routes, _names, _several = Traces(1), Sample(16), Sample(4), Distinct(8)
DETAILS: Final = Sample(12, (SUM, LEAST, MOST, _trace, _routes))
"""Of single credentials: how often, when, where the first one stood, on which routes."""

ALL: Final = ("all",)
"""The owner of both sides: a token may be forwarded from any zone to any backend, so they are judged in one place."""
EDGE: Final = Kind(NAME, "edge", 6 * HOUR, 1, (_edge,), keys=1, at_once=True, keep=54 * HOUR)
"""What clients showed, in all zones: 400,000 in six hours, above that the smallest fingerprints. Kept until no hour
of a backend that it may be joined with can be joined with anything else: of ten panes, at most 32 MB."""
KNOWN: Final = Kind(NAME, "known", 24 * HOUR, 1, (_known,), keys=1, at_once=True, keep=30 * HOUR)
"""What was shown to any backend: so that what comes late from the edge is compared with one set, not with hundreds."""
_told = (SUM, LEAST, MOST, _shown, DETAILS, _names, _names, _names)
BACKEND: Final = Kind(NAME, "backend", HOUR, 1, _told, keys=300, at_once=True, keep=30 * HOUR)
"""What was shown to one backend."""
STRANGER: Final = Kind(NAME, "stranger", HOUR, 1, _told, keys=50, at_once=True, keep=30 * HOUR)
"""What was shown to a host that is no backend: a program may ask any, so they must not push backends out."""
HABIT: Final = Kind(NAME, "habit", HOUR, 2, (SUM, LEAST, MOST, _several, _trace, _names), keys=100)
"""The same of a backend of which nothing is listed, to be held against other hours; it is its zone's."""
COUNT, FIRST, LAST, SHOWN, EACH, SCRIPTS, DATASETS, CLAIMS = range(8)
SEVERAL, PLACES, ISSUERS = range(3, 6)
EACH_TRACE, EACH_ROUTES = 3, 4

CREDENTIAL, COOKIE = "credential", "cookie"
LISTED, LEARNED, ELSEWHERE = "listed", "learned", "elsewhere"
"""Backends whose credentials the owner listed, others, and hosts that are no backends of the zone."""

_EDGE_MS, _HOUR_MS = EDGE.pane * 1000, HOUR * 1000
_BEHIND: Final = frozenset({"backend", "subrequest"})
_SAID: Final = ("scope", "side", "script", "service", "host", "credentials", "sessions")
_MOST_USUAL: Final = 10_000


@dataclass(slots=True)
class Usual:
    """What was shown where and is allowed, so that nearly all rows are looked up once and passed over."""

    facts: Facts | None = None
    rows: set[tuple[str, ...]] = field(default_factory=set)
    """By scope, side, script, service, host, credentials and sessions."""

    def under(self, facts: Facts) -> set[tuple[str, ...]]:
        """Return what is known under these facts; of others nothing is."""
        if facts is not self.facts or len(self.rows) > _MOST_USUAL:
            self.facts, self.rows = facts, set()
        return self.rows


@dataclass(frozen=True, slots=True)
class Place:
    """Where a request went."""

    key: Key = ()
    """Account, zone and name; empty for a place that nobody need watch."""
    standing: str = ""
    allowed: frozenset[str] = frozenset()


def fold(columns: Columns, facts: Facts, into: Folder, usual: Usual) -> None:
    """Fold a stretch: what clients showed, and what backends were shown."""
    side = columns.text("side")
    if side == "edge":
        _fold_edge(columns, into)
    elif side in _BEHIND and (columns.says("credentials") or columns.says("sessions")):
        _fold_behind(columns, facts, into, usual.under(facts))


def _fold_edge(columns: Columns, into: Folder) -> None:
    times, credentials, sessions = columns.numbers("time"), columns.texts("credentials"), columns.texts("sessions")
    first, last = min(times) // _EDGE_MS, max(times) // _EDGE_MS
    for pane in range(first, last + 1) if last - first < len(times) else {time // _EDGE_MS for time in times}:
        if first == last:
            shown = {*credentials, *sessions}
        else:
            rows = [row for row, time in enumerate(times) if time // _EDGE_MS == pane]
            shown = {marks[row] for row in rows for marks in (credentials, sessions)}
        shown.discard("")
        if shown:
            into.cell(EDGE, ALL, pane * _EDGE_MS)[0].add(shown)


def _fold_behind(columns: Columns, facts: Facts, into: Folder, usual: set[tuple[str, ...]]) -> None:
    times = columns.numbers("time")
    groups: dict[tuple[int, tuple[str, ...]], list[int]] = {}
    for row, said in enumerate(zip(*map(columns.texts, _SAID), strict=True)):
        *_, token, cookie = said
        if (token or cookie) and said not in usual:
            groups.setdefault((times[row] // _HOUR_MS, said), []).append(row)
    for (_, said), rows in groups.items():
        place = _place(columns, rows[0], facts)
        foreign = _foreign(columns, rows[0], place.allowed) if place.key else []
        if not foreign:
            usual.add(said)
        for what, mark in foreign:
            _enter(columns, rows, (*place.key, what, place.standing), mark, into)


def _foreign(columns: Columns, row: int, allowed: frozenset[str]) -> list[tuple[str, str]]:
    """Return the credentials and session cookies of a row that are not allowed, each once."""
    shown = ((CREDENTIAL, columns.texts("credentials")[row]), (COOKIE, columns.texts("sessions")[row]))
    each = ((what, mark) for what, marks in shown for mark in dict.fromkeys(split(marks)))
    return [(what, mark) for what, mark in each if mark not in allowed and is_fingerprint(mark)]


def _enter(columns: Columns, rows: list[int], key: Key, mark: str, into: Folder) -> None:
    """Add the rows of one hour in which one credential was shown to one place."""
    times, rays, routes = columns.numbers("time"), columns.texts("ray"), columns.texts("route")
    first = min(rows, key=lambda row: (times[row], rays[row]))
    count, begun, ended = len(rows) * columns.weight, times[first], max(times[row] for row in rows)
    cell = into.cell(STRANGER if key[-1] == ELSEWHERE else BACKEND, (*ALL, *key), begun)
    each = DETAILS.cell(cell[EACH], mark, into.order)
    _count(cell, count, begun, ended)
    _count(each, count, begun, ended)
    _trace.add(each[EACH_TRACE], begun, rays[first], columns.origin, columns.line(first))
    cell[SHOWN].add((mark,))
    into.cell(KNOWN, ALL, begun)[0].add((mark,))
    claims = _claims(columns, rows)
    _list(_routes, each[EACH_ROUTES], {routes[row] for row in rows}, into)
    _list(_names, cell[SCRIPTS], {columns.texts("script")[first]}, into)
    _list(_names, cell[DATASETS], {columns.texts("dataset")[first]}, into)
    _list(_names, cell[CLAIMS], claims, into)
    if key[-1] == LEARNED:
        habit = into.cell(HABIT, key[:-1], begun)
        _count(habit, count, begun, ended)
        _several.add(habit[SEVERAL], number(mark))
        _trace.add(habit[PLACES], begun, rays[first], columns.origin, columns.line(first))
        _list(_names, habit[ISSUERS], claims, into)


def _claims(columns: Columns, rows: list[int]) -> set[str]:
    issuers, audiences = columns.texts("issuer"), columns.texts("audience")
    claims = {(issuers[row], audiences[row]) for row in rows}
    return {" ".join(each) for each in claims if any(each)}


def _count(cell: Cell, count: int, begun: int, ended: int) -> None:
    cell[COUNT] += count
    cell[FIRST] = min(cell[FIRST], begun)
    cell[LAST] = max(cell[LAST], ended)


def _list(part: Sample, state: Sampled, names: set[str], into: Folder) -> None:
    for name in names:
        if name and name not in state.items:
            part.cell(state, name, into.order)


def _place(columns: Columns, row: int, facts: Facts) -> Place:
    """Say where the request of a row went, and what may be shown there."""
    side, account, zone, script, service, host = (
        columns.texts(name)[row] for name in ("side", "account", "zone", "script", "service", "host")
    )
    choices = facts.at(account=account, zone=zone, script=script).backend_credentials
    if not {service, host}.isdisjoint(choices.user_credentials_at):
        return Place()
    known, allowed = facts.of_zone.get(zone, Zone()), frozenset(choices.allow or ())
    if side == "subrequest" and host not in known.backends:
        own = host in known.hosts if known.hosts else host == zone or host.endswith(f".{zone}")
        # A Worker that passes a request on to the host it was asked for is no backend of its own.
        return Place() if own or not host else Place((account, zone, host), ELSEWHERE, allowed)
    # Whoever asks a backend can name any host: unless it is known, it is not what the backend is called.
    name = service or (host if host in known.backends else columns.texts("scope")[row])
    return Place((account, zone, name), LEARNED if choices.allow is None else LISTED, allowed)
