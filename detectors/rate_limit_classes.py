"""What a burst of refusals is: abuse that a limit stopped, guests turned away, or unclear; by a checklist, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_network
from typing import Final

from detectors.evidence import Cell
from detectors.facts import Facts, matches
from detectors.rate_limit_evidence import COUNT, DENIED, FIRST, LAST, MISSING, WHO, Asked, read

ABUSE, LEGIT, UNCLEAR = "abuse", "legit", "unclear"
_HALF: Final = 0.5
_MOST: Final = 0.6
_SOME_KNOWN, _MOST_OF_ONE = 0.2, 0.8
_HEAVY, _SOME = 1.6, 4
"""Refusals a network, in a minute and in all, from which on it is no person who asks."""
_PROGRAM: Final = 40
_FEW: Final = 0.1
"""Share of all requests below which a limit only cuts the tops off."""
_CROWD: Final = 1.5
"""So many times the usual traffic is more people than usual."""
_MANY: Final = 10
"""Networks from which on a burst comes from everywhere."""
_LOGGING_IN: Final = frozenset({"login", "log-in", "signin", "sign-in", "session", "token", "auth", "password", "otp"})
"""Last parts of paths at which one logs in, beside those that were said."""


@dataclass(frozen=True, slots=True)
class Burst:
    """Refusals of one limiter in a pane that are more than ever are."""

    count: int
    expected: float
    """Refusals that are usual."""
    asked: float
    """Requests to the zone that are usual."""


@dataclass(frozen=True, slots=True)
class Class:
    """What kind of burst it is, and why."""

    name: str
    reason: str
    gentle: bool = False
    """Nearly everyone gets through."""


@dataclass(frozen=True, slots=True)
class Features:
    """What the checklist looks at."""

    count: int
    who: list[Asked]
    networks: Counter[str]
    routes: Counter[str]
    """Of a sample of the refusals."""
    partners: float
    known: float
    login: float
    """Shares of them: from partners' networks, by someone known, at routes for logging in."""
    each: float
    """Refusals a network."""
    minutes: float
    """Between the first and the last."""
    share: float
    """Of all requests to the zone that were refused."""
    growth: float
    """Requests to the zone against the usual."""
    denied: int
    missing: int
    """Answers 401 and 403, and 404, in all of the zone."""


def classified(zone: str, cell: Cell, traffic: Cell, burst: Burst, facts: Facts) -> tuple[Class, Features]:
    """Go through the checklist; the first that fits is said."""
    seen = _features(zone, cell, traffic, burst, facts)
    return next(Class(name, reason(seen), gentle) for fits, name, reason, gentle in _CHECKLIST if fits(seen)), seen


def _features(zone: str, cell: Cell, traffic: Cell, burst: Burst, facts: Facts) -> Features:
    said = facts.at(zone=zone).rate_limit_spikes
    who = read(cell[WHO])
    count = max(1, len(who))
    networks = Counter(each.network for each in who)
    partners = sum(is_of_partner(each.network, said.partners) for each in who)
    login = sum(_is_login(each.route, said.login_routes) for each in who)
    return Features(
        count=burst.count,
        who=who,
        networks=networks,
        routes=Counter(each.route for each in who),
        partners=partners / count,
        known=sum(each.known for each in who) / count,
        login=login / count,
        each=burst.count / max(1, len(networks)),
        minutes=(cell[LAST] - cell[FIRST]) / 60_000,
        share=burst.count / max(burst.count, traffic[COUNT]),
        growth=traffic[COUNT] / max(1.0, burst.asked),
        denied=traffic[DENIED],
        missing=traffic[MISSING],
    )


Check = tuple[Callable[[Features], bool], str, Callable[[Features], str], bool]

_CHECKLIST: Final[tuple[Check, ...]] = (
    (
        lambda seen: seen.partners >= _HALF,
        LEGIT,
        lambda seen: f"{seen.partners:.0%} of it comes from networks of partners, who ask again when refused",
        False,
    ),
    (
        lambda seen: seen.login >= _HALF and seen.known < _HALF and seen.denied >= _HALF * seen.count,
        ABUSE,
        lambda seen: f"log-ins are tried, and {seen.denied} answers were 401 or 403: passwords or codes are guessed",
        False,
    ),
    (
        lambda seen: seen.known >= _MOST and seen.each < _PROGRAM,
        LEGIT,
        lambda seen: f"{seen.known:.0%} of those refused showed who they are, from {_networks(seen)}: users",
        False,
    ),
    (
        lambda seen: seen.known >= _SOME_KNOWN and not _is_heavy(seen) and _top(seen) < _MOST_OF_ONE,
        LEGIT,
        lambda seen: (
            f"guests and, with {seen.known:.0%}, users are refused alike, from {_networks(seen)}, whatever they ask for"
        ),
        False,
    ),
    (
        lambda seen: seen.known < _HALF and _is_heavy(seen),
        ABUSE,
        lambda seen: (
            f"{seen.known:.0%} showed who they are, and {_networks(seen)} were refused {seen.each:.0f} times each:"
            f" programs{', that count through what does not exist' if seen.missing >= seen.count else ''}"
        ),
        False,
    ),
    (
        lambda seen: seen.share < _FEW and seen.growth >= _CROWD,
        LEGIT,
        lambda seen: f"{seen.growth:.1f} times the usual is asked, and {1 - seen.share:.0%} got through: a crowd",
        True,
    ),
    (
        lambda seen: seen.known < 1 - _MOST and len(seen.networks) >= _MANY and _top(seen) >= _HALF,
        ABUSE,
        lambda seen: (
            f"{_networks(seen)} ask for one thing, each rarely, and {seen.known:.0%} showed who they are: machines"
            " that are told to"
        ),
        False,
    ),
    (
        lambda _seen: True,
        UNCLEAR,
        lambda seen: f"{seen.known:.0%} showed who they are, from {_networks(seen)}, {seen.each:.1f} times each",
        False,
    ),
)


def _is_heavy(seen: Features) -> bool:
    return seen.each >= max(_SOME, _HEAVY * seen.minutes)


def _networks(seen: Features) -> str:
    count = len(seen.networks)
    return "one network" if count == 1 else f"{count} networks{' at least' if len(seen.who) < seen.count else ''}"


def _top(seen: Features) -> float:
    return max(seen.routes.values(), default=0) / max(1, len(seen.who))


def _is_login(route: str, said: tuple[str, ...]) -> bool:
    return any(matches(each, route) for each in said) or route.rpartition("/")[2].lower() in _LOGGING_IN


@lru_cache(4096)
def is_of_partner(network: str, partners: tuple[str, ...]) -> bool:
    """Tell whether a partner's network lies in one of ours, or ours in it: of addresses no more is known.

    >>> is_of_partner("198.51.100.0/24", ("198.51.100.7/32",)), is_of_partner("?", ("0.0.0.0/0",))
    (True, False)
    """
    try:
        asked = ip_network(network)
    except ValueError:
        return False
    return any(asked.version == each.version and asked.overlaps(each) for each in map(ip_network, partners))
