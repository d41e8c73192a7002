"""Clean records of all datasets: each field by its class and name, with values that are no secrets."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tests.attack.clean_values import WORDS, fill
from tests.laws.stage import catalogue

Make = Callable[[random.Random], Any]
Names = tuple[tuple[str, Make], ...]

_START = 1_767_225_600


def _of(*templates: str) -> Make:
    return lambda chance: fill(chance.choice(templates), chance)


def _number(low: int, high: int) -> Make:
    return lambda chance: chance.randint(low, high)


_TIMES: tuple[Make, ...] = (
    lambda chance: (_START + chance.randint(0, 10**7)) * 10**9 + chance.randint(0, 10**9),
    lambda chance: (_START + chance.randint(0, 10**7)) * 1000,
    _of("2026-03-<two>T10:00:<two>Z", "2026-03-<two>T10:00:<two>.123456+01:00"),
)
_REQUEST_HEADERS: Mapping[str, Make] = {
    "accept": _of("text/html,application/xhtml+xml;q=0.9,*/*;q=0.8", "application/json"),
    "accept-language": _of("de-DE,de;q=0.9,en;q=0.8", "en-US,en;q=0.5"),
    "host": _of("<host>"),
    "if-none-match": _of('W/"<tag8>"', '"<tag22>"', '"<tag40>"', '"<hex32>"'),
    "if-modified-since": _of("Sun, 01 Mar 2026 09:00:<two> GMT"),
    "traceparent": _of("00-<hex32>-<hex16>-01"),
    "x-request-id": _of("<uuid>", "<ulid>", "<hex32>"),
    "x-amzn-trace-id": _of("Root=1-<hex8>-<hex24>"),
    "b3": _of("<hex32>-<hex16>-1"),
    "cf-ray": _of("<hex16>-FRA"),
    "user-agent": _of("<agent>"),
    "sec-ch-ua": _of('"Chromium";v="124", "Not-A.Brand";v="99"'),
}
_RESPONSE_HEADERS: Mapping[str, Make] = {
    "content-type": _of("text/html; charset=utf-8", "application/json"),
    "cache-control": _of("public, max-age=31536000, immutable", "no-store"),
    "etag": _of('"<tag12>"', '"<tag32>"', 'W/"<hex8>-<hex12>"'),
    "content-security-policy": _of("script-src 'self' 'nonce-<tag20>' '<integrity>'; report-uri /csp"),
    "strict-transport-security": _of("max-age=63072000; includeSubDomains; preload"),
    "server-timing": _of('cfOrigin;dur=<n>, db;dur=53;desc="orders"'),
    "location": _of("<url>"),
    "vary": _of("Accept-Encoding, Origin"),
    "age": _of("<n>"),
}
_NESTED: Mapping[str, Make] = {
    "level": _of("info", "warn"),
    "message": _of("<line>"),
    "order": _of("<uuid>"),
    "max_tokens": _number(1, 10**5),
    "cache_key": _of("<slug>"),
    "error_code": _of("E4711", "ECONNREFUSED"),
    "is_authenticated": _of("true", "false"),
    "tags": lambda chance: [fill("team:<word>", chance), "env:production"],
    "took_ms": _number(1, 10**4),
}


def _sets(*tables: Mapping[str, Make]) -> tuple[Names, ...]:
    """Return some parts of tables: a program logs the same few sets of names again and again."""
    chance = random.Random(1)  # noqa: S311 - made-up values
    return tuple(tuple(pair for pair in table.items() if chance.random() < 2 / 3) for table in tables for _ in range(8))


def _map_of(sets: tuple[Names, ...]) -> Make:
    return lambda chance: {name: make(chance) for name, make in chance.choice(sets)}


_SAFE: tuple[tuple[re.Pattern[str], Make], ...] = tuple(
    (re.compile(pattern), make)
    for pattern, make in (
        (r"(?i)timestamp|datetime|^time|^when$|At$|Date$|^Since", lambda chance: chance.choice(_TIMES)(chance)),
        (r"(?i)ray", _of("<hex16>")),
        (r"JA3", _of("<hex32>")),
        (r"JA4", _of("t13d1516h2_<hex12>_<hex12>")),
        (r"(?i)fingerprint|hash|digest|sha", _of("<hex64>")),
        (r"(?i)bytes|count|ms$|us$|port|status|score|asn|length|size|code|number|packets", _number(0, 10**6)),
        (r"(?i)id$|ids$", _of("<uuid>", "<hex32>", "<ulid>")),
        (r"(?i)country", _of("de", "us", "jp")),
        (r"(?i)protocol|cipher", _of("HTTP/2", "TLSv1.3", "AEAD-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256")),
        (r"(?i)agent", _of("<agent>")),
        (r"", lambda chance: chance.choice((*WORDS, "", 0, 1.5, True, None))),
    )
)
"""Kinds of safe values by name; the first that fits."""
_BY_CLASS: Mapping[str, Make] = {
    "url": _of("<url>"),
    "path": _of("<path>"),
    "host": _of("<host>"),
    "text": _of("<line>"),
    "text.user_agent": _of("<agent>"),
    "safe.list": lambda chance: [fill("<hex32>", chance), chance.choice(WORDS)],
    "object": _map_of(_sets(_NESTED)),
    "headers": _map_of(_sets(_REQUEST_HEADERS, _RESPONSE_HEADERS)),
    "ip.infrastructure": _of("198.51.100.7", "2001:db8::7"),
    "cookies": lambda chance: {"_ga": fill("GA1.2.<n>.1732448400", chance), "prefs": fill("<tag40>", chance)},
}
CHANGED_ON_PURPOSE = frozenset({"cookies"})
"""Classes whose values are in the records, but not among those that must stay."""


def _value(field_class: str, name: str, chance: random.Random) -> Any:  # noqa: ANN401 - JSON
    """Return a clean value for a field; None where the class has none that stays."""
    if field_class == "safe":
        return next(make for pattern, make in _SAFE if pattern.search(name))(chance)
    make_other = _BY_CLASS.get(field_class)
    return make_other(chance) if make_other else None


def clean_records(count: int, seed: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Return datasets and records, every second one a request; the same for the same arguments."""
    datasets = catalogue()
    names = sorted(datasets.names())
    chance = random.Random(seed)  # noqa: S311 - made-up values
    for number in range(count):
        dataset = "http_requests" if number % 2 else names[number // 2 % len(names)]
        values = {name: _value(kind, name, chance) for name, kind in datasets[dataset].fields.items()}
        yield dataset, {name: value for name, value in values.items() if value is not None}
