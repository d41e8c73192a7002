"""What made-up logs are made of: tokens, addresses, clients, paths, queries and secrets of known formats."""

from __future__ import annotations

import random
import zlib
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

Make = Callable[[random.Random], str]

BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
HOSTS = ("www.shop.example", "api.shop.example", "account.shop.example", "cdn.shop.example", "login.shop.example")
LOCALES = ("en-us", "de-de", "fr", "pt-br", "ja", "en-gb")
WORDS = "summer sale linen shirt blue garden chair how to choose a bike for winter rides quiet desk lamp gift".split()


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks: an address, a client, and what it shows to be let in."""

    ip: str
    user_agent: str
    authorization: str
    cookies: dict[str, str]


@dataclass(frozen=True, slots=True)
class Route:
    """What is asked for."""

    host: str
    path: str
    query: str


def token(rng: random.Random, size: int) -> str:
    """Make URL-safe base64 of this many random bytes."""
    return urlsafe_b64encode(rng.randbytes(size)).decode().rstrip("=")


def uuid(rng: random.Random) -> str:
    """Make a random UUID."""
    digits = rng.randbytes(16).hex()
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


def jwt(rng: random.Random) -> str:
    """Make a token of three parts, of which the last is no true signature."""
    claims = b'{"sub":"%d","exp":1767312000}' % rng.getrandbits(40)
    return f"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.{urlsafe_b64encode(claims).decode().rstrip('=')}.{token(rng, 32)}"


def address(rng: random.Random) -> str:
    """Make an IP address, one in eight of version 6."""
    bits = rng.getrandbits(32)
    if bits & 7:
        return f"{1 + (bits >> 24) % 223}.{bits >> 16 & 255}.{bits >> 8 & 255}.{bits & 255}"
    return f"2a02:{bits >> 16:x}:{rng.getrandbits(16):x}:1::{bits & 0xFFFF:x}"


def visitor(rng: random.Random, agents: tuple[str, ...]) -> Visitor:
    """Make a visitor; half come with a bearer token, the others with a signed one or a password."""
    scheme = rng.getrandbits(2)
    authorization = f"Bearer {token(rng, 30)}" if scheme > 1 else f"Bearer {jwt(rng)}" if scheme else ""
    cookies = {"session": token(rng, 24), "cart": str(rng.getrandbits(40)), "lang": "en"}
    return Visitor(address(rng), rng.choice(agents), authorization or f"Basic {token(rng, 24)}", cookies)


def route(rng: random.Random) -> Route:
    """Make something to ask for."""
    return Route(HOSTS[rng.getrandbits(8) % 5], rng.choice(PATHS)(rng), rng.choice(QUERIES)(rng))


def slug(rng: random.Random) -> str:
    """Make a few words with a number, as titles look in paths."""
    bits, size = rng.getrandbits(32), len(WORDS)
    return f"{WORDS[bits % size]}-{WORDS[(bits >> 6) % size]}-{WORDS[(bits >> 12) % size]}-{bits >> 18}"


PATHS: tuple[Make, ...] = (
    lambda rng: f"/assets/app.{rng.randbytes(4).hex()}.js",
    lambda rng: f"/img/p/{rng.randbytes(10).hex()}.webp",
    lambda rng: f"/{rng.choice(LOCALES)}/products/{uuid(rng)}",
    lambda rng: f"/{rng.choice(LOCALES)}/blog/2026/01/{slug(rng)}",
    lambda rng: f"/api/v2/users/{rng.getrandbits(30)}/orders/{rng.getrandbits(34)}",
    lambda rng: f"/api/v2/carts/{rng.randbytes(12).hex()}/items",
    lambda rng: f"/search/{slug(rng)}",
    lambda rng: f"/account/reset-password/{token(rng, 24)}",
)
QUERIES: tuple[Make, ...] = (
    lambda _: "",
    lambda _: "",
    lambda rng: f"?page={rng.getrandbits(5)}&sort=price",
    lambda rng: f"?utm_source=newsletter&utm_medium=email&uid={rng.getrandbits(40)}",
    lambda rng: f"?code={token(rng, 30)}&state={token(rng, 12)}",
    lambda rng: f"?access_token={token(rng, 30)}",
)


def base62(rng: random.Random, size: int) -> str:
    """Make letters and digits."""
    return "".join(rng.choices(BASE62, k=size))


def checked_base62(rng: random.Random) -> str:
    """Make 36 letters and digits of which the last six are a checksum of the others."""
    body, tail = base62(rng, 30), ""
    rest = zlib.crc32(body.encode())
    for _ in range(6):
        rest, digit = divmod(rest, 62)
        tail = BASE62[digit] + tail
    return body + tail


SECRETS: tuple[Make, ...] = (
    lambda rng: f"ghp_{checked_base62(rng)}",
    lambda rng: f"npm_{checked_base62(rng)}",
    lambda rng: f"AKIA{''.join(rng.choices(BASE32, k=16))}",
    lambda rng: f"xoxb-{rng.randrange(10**11, 10**12)}-{rng.randrange(10**11, 10**12)}-{base62(rng, 24)}",
    lambda rng: f"sk_live_{base62(rng, 24)}",
    lambda rng: f"AIza{base62(rng, 35)}",
    lambda rng: f"glpat-{base62(rng, 20)}",
    lambda rng: f"SG.{base62(rng, 22)}.{base62(rng, 43)}",
    jwt,
)
"""Secrets of formats that secret rules know."""


def user_agents() -> tuple[str, ...]:
    """Return about 300 user agents."""
    desktops = ("Windows NT 10.0; Win64; x64", "Macintosh; Intel Mac OS X 10_15_7", "X11; Linux x86_64")
    phones = ("SM-S921B", "SM-A546E", "Pixel 8", "Pixel 7a", "2201117TG", "CPH2581", "moto g power (2023)")
    blink = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{}.0.0.0"
    apple = "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/{}.0 Mobile/15E148 Safari/604.1"
    made = [f"Mozilla/5.0 ({os}) {blink.format(v)} Safari/537.36" for os, v in product(desktops, range(104, 138))]
    made += [
        f"Mozilla/5.0 ({os}; rv:{v}.0) Gecko/20100101 Firefox/{v}.0" for os, v in product(desktops, range(115, 135))
    ]
    for phone, v in product(phones, range(120, 137)):
        made.append(f"Mozilla/5.0 (Linux; Android 14; {phone}) {blink.format(v)} Mobile Safari/537.36")
    for version in ("16_6", "17_4_1", "17_6", "18_1", "18_3"):
        made.append(f"Mozilla/5.0 (iPhone; CPU iPhone OS {version} like Mac OS X) {apple.format(version[:2])}")
    made.append("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)")
    return (*made, "curl/8.5.0", "Go-http-client/2.0", "python-requests/2.31.0", "okhttp/4.12.0", "axios/1.6.8")
