"""What nothing limits: one network that asks for far more than any network ever does, and gets it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from detectors.base import Severity, Tier, Verdict
from detectors.evidence import Cell
from detectors.hourly import limit
from detectors.rate_limit_classes import is_of_partner
from detectors.rate_limit_evidence import COUNT, DRAWN, PANE, WHO, read
from detectors.wording import names, table

BUSIEST: Final = "busiest"
"""Its name in the book."""
MUCH: Final = 600
"""Requests in a pane below which nobody hammers: two a second."""
_DRAWN_LEAST: Final = 12
"""Of a sample, below which there is too little to say so."""
_ONE_THING: Final = 0.5
_REFUSED: Final = 0.05
_KNOWN: Final = 0.5


@dataclass(frozen=True, slots=True)
class Busiest:
    """The network that asked most in a pane, by a sample."""

    network: str
    count: int
    """Requests, about."""
    share: float
    """Of all."""
    route: str
    """What it asked for most, if that is at least half."""
    known: float
    """Share of its requests that showed who it is."""
    drawn: int
    """How many of them the sample holds."""


def busiest_of(traffic: Cell) -> Busiest:
    """Return the network that asked most."""
    drawn = read(traffic[DRAWN])
    networks = Counter(each.network for each in drawn)
    network, count = max(networks.items(), key=lambda each: (each[1], each[0]), default=("", 0))
    mine = [each for each in drawn if each.network == network]
    routes = Counter(each.route for each in mine)
    route, most = max(routes.items(), key=lambda each: (each[1], each[0]), default=("", 0))
    share = count / max(1, len(drawn))
    return Busiest(
        network,
        round(share * traffic[COUNT]),
        share,
        route if most >= _ONE_THING * count else "",
        sum(each.known for each in mine) / max(1, count),
        count,
    )


def is_unlimited(
    busiest: Busiest, book: Mapping[str, Any], pane: int, refused: Mapping[str, Cell], partners: tuple[str, ...]
) -> bool:
    """Tell whether one network hammers one thing, more than any ever does, and nothing refuses it."""
    usual = limit(book, pane, BUSIEST)
    stopped = sum(each.network == busiest.network for cell in refused.values() for each in read(cell[WHO]))
    return bool(
        usual
        and busiest.count >= max(MUCH, usual.limit)
        and busiest.drawn >= _DRAWN_LEAST
        and busiest.route
        and busiest.known < _KNOWN
        and stopped < _REFUSED * busiest.count
        and not is_of_partner(busiest.network, partners)
    )


def of_unlimited(zone: str, pane: int, busiest: Busiest, usual: float) -> Verdict:
    """Say so."""
    route = busiest.route
    tenth = max(1, round(10 * busiest.count / PANE))
    return Verdict(
        rule="unlimited",
        key=(zone, "", busiest.network),
        tier=Tier.STATISTICS,
        severity=Severity.MEDIUM,
        subject=busiest.network,
        summary=f"{busiest.network} asked about {busiest.count} times in 5 minutes ({busiest.share:.0%} of all)"
        f"{f', mostly for {route}' if names({route}) else ''}, the busiest network usually {usual:.0f} times, and"
        " nothing refused it; if it is no guest of yours, block it, and limit what it asks for",
        first_seen=pane * 1000,
        last_seen=(pane + PANE) * 1000 - 1,
        zone=zone,
        route=route,
        count=busiest.count,
        affected=1,
        observed=float(busiest.count),
        expected=usual,
        top=((busiest.network, round(busiest.share, 3)),),
        next=(
            f"Security > WAF > Rate limiting rules: for this path, less than {tenth} requests in 10 seconds a client",
            f"edgesieve findings FILE  # other findings of {zone} in these minutes",
        ),
        quiet_with=f'{table(zone, "rate_limit_spikes")} partners = ["{busiest.network}"]',
    )
