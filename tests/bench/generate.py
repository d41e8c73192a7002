"""Seeded edge logs for benchmarks: requests of about 3 kB and trace events of about 1 kB, all made up."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

import orjson

from pipeline.simulator.agents import user_agents
from pipeline.simulator.tokens import SECRETS, token, uuid
from tests.bench.ingredients import LOCALES, Route, Visitor, route, slug, visitor

START_NS = 1_767_225_600_000_000_000
STEP_NS = 37_000_000
VISITORS, ROUTES, SETTINGS = 3_000, 2_000, 64
TYPES = ("text/html; charset=utf-8", "application/json", "image/webp", "text/css", "application/javascript")
PLACES = (
    ("FRA", "de", "Frankfurt am Main", "HE", "50.11550", "8.68420"),
    ("ORD", "us", "Chicago", "IL", "41.85000", "-87.65000"),
    ("NRT", "jp", "Tokyo", "13", "35.68950", "139.69170"),
    ("GRU", "br", "Sao Paulo", "SP", "-23.54750", "-46.63610"),
)
STACK = "    at priceOf (worker.js:1204:19)\n    at async handle (worker.js:88:5)\n    at async fetch (worker.js:9:3)"
Record = dict[str, Any]
Plant = Callable[[Record, str], None]


def generate_http_requests(
    count: int, seed: int, *, dirty: float = 0.01, returning: bool = False, planted: list[str] | None = None
) -> Iterator[bytes]:
    """Make JSON lines of http_requests, the same for the same arguments.

    Addresses, tokens, cookies and paths hardly ever repeat, or with `returning` come from a few thousand visitors and
    routes. In a share `dirty` of the lines a secret of a known format stands where none belongs; each of these is
    appended to `planted`.
    """
    rng = random.Random(seed)  # noqa: S311 - repeatable data is the point; no secret hangs on it
    agents, settings = user_agents(), [setting(rng) for _ in range(SETTINGS)]
    visitors = [visitor(rng, agents) for _ in range(VISITORS)] if returning else []
    routes = [route(rng) for _ in range(ROUTES)] if returning else []
    for number in range(count):
        who = rng.choice(visitors) if returning else visitor(rng, agents)
        what = rng.choice(routes) if returning else route(rng)
        record = rng.choice(settings).copy()
        fill_request(record, rng, START_NS + number * STEP_NS, who, what)
        if rng.random() < dirty:
            secret = rng.choice(SECRETS)(rng)
            rng.choice(ODD_PLACES)(record, secret)
            if planted is not None:
                planted.append(secret)
        yield orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE)


def generate_trace_events(count: int, seed: int, *, telling: float = 0.01) -> Iterator[bytes]:
    """Make JSON lines of workers_trace_events, the same for the same arguments; one in twelve ends in an exception.

    In a share `telling` of the lines of a kind that a Worker says there is a secret, or an e-mail address.
    """
    rng = random.Random(seed)  # noqa: S311 - repeatable data is the point; no secret hangs on it
    for number in range(count):
        now = START_NS // 1_000_000 + number * 11
        what, failed = route(rng), rng.random() < 1 / 12
        record = {
            "CPUTimeMs": rng.getrandbits(5),
            "DispatchNamespace": "",
            "Entrypoint": "",
            "Event": {
                "RayID": rng.randbytes(8).hex(),
                "Request": {"URL": f"https://{what.host}{what.path}{what.query}", "Method": "GET"},
                "Response": {"Status": 500 if failed else 200},
            },
            "EventTimestampMs": now,
            "EventType": "fetch",
            "Exceptions": [_exception(rng, now)] if failed else [],
            "Logs": [
                {"Level": level, "Message": message, "TimestampMs": now + 1 + index}
                for index, (level, message) in enumerate(_console(rng, what, telling))
            ],
            "Outcome": "exception" if failed else "ok",
            "ScriptName": rng.choice(("shop-edge", "shop-api", "login-edge")),
            "ScriptTags": ["team:web", "env:production"],
            "ScriptVersion": {"ID": "1e7519b3-08e2-441d-ae10-7c8c6d3b7e17", "Message": "Deploy", "Tag": "v1.42.0"},
            "WallTimeMs": rng.getrandbits(9),
        }
        yield orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE)


def setting(rng: random.Random) -> Record:
    """Make a record of what hardly changes from request to request, every field in its place."""
    colo, country, city, region, latitude, longitude = rng.choice(PLACES)
    common = {
        "BotScore": rng.randrange(1, 100),
        "CacheCacheStatus": rng.choice(("expired", "miss", "dynamic", "bypass")),
        "ClientASN": rng.choice((3320, 7922, 2516, 26599)),
        "ClientCity": city,
        "ClientCountry": country,
        "ClientLatitude": latitude,
        "ClientLongitude": longitude,
        "ClientRegionCode": region,
        "ClientRequestMethod": rng.choice(("GET", "GET", "GET", "POST")),
        "EdgeColoCode": colo,
        "EdgeResponseContentType": rng.choice(TYPES),
        "EdgeResponseStatus": rng.choice((200, 200, 200, 304, 404)),
        "EdgeServerIP": f"172.70.{rng.getrandbits(8)}.{rng.getrandbits(8)}",
        "OriginIP": f"198.51.100.{rng.getrandbits(8)}",
    }
    record = {name: orjson.loads(default) for name, default in FIELDS.items()} | common
    return dict(sorted(record.items()))


def fill_request(record: Record, rng: random.Random, now: int, who: Visitor, what: Route) -> None:
    """Write into a copied setting what is this request's own."""
    bits = rng.getrandbits(64)
    referer = f"https://{what.host}/{LOCALES[bits % 6]}/{'' if bits & 64 else f'search?q={slug(rng)}'}"
    duration, body = bits >> 8 & 0xFF, bits >> 40 & 0x3FFFF
    record["ClientIP"] = who.ip
    record["ClientRequestBytes"] = 1_000 + (bits & 0xFFF)
    record["ClientRequestHost"] = record["EdgeRequestHost"] = what.host
    record["ClientRequestPath"] = what.path
    record["ClientRequestReferer"] = referer
    record["ClientRequestURI"] = what.path + what.query
    record["ClientRequestUserAgent"] = who.user_agent
    record["ClientSrcPort"] = 1_024 + (bits >> 16 & 0x7FFF)
    record["ClientTCPRTTMs"] = bits >> 32 & 0x3F
    record["Cookies"] = {"session": who.cookies["session"], "lang": "en"}
    record["EdgeEndTimestamp"] = now + duration * 1_000_000
    record["EdgeResponseBodyBytes"] = record["OriginResponseBytes"] = body
    record["EdgeResponseBytes"] = body + 700
    record["EdgeStartTimestamp"] = now
    record["EdgeTimeToFirstByteMs"] = record["OriginResponseDurationMs"] = duration
    record["JA3Hash"] = rng.randbytes(16).hex()
    record["JA4"] = f"t13d1516h2_{bits & 0xFFFFFFFFFFFF:012x}_{bits >> 16:012x}"
    record["OriginResponseTime"] = duration * 1_000_000
    record["RayID"] = ray = rng.randbytes(8).hex()
    record["RequestHeaders"] = {
        "accept": "*/*",
        "accept-language": "en-US,en",
        "authorization": who.authorization,
        "cookie": "; ".join([f"{name}={value}" for name, value in who.cookies.items()]),
        "referer": referer,
        "x-forwarded-for": who.ip,
        "x-client": "web/3",
    }
    record["ResponseHeaders"] = {
        "cache-control": "no-store",
        "content-type": record["EdgeResponseContentType"],
        "etag": f'W/"{ray}{bits & 0xFFFF:x}"',
        "server-timing": f"db;dur={duration}",
        "set-cookie": f"session={token(rng, 24)}; Path=/; Secure; HttpOnly",
        "vary": "Accept-Encoding",
    }


def _console(rng: random.Random, what: Route, telling: float) -> Iterator[tuple[str, list[object]]]:
    yield "log", ["cache lookup", what.path, rng.getrandbits(10)]
    session = f" session={token(rng, 24)}" if rng.random() < telling else ""
    yield "info", [f"user={rng.getrandbits(32)} region=eu{session} took={rng.getrandbits(8)}ms"]
    if rng.getrandbits(1):
        order: Record = {"event": "checkout", "order": uuid(rng), "items": rng.getrandbits(3), "currency": "EUR"}
        if rng.random() < telling:
            order["customer"] = {"email": f"u{rng.getrandbits(24)}@mail.example"}
        if rng.random() < telling:
            order["apiKey"] = token(rng, 30)
        yield "log", [orjson.dumps(order).decode()]


def _exception(rng: random.Random, now: int) -> Record:
    message = f"Cannot read properties of undefined (reading 'items') of cart {uuid(rng)}"
    return {"Name": "TypeError", "Message": message, "Stack": STACK, "TimestampMs": now + 5}


def _in_field(field: str, form: str) -> Plant:
    def put(record: Record, secret: str) -> None:
        record[field] = form.replace("{}", secret)

    return put


def _in_header(side: str, name: str, form: str) -> Plant:
    def put(record: Record, secret: str) -> None:
        record[side][name] = form.replace("{}", secret)

    return put


ODD_PLACES: tuple[Plant, ...] = (
    _in_field("ClientRequestUserAgent", "internal-sync/1.4 (key {})"),
    _in_field("ClientRequestPath", "/hooks/{}/deliver"),
    _in_field("ClientXRequestedWith", "{}"),
    _in_field("WAFMatchedVar", "http.request.body.raw: {}"),
    _in_field("SecurityRuleDescription", "block {} until it is rotated"),
    _in_field("EdgeNote", "seen {} twice"),
    _in_header("RequestHeaders", "x-debug", "{}"),
    _in_header("RequestHeaders", "x-context", '{"tenant":"shop","auth":{"note":"{}"}}'),
    _in_header("RequestHeaders", "accept-language", "en, {}"),
    _in_header("ResponseHeaders", "server-timing", 'db;desc="{}"'),
)
"""Where nobody expects a secret: clients, rules and developers put it there all the same."""

DEFAULTS: dict[str, str] = {
    "0": """CacheResponseBytes CacheResponseStatus ClientRequestBytes ClientSrcPort ClientTCPRTTMs EdgeColoID
        EdgeEndTimestamp EdgeResponseBodyBytes EdgeResponseBytes EdgeStartTimestamp EdgeTimeToFirstByteMs
        EdgeRateLimitID OriginResponseBytes OriginResponseDurationMs OriginResponseTime SmartRouteColoID
        UpperTierColoID WAFAttackScore WAFRCEAttackScore WAFSQLiAttackScore WAFXSSAttackScore WorkerCPUTime
        WorkerSubrequestCount WorkerWallTimeUs ZoneID""",
    "200": "OriginResponseStatus",
    "2.54": "EdgeResponseCompressionRatio",
    "false": "CacheReserveUsed CacheTieredFill EdgeCFConnectingO2O WorkerSubrequest",
    "[]": "BotDetectionIDs BotTags SecurityActions SecurityRuleIDs SecuritySources",
    "{}": "Cookies RequestHeaders ResponseHeaders",
    '""': """ClientIP ClientMTLSAuthCertFingerprint ClientRequestHost ClientRequestPath ClientRequestReferer
        ClientRequestURI ClientRequestUserAgent ClientXRequestedWith EdgeRequestHost JA3Hash JA4
        OriginResponseHTTPExpires RayID SecurityAction SecurityRuleDescription SecurityRuleID VerifiedBotCategory
        WAFMatchedVar WAFRuleID WorkerScriptName""",
    '"0"': "WAFFlags",
    '"00"': "ParentRayID",
    '"med"': "SecurityLevel",
    '"Wed, 31 Dec 2025 08:12:44 GMT"': "OriginResponseHTTPLastModified",
    '"AEAD-AES128-GCM-SHA256"': "ClientSSLCipher",
    '"TLSv1.3"': "ClientSSLProtocol OriginSSLProtocol",
    '"HTTP/2"': "ClientRequestProtocol",
    '"Machine Learning"': "BotScoreSrc",
    '"desktop"': "ClientDeviceType",
    '"eyeball"': "ClientRequestSource",
    '"https"': "ClientRequestScheme",
    '"missing"': "JSDetectionPassed",
    '"noRecord"': "ClientIPClass",
    '"shop.example"': "ZoneName",
    '"unknown"': "ClientMTLSAuthStatus EdgePathingOp EdgePathingSrc EdgePathingStatus WAFProfile WorkerStatus",
}
"""Fields by the JSON of what they hold where nothing else is said."""

FIELDS = {name: default for default, names in DEFAULTS.items() for name in names.split()}
