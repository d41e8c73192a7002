"""The story of the demo: six minutes of a shop at the edge, told in templates; every secret in it is made up."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from pipeline.simulator.tokens import SECRETS, base62, jwt, token, uuid
from tests.bench.ingredients import address, slug

GIVEN = ("ada", "grace", "edsger", "barbara", "alan", "margaret", "ken", "radia")
FAMILY = ("lovelace", "hopper", "dijkstra", "liskov", "turing", "hamilton", "thompson", "perlman")

PARTS: dict[str, Callable[[random.Random], str]] = {
    "token": lambda rng: token(rng, 24),
    "jwt": jwt,
    "uuid": uuid,
    "slug": slug,
    "address": address,
    "github": SECRETS[0],
    "aws": SECRETS[2],
    "stripe": SECRETS[4],
    "base62": lambda rng: base62(rng, 24),
    "hex8": lambda rng: rng.randbytes(4).hex(),
    "hex32": lambda rng: rng.randbytes(16).hex(),
    "hex64": lambda rng: rng.randbytes(32).hex(),
    "number": lambda rng: str(rng.randrange(10_000_000, 99_999_999)),
    "person": lambda rng: f"{rng.choice(GIVEN)}.{rng.choice(FAMILY)}",
}
_PART = re.compile(r"<(\w+)>")


def fill(template: str, rng: random.Random) -> str:
    """Put something new wherever a template says `<part>`."""
    return _PART.sub(lambda found: PARTS[found[1]](rng), template)


VISITS = (
    ("www.shop.example", "/", "?utm_source=newsletter&utm_medium=email&uid=<number>", "GET", 200),
    ("cdn.shop.example", "/assets/app.<hex8>.js", "", "GET", 200),
    ("www.shop.example", "/en-us/products/<uuid>", "", "GET", 200),
    ("www.shop.example", "/search", "?q=garden+chair&page=2&sort=price", "GET", 200),
    ("login.shop.example", "/login", "?next=%2Faccount&email=<person>%40mail.example", "POST", 302),
    ("login.shop.example", "/oauth/callback", "?code=<token>&state=<hex32>", "GET", 302),
    ("account.shop.example", "/reset-password/<token>", "", "GET", 200),
    ("account.shop.example", "/magic-link/<jwt>", "", "GET", 302),
    ("api.shop.example", "/v2/carts/<hex32>/items", "?access_token=<jwt>", "POST", 201),
    ("api.shop.example", "/v2/checkout", "", "POST", 200),
    ("account.shop.example", "/orders/<number>", "", "GET", 200),
    (
        "cdn.shop.example",
        "/invoices/<uuid>.pdf",
        "?X-Amz-Credential=<aws>%2F20260302&X-Amz-Signature=<hex64>",
        "GET",
        200,
    ),
    ("www.shop.example", "/de-de/blog/2026/03/<slug>", "", "GET", 200),
    ("www.shop.example", "/unsubscribe", "?email=<person>%40mail.example&sig=<hex32>", "GET", 200),
    ("api.shop.example", "/v2/import", "?url=http%3A%2F%2F169.254.169.254%2Flatest%2Fmeta-data%2Fiam%2F", "POST", 403),
    ("api.shop.example", "/v2/chat", "?token=<token>", "GET", 101),
    ("account.shop.example", "/invite/<base62>", "", "GET", 200),
    ("api.shop.example", "/v2/orders", "?api_key=<stripe>", "GET", 429),
)
"""Host, path, query, method and status of what visitors ask for."""

ODD = (
    ("RequestHeaders", "x-debug", "deploy <github>"),
    ("RequestHeaders", "x-context", '{"tenant":"shop","auth":{"password":"<base62>","roles":["buyer"]}}'),
    ("ResponseHeaders", "location", "https://login.shop.example/cb?ticket=<token>"),
    ("", "WAFMatchedVar", "http.request.body.raw: card=4111111111111111&key=<aws>"),
    ("", "ClientRequestUserAgent", "internal-sync/1.4 (key <github>)"),
    ("", "ClientRequestReferer", "https://admin:<base62>@intra.shop.example/board?session=<token>#access_token=<jwt>"),
)
"""Where secrets turn up that nobody put there on purpose: object (or none), field, what it says."""

CONSOLE = (
    ("log", "checkout for user=<number> session=<token> took=38ms"),
    ("warn", "posting to https://hooks.slack.com/services/T0<number>/B0<number>/<base62> failed with 503"),
    ("log", '{"event":"paid","order":"<uuid>","customer":{"email":"<person>@mail.example"},"apiKey":"<base62>"}'),
    ("error", "upstream said 401, sent Authorization: Bearer <jwt>"),
    ("info", "retry in 3s"),
    ("debug", "config: AWS_ACCESS_KEY_ID=<aws> AWS_SECRET_ACCESS_KEY=<hex32>Ab9 region=eu-central-1"),
    (
        "log",
        '{"event":"refund","order":"<uuid>","card":"4111 1111 1111 1111","note":"<<<Logpush: messages truncated>>>',
    ),
    ("log", "GET https://orders.origin.shop.example/v1/orders/<number>?sig=<hex32> 200"),
)
"""What the Worker's authors print."""

EXCEPTIONS = (
    ("TypeError", "Cannot read properties of undefined (reading 'items')"),
    ("Error", "connect postgres://shop:<base62>@db.shop.example:5432/orders: connection refused"),
    ("AuthError", "token <jwt> has expired"),
)

AUDIT = (
    ("logpush_job_create", "UI", "siem", "https://siem.example/ingest?header_Authorization=Basic%20<token>&tags=edge"),
    (
        "logpush_job_update",
        "API",
        "archive",
        "s3://shop-logs/raw?region=auto&access-key-id=<aws>&secret-access-key=<hex64>",
    ),
    ("logpush_job_update", "API", "blob", "azure://shoplogs/raw?sv=2022-11-02&sp=cw&sig=<token>%3D"),
    ("worker_secret_create", "API", "SLACK_WEBHOOK", "https://hooks.slack.com/services/T0<number>/B0<number>/<base62>"),
    ("token_roll", "UI", "deploy", "token <base62> replaces the one of <person>@shop.example"),
    ("member_add", "UI", "members", "<person>@shop.example"),
    ("rule_update", "UI", "waf", 'http.request.uri.path contains "/v2/import"'),
    ("login", "UI", "", ""),
)
"""Action, interface, resource, new value."""

BROWSED = (
    ("github.example", "/shop/edge/raw/main/.env?token=<base62>", "https://github.example/shop/edge"),
    ("drive.example", "/file/d/<token>/view?usp=sharing&resourcekey=<hex32>", ""),
    ("sso.example", "/saml/acs?RelayState=<token>", "https://shop.example/login?ticket=<token>"),
    ("paste.example", "/raw/<hex8>?key=<stripe>", "https://<person>:<base62>@intra.shop.example/"),
    ("news.example", "/2026/03/02/<slug>", "https://news.example/"),
)
"""Host, path with query, and referer of what the shop's staff look at."""

ATTACKS = (
    ("?x=%24%7Bjndi%3Aldap%3A%2F%2F<address>%2Fa%7D", "Log4j headers", "block"),
    ("?id=1%27%20OR%20%271%27%3D%271&token=<token>", "SQL injection in the query", "block"),
    ("?url=http%3A%2F%2F169.254.169.254%2Flatest%2Fmeta-data%2F", "server-side request to cloud metadata", "block"),
    ("?api_key=<stripe>", "more than 100 requests in a minute", "managed_challenge"),
    ("?email=<person>%40mail.example&password=<base62>", "credentials in the query", "log"),
)
"""Query, description of the rule, action."""
