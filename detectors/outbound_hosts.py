"""Calls of programs to where they should not call: inside, to hosts nobody allowed, to hosts never called before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from detectors.base import Need, Verdict, View
from detectors.columns import Columns
from detectors.evidence import Cell
from detectors.facts import Facts
from detectors.folder import Folder
from detectors.hosts import canonical
from detectors.kinds import Key, Kind
from detectors.outbound_evidence import (
    ASKED,
    ATTEMPTS,
    BUILD,
    HOST,
    INSIDE,
    LEADS,
    OUTSIDE,
    PANE,
    RAYS,
    SEEN,
    fold_attempts,
    fold_builds,
    fold_calls,
)
from detectors.outbound_learning import known_hosts, learn_builds, learn_hosts
from detectors.outbound_targets import Via, allowed_hosts, suspicion
from detectors.outbound_verdicts import Lead, of_attempts, of_call, of_new


@dataclass(frozen=True, slots=True)
class OutboundHosts:
    """Looks at where programs call; at what led there; and, where there is no list, at what is new."""

    name: str = "outbound_hosts"
    kinds: tuple[Kind, ...] = (INSIDE, OUTSIDE, LEADS, ATTEMPTS, SEEN)
    columns: frozenset[str] = frozenset(
        {
            "script",
            "zone",
            "account",
            "side",
            "ray",
            "parent@subrequest",
            "outbound",
            "reached@subrequest",
            "redirect@subrequest",
            "asked",
            "status",
            "version@worker",
            "client@edge",
        }
    )
    needs: tuple[Need, ...] = (
        Need(
            ("subrequest", "egress", "gateway"),
            (),
            "no subrequests in http_requests (ClientRequestSource), no egress or gateway log: calls are not seen",
        ),
        Need(
            ("subrequest",),
            ("parent",),
            "no ParentRayID: which visitor caused a call is not known",
            rules=("internal",),
        ),
        Need(
            ("subrequest", "egress"),
            ("redirect",),
            "no Location header was seen in answers to programs",
            {"response_fields": ("location",)},
            rules=("redirect",),
        ),
        Need(
            ("worker",),
            (),
            "no trace events: neither what programs print nor their versions are seen",
            rules=("printed", "new_host"),
        ),
    )

    def fold(self, columns: Columns, facts: Facts, into: Folder) -> None:
        """Keep what deserves it; most rows name no place, or one that is allowed."""
        if columns.says("outbound"):
            fold_calls(columns, facts, into)
        if columns.own and columns.says("asked"):
            fold_attempts(columns, into)
        if columns.says("version"):
            fold_builds(columns, facts, into)

    def judge(self, kind: Kind, key: Key, pane: int, evidence: Cell, view: View, facts: Facts) -> Iterator[Verdict]:
        """Judge by kind. A call is said again when what led to it becomes known."""
        if kind in (INSIDE, OUTSIDE):
            yield from _call(key, pane, evidence, _leads(key, pane, evidence, view), facts)
        elif kind is LEADS:
            for calls, later in product((INSIDE, OUTSIDE), (pane, pane + PANE)):
                for called, cell in view.keys(calls, later).items():
                    if _led(key, evidence, called, cell):
                        yield from _call(called, later, cell, _leads(called, later, cell, view), facts)
        elif kind is ATTEMPTS:
            yield of_attempts(key, evidence)
        elif view.closed and key[1] == BUILD:
            learn_builds(evidence[0], pane, view.memory(key))
        elif view.closed:
            yield from (of_new(key, new) for new in learn_hosts(evidence[0], key, pane, view))

    def inventory(self, key: Key, memory: Mapping[str, Any]) -> Iterator[str]:
        """Say which hosts a program calls."""
        if key[1] == HOST:
            yield from known_hosts(key, memory)


def _call(key: Key, pane: int, cell: Cell, leads: list[Lead], facts: Facts) -> Iterator[Verdict]:
    _, script, zone, account, target, reached, way = map(str, key)
    via = Via(way)
    allowed = allowed_hosts(facts, account=account, zone=zone, script=script, via=via)
    wrong = suspicion(target, reached, via, allowed)
    if wrong:
        yield of_call(key, pane, cell, wrong, leads)


def _leads(called: Key, pane: int, cell: Cell, view: View) -> list[Lead]:
    return [
        (str(key[1]), str(key[2]))
        for earlier in (pane - PANE, pane)
        for key, lead in view.keys(LEADS, earlier).items()
        if _led(key, lead, called, cell)
    ]


def _led(lead: Key, requests: Cell, called: Key, cell: Cell) -> bool:
    """Tell whether a visitor who named a host, or a host that sent the program on, led to a call: by equal rays."""
    host = canonical(str(called[4])).bare
    fits = host == lead[2] if lead[1] == ASKED else host != lead[2]
    return fits and not requests[0].items.keys().isdisjoint(cell[RAYS].items)
