"""Ordinary traffic: visits of a few pages each, by people who come back and people who do not, and some who probe."""

from __future__ import annotations

from itertools import accumulate
from random import Random
from zlib import crc32

from pipeline.simulator.base import DAY, RECORDS_PER_ZONE_DAY, SECOND, Call, Client, Exchange, Route
from pipeline.simulator.chance import geometric, poisson, ranked
from pipeline.simulator.measures import MEASURES
from pipeline.simulator.routes import LISTS, filled, odd_route
from pipeline.simulator.visitors import Visitors
from pipeline.simulator.world import Zone

KNOWN_SHARE = 0.4
"""Of visits are by users who are logged in."""
_PAGES = 7.0
_THINKING = 2.4
"""Mean of the logarithm of the seconds between two pages."""
_FAST = 0.15
"""Seconds between a page and what it is made of."""
_PROBES = 0.01
"""Of visits look for holes."""
_SECRET_FILES = ("/.env", "/.git/config", "/wp-login.php", "/backup.sql", "/actuator/env", "/server-status")
_INTERNAL = ("http%3A%2F%2F169.254.169.254%2Flatest%2Fmeta-data%2F", "http%3A%2F%2Flocalhost%3A8080%2Fadmin")
_FAILURES = (
    ("TypeError", "Cannot read properties of undefined (reading 'items')"),
    ("Error", "upstream did not answer in time"),
    ("RangeError", "Invalid time value"),
)
_TAGGED = frozenset({"private", "api", "static"})
"""Kinds of routes whose answers have an ETag."""
_LATE_OF_128, _LATEST = 6, 600
"""So many in 128 are written up to so many seconds late."""
_PARTNER_SHARE = 4
"""One call in so many of a route asks its third party."""


class Visits:
    """The visits of one zone."""

    def __init__(self, seed: int, zone: Zone, rng: Random, scale: float) -> None:
        """Take the seed of everything, the zone, a source of chance, and the share of the usual traffic."""
        self.zone, self.visitors, self._rng = zone, Visitors(seed, zone), rng
        self._all = zone.routes
        self._public = tuple(each for each in zone.routes if each.kind != "private" and each.head != "/session/refresh")
        self._all_weights = list(accumulate(each.weight for each in self._all))
        self._public_weights = list(accumulate(each.weight for each in self._public))
        known, public = _lines(self._all, zone), _lines(self._public, zone)
        per_visit = _PAGES * (KNOWN_SHARE * known + (1 - KNOWN_SHARE) * public)
        self.per_second = RECORDS_PER_ZONE_DAY * zone.size * scale / DAY / per_visit
        """Visits a second on average."""

    def between(self, low: int, high: int, factor: float) -> list[Exchange]:
        """Return all that is asked in visits that begin between two moments, which may end later."""
        rng, made = self._rng, list[Exchange]()
        for _ in range(poisson(rng, self.per_second * factor * (high - low) / SECOND)):
            at = low + int(rng.random() * (high - low))
            if rng.random() < _PROBES:
                made += self._probe(at)
            elif rng.random() < KNOWN_SHARE:
                made += self.visit(at, self.visitors.user(ranked(rng, self.zone.users), at // SECOND))
            else:
                made += self.visit(at, self.visitors.stranger(rng))
        return made

    def visit(self, at: int, client: Client, routes: tuple[Route, ...] = ()) -> list[Exchange]:
        """Return the exchanges of one visit, among these routes if there are any."""
        rng, count = self._rng, geometric(self._rng, _PAGES)
        if routes:
            chosen = rng.choices(routes, k=count)
        elif client.identity:
            chosen = rng.choices(self._all, cum_weights=self._all_weights, k=count)
        else:
            chosen = rng.choices(self._public, cum_weights=self._public_weights, k=count)
        made = []
        for route in chosen:
            made.append(usual(self.zone, rng, client, route, at))
            wait = _FAST * rng.random() if route.kind == "static" else rng.lognormvariate(_THINKING, 1.0)
            at += int(wait * SECOND)
        return made

    def _probe(self, at: int) -> list[Exchange]:
        """Return a visit that looks for holes: secret files and internal addresses, all refused."""
        rng, client, made = self._rng, self.visitors.stranger(self._rng), list[Exchange]()
        for _ in range(geometric(rng, 3.0)):
            at += int(rng.random() * 2 * SECOND)
            if rng.random() < 0.5:  # noqa: PLR2004 - as often as not
                route = odd_route(f"www.{self.zone.name}", rng.choice(_SECRET_FILES), self.zone.name)
                made.append(refused(plain(self.zone, rng, client, route, at), "attack"))
            else:
                x = plain(self.zone, rng, client, self.zone.route("/api/v2/import"), at)
                x.query = f"?url={rng.choice(_INTERNAL)}"
                made.append(refused(x, "internal"))
        return made


def usual(zone: Zone, rng: Random, client: Client, route: Route, at: int) -> Exchange:
    """Return what happens when nothing is wrong, with the mishaps that there always are."""
    x, bits = plain(zone, rng, client, route, at), rng.getrandbits(32)
    if route.kind == "login" and not client.identity:
        x.status = 401
    elif not bits & 127:
        _less_usual(x, bits >> 7)
    elif route.kind == "static" and not bits & 7:
        x.status = 304
    elif route.head == "/api/v2/search":
        x.query = f"?q=chair&page={bits >> 7 & 7}"
    return x


def plain(zone: Zone, rng: Random, client: Client, route: Route, at: int) -> Exchange:
    """Return one thing asked for and answered well."""
    bits, path = rng.getrandbits(64), filled(route, rng, client.number)
    own = crc32(path.encode()) << 32 | (client.number if route.kind == "private" else 0)
    mixed = own * 0x9E37_79B9_7F4A_7C15 & 0xFFFF_FFFF_FFFF_FFFF  # as many different values as there were before
    x = Exchange(
        at,
        client,
        route,
        path,
        f"{rng.getrandbits(64):016x}",
        200,
        "unknown" if route.script else "hit" if bits & 15 else "miss",
        400 + (mixed >> 40 & 0x7FFF),
        8 + (bits >> 8 & 63) + (bits >> 16 & 15) * (bits >> 20 & 31),
        f"{mixed:016x}" if route.kind in _TAGGED else "",
        client.identity if route.kind == "private" else "",
        late=(bits >> 25 & 1023) % _LATEST if bits >> 35 & 127 < _LATE_OF_128 else 0,
    )
    if route.service:
        _call_backend(zone, x, bits)
    return x


def refused(x: Exchange, measure: str) -> Exchange:
    """Let a security product refuse an exchange before anything is called."""
    x.measure, x.status = measure, MEASURES[measure].status
    x.calls, x.cache, x.etag, x.answered, x.size = [], "unknown", "", "", 320
    return x


def _call_backend(zone: Zone, x: Exchange, bits: int) -> None:
    """Let the Worker ask its backend with its own credential, and now and then a third party."""
    route, service = x.route, x.route.service
    if service is None:
        return
    shown = x.client.authorization if service.sees_users else f"Bearer {service.key}"
    x.calls.append(Call(service.host, x.path, service=service, authorization=shown, origin=service.address))
    if route.head == LISTS and bits >> 58 & 1:
        x.calls[0].cache = "hit"  # kept for each user by a key of its own
    if route.partner and not bits >> 60 & _PARTNER_SHARE - 1:
        x.calls.append(Call(route.partner, "/v1/ask", logged=not zone.egress, origin="198.51.100.77"))
    if route.kind == "page" and not bits >> 56 & 63:
        # The Worker asked the cache for its page, which had none; no origin and no fault is behind the 504.
        x.calls.append(Call(route.host, x.path, 504, origin="", cache="miss", source="edgeWorkerCacheAPI"))
    if not bits >> 52 & 15:
        x.console.append(("log", f"asked {service.host} in {x.took}ms"))


def _less_usual(x: Exchange, bits: int) -> None:
    """Let one exchange in a hundred be not found, or fail, or meet a limit."""
    if x.route.kind == "api" and not bits & 15:
        refused(x, "limit")
    elif bits & 1 or not x.route.script:
        x.status, x.etag, x.answered = 404, "", ""
        for call in x.calls[:1]:
            call.status = 404
    elif x.route.kind != "login":
        x.status, x.etag, x.answered = 500, "", ""
        x.failure = _FAILURES[(bits >> 2) % len(_FAILURES)]


def _lines(routes: tuple[Route, ...], zone: Zone) -> float:
    """Return the records that one exchange brings on average."""
    total = sum(each.weight for each in routes)
    return sum(each.weight * _lines_of(each, zone) for each in routes) / total


def _lines_of(route: Route, zone: Zone) -> float:
    own = 1.0 if zone.merged else 2.0
    backend = own if route.service else 0.0
    third = (own - 1.0 if not zone.egress else 1.0) / _PARTNER_SHARE if route.partner else 0.0
    return 1.0 + (1.0 if route.script else 0.0) + backend + third
