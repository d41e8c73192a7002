"""Pathological strings, and the places where they meet the engine: what makes careless code take its time."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import orjson

from redactors.marks import Marker
from tests.attack.dense_records import dense_records
from tests.bench.generate import generate_http_requests
from tests.laws.stage import RING, engine, lines, run

Record = dict[str, Any]

_HASH = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU= "
_JWT = "eyJhbGciOiJIUzI1NiJ9."

PIECES: tuple[str, ...] = (
    *"a1%\\\"&/[{(<>?#@;:=-_.,~'|",
    *("\t", "\n", "\x01", " ", "é", "\uff1d", "\u212a", "\u200b"),
    *("%25", "%41", "\\u003d", '\\"', "&amp;", "%5C\\u003d&amp;", "%C0%BF", "https%3A%2F%2F"),
    *("token=x1 ", "token: x1, ", "a: b ", "a[b]=", ";token=x1", "otp=1 ", "ip=203.0.113.7 ", "name=token "),
    *(
        '{"a":',
        '{"password":"x1"} ',
        "password: [ ",
        "password: {",
        'password="',
        'password="a" + "b" ',
        "'password', 'x1', ",
    ),
    *(
        "setPassword('x1') ",
        "--password x1 ",
        " -p",
        "<password>",
        "<a ",
        '<input name="password" ',
        "<password><![CDATA[",
    ),
    *(
        '<input name="password" value="x1">',
        "password:\n  x1\n",
        "password: |\n  x1\n",
        "Cookie: a=b\n",
        "Cookie: a\n ",
    ),
    *(
        "https://h.example/p?x=1 ",
        "h.example/reset/k3jd82hf7aq1 ",
        "/reset/k3jd82hf7aq1",
        "/reset",
        "/a",
        "./",
        "?a=",
        "http:",
        "data:",
    ),
    *(
        "ada@mail.example ",
        "a@b.example",
        "ada@mail.example=1;",
        "203.0.113.7 ",
        "203.0.113.7,",
        "::1,",
        "::1 ",
        "a,b,",
    ),
    *(
        "AKIAEXAMPLEONLY23456 ",
        _JWT,
        "Bearer ",
        "Bearer abcdefgh12 ",
        "-----BEGIN PRIVATE KEY-----",
        "mysql -p",
        "sshpass -p ",
    ),
    *(
        "redis-cli ",
        "curl -u ",
        "insert into t (password) values (",
        "password is ",
        "4111 1111 1111 1111 ",
        "4111111111111111",
    ),
    *("+49 151 23456789 ", "x7Gq2LmZ9pWv4RtY8kBn ", "x7Gq2LmZ9pWv4RtY8kBn", "x7Gq2LmZ9pWv4RtY8kBn.", "sha256-", _HASH),
    *(
        "9f86d081884c7d65",
        "3f2b8c1e-6d4a-4b7f-9e0c-5a1d2e3f4b6c ",
        "[credential] ",
        "[credential~AA.AAAAAAAAAAAAAAAAAAAA] ",
    ),
    *("4111-", "4111 ", "1-", "1 ", "AB12 ", "1a2b3c", "DE89 3704 0044 0532 0130 00 ", "078-05-1120 "),
    *("-----BEGIN RSA PRIVATE KEY----- ", "-----BEGIN PRIVATE KEY-----\nMII\n", "+4915123456789"),
    *("ghp_", "sk-", "xoxb-123-", "eyJ.", "aws_secret_access_key = ", "authorization: bearer abcdefgh1234 "),
    *("%2525", "u003d", "=3D", "://", "https://u:p@", "a=&", "password=f(", "<password>x1</password>", "\\\\", "\\n"),
    Marker(RING).keyed("session", "x") + " ",
)
"""Each is repeated until the string is long."""

_REQUEST = {"RayID": "7a1f7ad4df2f870a", "EdgeResponseStatus": 200, "ClientRequestHost": "www.shop.example"}
PLACES: Mapping[str, Callable[[str], dict[str, Any]]] = {
    "text": lambda text: {"WAFMatchedVar": text},
    "user agent": lambda text: {"ClientRequestUserAgent": text},
    "URI": lambda text: {"ClientRequestURI": f"/{text}"},
    "URL": lambda text: {"ClientRequestReferer": f"https://h.example/{text}"},
    "path": lambda text: {"ClientRequestPath": text},
    "address": lambda text: {"ClientIP": text},
    "chain of addresses": lambda text: {"RequestHeaders": {"x-forwarded-for": text}},
    "cookie header": lambda text: {"RequestHeaders": {"cookie": text}},
    "set-cookie header": lambda text: {"ResponseHeaders": {"set-cookie": text}},
    "authorization header": lambda text: {"RequestHeaders": {"authorization": text}},
    "safe header": lambda text: {"RequestHeaders": {"via": text}},
    "link header": lambda text: {"ResponseHeaders": {"link": text}},
    "headers as a text": lambda text: {"RequestHeaders": text},
    "safe field": lambda text: {"EdgeResponseContentType": text},
    "name in an object": lambda text: {"ShopExtra": {text: 1}},
    "name of a header": lambda text: {"RequestHeaders": {text: "x"}},
    "list of texts": lambda text: {"ShopExtra": [text[at : at + 20] for at in range(0, len(text), 20)]},
}
_WARM = json.dumps(_REQUEST | {"WAFMatchedVar": "x: y"}).encode() + b"\n"


def long_text(piece: str, length: int) -> str:
    """Return a piece again and again."""
    return (piece * (length // len(piece) + 1))[:length]


def seconds(place: str, text: str, tries: int = 1) -> float:
    """Return the least processor time that a record took with this text in this place, beside that of an empty one."""
    return beside([PLACES[place](text)], [PLACES[place]("")], tries)


def dense_seconds(kind: str, tries: int = 1) -> float:
    """Return the least processor time that ten thousand bytes of dense records took, beside that of empty ones."""
    records = list(dense_records(kind))
    size = len(lines(*records))
    return beside(records, [{} for _ in records], tries) * 10_000 / size


def beside(records: Iterable[Record], empty: Iterable[Record], tries: int) -> float:
    """Return the least processor time of records beyond that of others."""
    return max(0.0, min(_once(records) for _ in range(tries)) - min(_once(empty) for _ in range(tries)))


def _once(records: Iterable[Record]) -> float:
    raw = lines(*(_REQUEST | record for record in records))
    fresh = engine()
    run(_WARM, "http_requests", fresh)
    start = time.process_time()
    run(raw, "http_requests", fresh)
    return time.process_time() - start


def bare_seconds(tries: int) -> float:
    """Return the least processor time that the bare codec takes for ten thousand bytes of ordinary requests."""
    raw = list(generate_http_requests(100, 1))

    def once() -> float:
        start = time.process_time()
        for line in raw:
            orjson.dumps(orjson.loads(line))
        return time.process_time() - start

    return min(once() for _ in range(tries)) * 10_000 / sum(map(len, raw))
