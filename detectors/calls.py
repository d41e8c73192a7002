"""Makers of the columns on calls: where a program called, what answered, and what its visitor asked it to call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import Any, Final

from detectors import sights
from detectors.attempts import SIGNS, asked
from detectors.looking import PLACES, Code, Look, Maker, Surroundings

Value = Any
"""Any JSON value."""


PROGRAMS: Final = frozenset({"subrequest", "gateway", "egress"})
"""Sides of requests that programs make."""


def call_makers(around: Surroundings) -> Mapping[str, Maker]:
    """Return the maker of each of these columns, and of the places that become rows of their own."""
    return {
        "outbound": partial(_outbound, act=_cleaned(sights.target, around)),
        "reached": _reached,
        "redirect": _redirect,
        "asked": partial(_asked, act=_cleaned(asked, around)),
        PLACES: partial(_places, act=_each_cleaned(around)),
    }


def _outbound(look: Look, act: Callable[[Value], str]) -> Code:
    direct, hosts, schemes = look.role("outbound"), look.role("host"), look.role("scheme")
    if direct:
        return look.raw(direct[0], act)
    if not hosts or look.side != "subrequest":
        return ""
    scheme = look.safe(schemes[0]) if schemes else "'https'"
    return look.call(_called, look.safe(hosts[0]), scheme)


def _called(host: Value, scheme: Value) -> str:
    if host.__class__ is not str or scheme.__class__ is not str:
        return ""
    return _called_at(host, scheme if scheme in ("http", "https") else "https") if host else ""


_called_at = lru_cache(4096)(sights.target)


def _reached(look: Look) -> Code:
    paths = look.role("origin") if look.side == "subrequest" else []
    return f"({look.call(_inside_at, 'w')} if (w := {look.raw(paths[0])}).__class__ is Str else '')" if paths else ""


_inside_at = lru_cache(4096)(sights.inside)


def _redirect(look: Look) -> Code:
    # What a visitor is told is the visitor's affair; where a program is sent to it goes.
    paths = look.role("redirect") if look.side in PROGRAMS else []
    return look.call(sights.redirect, look.safe(paths[0])) if paths else ""


def _asked(look: Look, act: Callable[[Value], str]) -> Code:
    routes = look.role("route") if look.side in ("edge", "worker") and not look.role("outbound") else []
    if not routes:
        return ""
    return look.where(SIGNS, act, look.raw(routes[0]))


def _places(look: Look, act: Callable[[Value], list[str]]) -> Code:
    return " + ".join(look.raw(path, act) for role in ("console", "exceptions") for path in look.role(role))


def _cleaned(act: Callable[[str], str], around: Surroundings) -> Callable[[Value], str]:
    """Let the secret rules look at what an act finds, where it finds anything; it stands in no text that leaves."""
    clean = lru_cache(1024)(around.clean)

    def cleaned(value: Value) -> str:
        found = act(value) if value.__class__ is str else ""
        return clean(found) if found else ""

    return cleaned


def _each_cleaned(around: Surroundings) -> Callable[[Value], list[str]]:
    clean = lru_cache(1024)(around.clean)
    return lambda value: [clean(place) for place in sights.targets(value)] if value else []
