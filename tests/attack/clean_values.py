"""Clean values of every kind that edge logs are full of: they look like secrets here and there, and are none."""

from __future__ import annotations

import base64
import random
import re
import string
import uuid
from collections.abc import Callable, Mapping

from pipeline.simulator.agents import user_agents

Make = Callable[[random.Random], str]

WORDS = (
    "summer sale shoes red winter jacket guide size order return basket offer travel music kitchen garden phone camera "
    "holiday gift light coffee bike paper board table price stock store delivery review support account welcome"
).split()
AGENTS = tuple(user_agents())
_BASE62 = string.ascii_letters + string.digits
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_POD = "bcdfghjklmnpqrstvwxz2456789"
_HASHES = (("sha256", 32), ("sha384", 48), ("sha512", 64))
_PLACE = re.compile(r"<([a-z]+)(\d*)>")


def _letters(chance: random.Random, alphabet: str, size: int) -> str:
    return "".join(chance.choices(alphabet, k=size))


def _uuid(chance: random.Random) -> str:
    made = str(uuid.UUID(int=chance.getrandbits(128), version=4))
    return made if chance.random() < 0.9 else made.upper()


def _slug(chance: random.Random) -> str:
    words = chance.sample(WORDS, chance.randint(2, 5))
    return "-".join([*words, str(chance.randint(1, 9999))] if chance.random() < 0.4 else words)


def _integrity(chance: random.Random) -> str:
    name, size = chance.choice(_HASHES)
    return f"{name}-{base64.b64encode(chance.randbytes(size)).decode()}"


PATHS = (
    "/p/<slug>",
    "/orders/<uuid>",
    "/orders/<n>/items/<small>",
    "/assets/index-<base8>.js",
    "/static/js/main.<hex8>.chunk.js",
    "/_next/static/<base21>/_buildManifest.js",
    "/_next/static/chunks/<small>-<hex16>.js",
    "/cdn-cgi/image/width=<n>,quality=75/uploads/<slug>.jpg",
    "/wp-content/uploads/2026/03/<slug>-1024x768.jpg",
    "/reset-password/<word>",
    "/auth/callback/<provider>",
    "/share/<slug>",
    "/download/<slug>.pdf",
    "/webhooks/v<digit>/<word>",
    "/verify/email/<word>",
    "/invite/welcome-to-<word>",
    "/unsubscribe/<word>-<word>",
    "/de-de/<word>/<slug>/",
    "/api/v<digit>/users/<n>/orders",
    "/repo/commit/<hex40>",
    "/tiles/<digit>/<small>/<small>.png",
    "/blog/2026/<two>/<two>/<slug>",
    "/k%C3%BCche/t%C3%B6pfe/<slug>",
)
LINES = (
    "cache MISS for <path> in <n>ms (kv=3ms, origin=9ms)",
    'level=info msg="order <n> created" user=<n> status=200 took=<n>ms',
    "order <uuid> of customer <n> shipped",
    "GET <path> HTTP/1.1 200 <n>",
    '{"event":"checkout","order":"<uuid>","items":<digit>,"currency":"EUR"}',
    '{"level":"warn","msg":"retry <n>","max_tokens":<n>,"cache_key":"<slug>"}',
    "TypeError: Cannot read properties of undefined (reading 'id')\n    at handle (worker.js:<n>:9)",
    "[<word>] deployed <hex40> to production",
    "ray <hex16>-FRA answered 503, upstream timed out after 30 s",
    "traceparent 00-<hex32>-<hex16>-01",
    "pulled shop@sha256:<hex64>",
    "script-src 'self' '<integrity>'; img-src *",
    "pod shop-api-<pod10>-<pod5> restarted",
    "fetching <url> for <ulid>",
    "tests: pass=<two> fail=0 skip=<digit>, seed=<two>",
    "user clicked '<word>' on \"<slug>\" at 2026-03-02 10:00:<two>",
    "Größe: <two> - très joli, Preis: <two> €",
    "search for <word>%20<word> gave <n> results",
    "shop@<digit>.<two>.<digit> needs node >=20 <23",
    "SELECT id, name FROM orders WHERE state = 'open' LIMIT <two>",
    "tar -xpf <slug>.tar && ssh -p 2222 <host>",
    "invalid password for account <n>; token expired, please sign in again",
    "<word> <word> <word>",
)
KINDS: Mapping[str, Make] = {
    "agent": lambda chance: chance.choice(AGENTS),
    "base": lambda chance: _letters(chance, _BASE62 + "-_", 8),
    "digit": lambda chance: str(chance.randint(1, 9)),
    "host": lambda chance: f"{chance.choice(('www', 'api', 'cdn', 'm', 'shop-2'))}.{chance.choice(WORDS)}.example",
    "integrity": _integrity,
    "line": lambda chance: fill(chance.choice(LINES), chance),
    "n": lambda chance: str(chance.randint(1, 10**7)),
    "path": lambda chance: fill(chance.choice(PATHS), chance),
    "provider": lambda chance: chance.choice(("google", "github", "apple")),
    "slug": _slug,
    "small": lambda chance: str(chance.randint(1, 9999)),
    "two": lambda chance: str(chance.randint(10, 28)),
    "ulid": lambda chance: "01H" + _letters(chance, _CROCKFORD, 23),
    "url": lambda chance: fill("https://<host><path>", chance),
    "uuid": _uuid,
    "word": lambda chance: chance.choice(WORDS),
}
"""What stands for `<name>` in a template."""
_SIZED = {"hex": "0123456789abcdef", "base": _BASE62 + "-_", "tag": _BASE62, "pod": _POD}
"""Alphabets of `<name12>`, so many letters."""


def fill(template: str, chance: random.Random) -> str:
    """Return a template with a new value in each of its places."""

    def value(found: re.Match[str]) -> str:
        return _letters(chance, _SIZED[found[1]], int(found[2])) if found[2] else KINDS[found[1]](chance)

    return _PLACE.sub(value, template)
