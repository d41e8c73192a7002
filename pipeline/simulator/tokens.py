"""Made-up tokens and secrets of known formats, all drawn from a seed; none opens anything."""

from __future__ import annotations

import zlib
from base64 import urlsafe_b64encode
from collections.abc import Callable
from random import Random

Make = Callable[[Random], str]

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


def token(rng: Random, size: int) -> str:
    """Make URL-safe base64 of this many random bytes."""
    return urlsafe_b64encode(rng.randbytes(size)).decode().rstrip("=")


def uuid(rng: Random) -> str:
    """Make a random UUID."""
    digits = rng.randbytes(16).hex()
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


def jwt(rng: Random) -> str:
    """Make a token of three parts that says little, of which the last is no true signature."""
    return signed(rng, b'{"sub":"%d","exp":1767312000}' % rng.getrandbits(40))


def signed(rng: Random, claims: bytes) -> str:
    """Make a token of three parts with these claims; the last is no true signature."""
    body = urlsafe_b64encode(claims).decode().rstrip("=")
    return f"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.{body}.{token(rng, 32)}"


def base62(rng: Random, size: int) -> str:
    """Make letters and digits."""
    return "".join(rng.choices(_BASE62, k=size))


def checked_base62(rng: Random) -> str:
    """Make 36 letters and digits of which the last six are a checksum of the others."""
    body, tail = base62(rng, 30), ""
    rest = zlib.crc32(body.encode())
    for _ in range(6):
        rest, digit = divmod(rest, 62)
        tail = _BASE62[digit] + tail
    return body + tail


SECRETS: tuple[Make, ...] = (
    lambda rng: f"ghp_{checked_base62(rng)}",
    lambda rng: f"npm_{checked_base62(rng)}",
    lambda rng: f"AKIA{''.join(rng.choices(_BASE32, k=16))}",
    lambda rng: f"xoxb-{rng.randrange(10**11, 10**12)}-{rng.randrange(10**11, 10**12)}-{base62(rng, 24)}",
    lambda rng: f"sk_live_{base62(rng, 24)}",
    lambda rng: f"AIza{base62(rng, 35)}",
    lambda rng: f"glpat-{base62(rng, 20)}",
    lambda rng: f"SG.{base62(rng, 22)}.{base62(rng, 43)}",
    jwt,
)
"""Secrets of formats that secret rules know."""
