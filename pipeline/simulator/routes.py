"""What a zone can be asked for: 20 to 200 routes of pages, assets, data, private matters and log-in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from random import Random

from pipeline.simulator.asked import asked
from pipeline.simulator.base import Route, Service
from pipeline.simulator.tokens import uuid

_NOUNS = """articles authors awards boards books brands bundles careers catalogs categories cities collections courses
    deals designs events experts features galleries gifts guides ideas jobs kits lessons makers maps meetings news notes
    offers parts plans podcasts posts products projects questions ranges recipes reports reviews rooms sales seasons
    series shops stories studios styles talks teams themes tools topics tours trends videos workshops""".split()
_MATTERS = """addresses alerts badges cards claims contacts credits devices documents favourites files invoices
    letters messages orders payments plans points referrals returns reminders requests searches subscriptions tickets
    transfers uploads vouchers""".split()
_WORDS = "summer sale linen shirt blue garden chair how to choose a bike for winter rides quiet desk lamp gift".split()
_SHARES: Mapping[str, float] = {"page": 0.28, "static": 0.36, "api": 0.14, "private": 0.18, "login": 0.04}
_HTML, _JSON = "text/html; charset=utf-8", "application/json"

LISTS = "/account/lists"
"""The private route whose answers are cached for each user."""

_Shape = tuple[str, str, str, str, str, str]
"""Kind, method, subdomain, head, hole, tail."""

_EVERYWHERE: tuple[_Shape, ...] = (
    ("page", "GET", "www", "/", "", ""),
    ("page", "GET", "www", "/products/", "slug", ""),
    ("static", "GET", "cdn", "/assets/app.", "hash", ".js"),
    ("static", "GET", "cdn", "/assets/style.", "hash", ".css"),
    ("api", "GET", "api", "/api/v2/search", "", ""),
    ("api", "GET", "api", "/api/v2/products/", "number", ""),
    ("api", "POST", "api", "/api/v2/import", "", ""),
    ("private", "GET", "account", "/account/profile", "", ""),
    ("private", "GET", "account", "/account/orders/", "number", ""),
    ("private", "GET", "account", LISTS, "", ""),
    ("private", "GET", "api", "/api/v2/me/cart", "", ""),
    ("private", "POST", "api", "/api/v2/me/checkout", "", ""),
    ("login", "POST", "login", "/login", "", ""),
    ("login", "POST", "login", "/session/refresh", "", ""),
)
"""What every zone has."""


def routes(
    rng: Random, zone: str, scripts: Mapping[str, str], services: Mapping[str, Service], partners: Mapping[str, str]
) -> tuple[Route, ...]:
    """Draw the routes of a zone: scripts and services by the kind of route that they serve, partners by path."""
    shapes = list(dict.fromkeys((*_EVERYWHERE, *_more(rng, round(20 * 10 ** rng.random()) - len(_EVERYWHERE)))))
    seen = dict.fromkeys(_SHARES, 0)
    raw: list[tuple[_Shape, float]] = []
    for shape in shapes:
        seen[shape[0]] += 1
        raw.append((shape, 1 / seen[shape[0]]))
    total = {kind: sum(weight for shape, weight in raw if shape[0] == kind) for kind in _SHARES}
    made: list[Route] = []
    for number, (shape, weight) in enumerate(raw):
        kind, head = shape[0], shape[3]
        cached = kind == "static" or (kind == "page" and number % 3 == 2)  # noqa: PLR2004 - a third of the pages
        share = weight / total[kind] * _SHARES[kind]
        if cached:
            made.append(_route(number, zone, shape, share))
        else:
            made.append(_route(number, zone, shape, share, (scripts[kind], services[kind], partners.get(head, ""))))
    return tuple(made)


def odd_route(host: str, path: str, zone: str) -> Route:
    """Return what nobody should ask for: it has no Worker, and no cache knows it."""
    return _route(-1, zone, ("page", "GET", host.removesuffix(f".{zone}"), path, "", ""), 0.0)


def filled(route: Route, rng: Random, owner: int) -> str:
    """Return a path of this route; numbers are those of a few things that an owner has."""
    if not route.hole:
        return route.head
    bits = rng.getrandbits(32)
    if route.hole == "number":
        middle = str(10_000_000 + (owner * 7_919 + (bits & 7) * 104_729 + route.number) % 90_000_000)
    elif route.hole == "hash":
        middle = f"{(route.number * 2_654_435_761 + (bits & 7)) & 0xFFFFFFFF:08x}"
    elif route.hole == "slug":
        middle = f"{_WORDS[bits % len(_WORDS)]}-{_WORDS[bits >> 8 & 15]}-{bits >> 16 & 255}"
    else:
        middle = uuid(rng)
    return f"{route.head}{middle}{route.tail}"


def _more(rng: Random, count: int) -> Iterator[_Shape]:
    """Draw further shapes, each kind as often as its share of routes."""
    nouns, matters = rng.sample(_NOUNS, len(_NOUNS)), rng.sample(_MATTERS, len(_MATTERS))
    for index in range(count):
        noun, matter = nouns[index % len(nouns)], matters[index % len(matters)]
        yield (
            ("page", "GET", "www", f"/{noun}", "", ""),
            ("page", "GET", "www", f"/{noun}/", "slug", ""),
            ("static", "GET", "cdn", f"/img/{noun}/", "hash", ".webp"),
            ("api", "GET", "api", f"/api/v2/{noun}/", "number", ""),
            ("private", "GET", "account", f"/account/{matter}/", "number", ""),
            ("static", "GET", "cdn", f"/media/{noun}/", "hash", ".jpg"),
            ("private", "GET", "api", f"/api/v2/me/{matter}", "", ""),
            ("api", "GET", "api", f"/api/v2/{noun}/feed/", "uuid", ""),
        )[index % 8]


def _route(
    number: int, zone: str, shape: _Shape, weight: float, worker: tuple[str, Service | None, str] = ("", None, "")
) -> Route:
    kind, method, place, head, hole, tail = shape
    script, service, partner = worker
    host, content_type = f"{place}.{zone}", _content_type(kind, tail)
    fixed = asked(host, method, script, zone, content_type)
    return Route(number, kind, method, host, head, hole, tail, script, service, partner, content_type, weight, fixed)


def _content_type(kind: str, tail: str) -> str:
    if kind == "page":
        return _HTML
    by_tail = {".js": "application/javascript", ".css": "text/css", ".webp": "image/webp", ".jpg": "image/jpeg"}
    return by_tail.get(tail, _JSON)
