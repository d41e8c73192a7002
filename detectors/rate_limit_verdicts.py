"""What is said of a burst of refusals: who is refused by whom, what kind it is, and what to do about it."""

from __future__ import annotations

from math import ceil
from typing import Final

from detectors.base import Severity, Tier, Verdict, traces
from detectors.evidence import Cell
from detectors.rate_limit_classes import ABUSE, LEGIT, Burst, Class, Features
from detectors.rate_limit_evidence import FIRST, LAST, REFUSED, WHERE
from detectors.wording import names, shares, table

_HALF: Final = 0.5
_MANY: Final = 50
"""Networks of guests that were turned away from which on it is grave."""
_LIMITERS: Final = {
    "rule": "a rate limiting rule",
    "origin": "the origin",
    "worker": "the Worker",
    "": "an unknown limiter",
}
_WHERE: Final = {
    "rule": "Security > WAF > Rate limiting rules: the rule that acted, and what it counts by",
    "origin": "the origin's own limit, and what it counts by: behind the edge all guests may have one address",
    "worker": "the Worker's own limit, and what it counts by",
    "": "the limit that answered 429, and what it counts by",
}


def of_burst(zone: str, limiter: str, cell: Cell, burst: Burst, found: tuple[Class, Features]) -> Verdict:
    """Say that more is refused than ever is."""
    kind, seen = found
    route = _route(seen)
    return Verdict(
        rule="burst",
        key=(zone, limiter),
        tier=Tier.STATISTICS,
        severity=_severity(kind, seen),
        subject=route or zone,
        summary=f"{_LIMITERS[limiter]} refused {cell[REFUSED]} requests{f' to {route}' if names({route}) else ''} in 5"
        f" minutes, and usually {burst.expected:.1f}; {kind.name}: {kind.reason}; {_advice(kind, seen, route)}",
        first_seen=cell[FIRST],
        last_seen=cell[LAST],
        zone=zone,
        route=route,
        burst=kind.name,
        limiter=limiter,
        count=cell[REFUSED],
        affected=len(seen.networks),
        observed=float(cell[REFUSED]),
        expected=burst.expected,
        top=shares(seen.networks if kind.name == ABUSE else seen.routes),
        evidence=traces(cell[WHERE]),
        next=(
            _WHERE[limiter],
            f"edgesieve findings FILE  # other findings of {zone} in these minutes",
        ),
        quiet_with=f'{table(zone, "rate_limit_spikes")} partners = ["{max(seen.networks, default="198.51.100.0/24")}"]'
        "  # if these may ask in bursts",
    )


def _route(seen: Features) -> str:
    """Return the route that at least half of it asks for."""
    route, count = max(seen.routes.items(), key=lambda each: (each[1], each[0]), default=("", 0))
    return route if count >= _HALF * len(seen.who) else ""


def _severity(kind: Class, seen: Features) -> Severity:
    if kind.gentle:
        return Severity.LOW
    if kind.name == LEGIT and seen.known >= _HALF and len(seen.networks) >= _MANY:
        return Severity.HIGH
    return Severity.MEDIUM


def _advice(kind: Class, seen: Features, route: str) -> str:
    if kind.name == ABUSE:
        return "the limit holds; block the networks if it goes on, and look at what got through"
    if kind.gentle:
        return "the limit only cuts the tops off"
    what = f"raise it for {route}" if names({route}) else "raise it"
    more = _refused_each(seen)
    return f"if these are guests, {what}: {more} more a network and 5 minutes would have let 95 % of them through"


def _refused_each(seen: Features) -> int:
    """Return how often nineteen in twenty networks were refused at most, by a sample."""
    ranked = sorted(seen.networks.values())
    return ceil(ranked[ceil(0.95 * len(ranked)) - 1] * seen.count / len(seen.who)) if ranked else 0
