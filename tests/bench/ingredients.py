"""What made-up logs are made of: addresses, clients, paths and queries."""

from __future__ import annotations

import random
from dataclasses import dataclass

from pipeline.simulator.tokens import Make, jwt, token, uuid

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
