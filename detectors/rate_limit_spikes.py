"""Bursts of refusals with 429: whether someone attacks or guests are turned away; and what nothing limits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from detectors.base import Need, Verdict, View
from detectors.columns import Columns
from detectors.evidence import Cell
from detectors.facts import Facts
from detectors.folder import Folder
from detectors.hourly import Rule, limit, write
from detectors.kinds import Key, Kind
from detectors.rate_limit_classes import Burst, classified
from detectors.rate_limit_evidence import COUNT, LIMITED, NAME, PANE, REFUSED, ROUTES, TRAFFIC, fold_refusals
from detectors.rate_limit_verdicts import of_burst
from detectors.spikes import surprise_for
from detectors.unlimited import BUSIEST, MUCH, busiest_of, is_unlimited, of_unlimited

_SHARE: Final = 0.4
"""Of all false alerts that are allowed."""
_SERIES: Final = 6
"""Of a zone that have refusals now and then: limiters, and routes of each."""
_LEAST: Final = 20
"""Refusals in a pane below which nobody need be told."""
_OF_ALL: Final = 0.002
"""Share of what is usually asked of the zone below which neither."""
_EVERYTHING: Final = "all"
_PANES_A_DAY: Final = 86_400 / PANE


@dataclass(frozen=True, slots=True)
class RateLimitSpikes:
    """Holds what was refused against what usually is."""

    name: str = NAME
    kinds: tuple[Kind, ...] = (TRAFFIC, LIMITED)
    columns: frozenset[str] = frozenset(
        "account zone side ray@edge route@edge status@edge limiter@edge asker@edge identity@edge sessions@edge"
        " credentials@edge".split()
    )
    needs: tuple[Need, ...] = (Need(("edge",), (), "no http_requests: what was refused is not seen"),)

    def fold(self, columns: Columns, _facts: Facts, into: Folder) -> None:
        """Count what was asked and what was refused."""
        fold_refusals(columns, into)

    def judge(self, kind: Kind, key: Key, pane: int, evidence: Cell, view: View, facts: Facts) -> Iterator[Verdict]:
        """Judge all of a zone together, as soon as there is enough to be told."""
        if kind is not TRAFFIC:
            return
        zone = str(key[0])
        refused = {str(of[1]): cell for of, cell in view.keys(LIMITED, pane).items()}
        if view.closed:
            busiest = busiest_of(evidence)
            counts = {_EVERYTHING: evidence[COUNT], BUSIEST: busiest.count}
            for limiter, cell in refused.items():
                counts |= _counts(limiter, cell)
            write(view.memory(key), pane, counts, _rule(facts))
            partners = facts.at(zone=zone).rate_limit_spikes.partners
            if is_unlimited(busiest, view.memory(key), pane, refused, partners):
                usual = limit(view.memory(key), pane, BUSIEST)
                yield of_unlimited(zone, pane, busiest, usual.expected if usual else 0.0)
        book = view.settled(key)
        for limiter, cell in sorted(refused.items()):
            burst = _burst(book, pane, limiter, cell)
            if burst:
                yield of_burst(zone, limiter, cell, burst, classified(zone, cell, evidence, burst, facts))

    def inventory(self, key: Key, memory: Mapping[str, Any]) -> Iterator[str]:
        """Say what is refused at times."""
        for name in sorted(memory.get("series", {})):
            limiter, _, route = name.partition(" ")
            if route:
                yield f"{key[0]}: {route} is refused at times, by {limiter or 'an unknown limiter'}"


def _rule(facts: Facts) -> Rule:
    surprise = surprise_for(facts.false_alerts_per_zone_day * _SHARE, _PANES_A_DAY * _SERIES)
    return Rule(PANE, surprise, {_EVERYTHING: 0, BUSIEST: MUCH}, _LEAST)


def _counts(limiter: str, cell: Cell) -> dict[str, int]:
    """Return what is counted of a limiter's refusals: all, and those of each route."""
    return {limiter: cell[REFUSED], **{f"{limiter} {route}": each[0] for route, each in cell[ROUTES].items.items()}}


def _burst(book: Mapping[str, Any], pane: int, limiter: str, cell: Cell) -> Burst | None:
    """Tell whether more was refused than ever is; each count only grows, so that it stays true."""
    asked = limit(book, pane, _EVERYTHING)
    if asked is None:
        return None
    least = max(_LEAST, _OF_ALL * asked.expected)
    for name, count in _counts(limiter, cell).items():
        usual = limit(book, pane, name)
        if usual and count >= max(least, usual.limit):
            whole = limit(book, pane, limiter)
            return Burst(cell[REFUSED], whole.expected if whole else 0.0, asked.expected)
    return None
