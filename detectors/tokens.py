"""What can be followed of a scrubbed value: the fingerprints in its marks; and keyed hashes of what has no mark."""

from __future__ import annotations

import hashlib
import re
from base64 import urlsafe_b64decode
from collections.abc import Callable
from typing import Any, Final

import orjson

from detectors.columns import LONGEST, MARK_LETTERS

Value = Any
"""Any JSON value."""

_KEYED = re.compile(r"\[[a-z][a-z0-9-]{0,63}~[A-Z2-7]{2}\.([A-Z2-7]{16})[A-Z2-7]{4}\]")
_SESSIONS = re.compile(r"\[(?:session|credential)~[A-Z2-7]{2}\.([A-Z2-7]{16})[A-Z2-7]{4}\]")
TILDE: Final = 25
"""Where, from its end, the sign before the key's id stands in a keyed mark."""


def marks(value: Value) -> str:
    """Return the fingerprints of the keyed marks in a scrubbed value, joined.

    >>> marks("Bearer [credential~KQ.ABCDEFGHIJKLMNOPQRST]"), marks("none"), marks(None)
    ('ABCDEFGHIJKLMNOP', '', '')
    """
    if value.__class__ is str:
        if 0 <= value.find("~") == len(value) - TILDE:
            return value[-21:-5]
        return "".join(_KEYED.findall(value)) if "~" in value else ""
    return "".join(map(marks, value)) if value.__class__ is list else ""


def sessions(value: Value) -> str:
    """Return the fingerprints of the session cookies in a scrubbed map of cookies, a Cookie or Set-Cookie header."""
    if value.__class__ is dict:
        found = ""
        for each in value.values():
            if each.__class__ is str:
                if len(each) > TILDE and each[-TILDE] == "~" and each[0] == "[":
                    found += each[-21:-5]
            elif each:
                found += sessions(each)
        return found
    if value.__class__ is str:
        return "".join(_SESSIONS.findall(value)) if "~" in value else ""
    return "".join(map(sessions, value)) if value.__class__ is list else ""


def more_sessions(value: Value, known: str) -> str:
    """Return those of another header, where it holds others: the same cookies are often logged twice.

    >>> more_sessions("sid=[session~KQ.ABCDEFGHIJKLMNOPQRST]; lang=de", "ABCDEFGHIJKLMNOP")
    ''
    """
    as_many = value.__class__ is str and value.count("~") * MARK_LETTERS == len(known)
    if as_many and all(known[at : at + MARK_LETTERS] in value for at in range(0, len(known), MARK_LETTERS)):
        return ""
    return sessions(value)


def person(value: Value, mark: Callable[[str], str]) -> str:
    """Return the fingerprint of a user: that of the mark, else one made here, where the policy keeps identities."""
    if value.__class__ is list:
        value = value[0] if value else ""
    if value.__class__ is not str:
        value = str(value) if value.__class__ is int else ""
    return marks(value) or (marks(mark(value)) if value and value[0] != "[" else "")


def strong_tag(tag: Value) -> str:
    """Return an ETag that is equal only for equal bytes; empty for a weak one."""
    return tag if tag.__class__ is str and not tag.startswith(("W/", "[")) else ""


def hashing(seed: bytes) -> Callable[[str], int]:
    """Return a keyed hash of 64 bits, the same for the same seed."""
    base = hashlib.blake2b(key=seed[:64], digest_size=8, person=b"edgesieve-sight")
    copy, as_int = base.copy, int.from_bytes

    def hashed(text: str) -> int:
        state = copy()
        state.update(text.encode())
        return as_int(state.digest(), "big")

    return hashed


_JWT: Final = re.compile(r"(?i)(?:bearer\s+)?(eyJ[\w-]{10,4000})\.([\w-]{2,8000})\.[\w-]{0,2000}", re.ASCII)


def claims(authorization: Value) -> tuple[str, str]:
    """Return issuer and audience of a JWT, unverified; empty where there is none."""
    found = _JWT.match(authorization) if authorization.__class__ is str and "eyJ" in authorization[:12] else None
    if found is None:
        return "", ""
    try:
        body = orjson.loads(urlsafe_b64decode(found[2] + "=" * (-len(found[2]) % 4)))
    except ValueError:
        return "", ""
    return (_claim(body, "iss"), _claim(body, "aud")) if isinstance(body, dict) else ("", "")


def _claim(body: dict[str, Value], name: str) -> str:
    value = body.get(name)
    first = value[0] if isinstance(value, list) and value else value
    return first[:LONGEST] if isinstance(first, str) else ""


_ERROR_NAME = re.compile(r"[A-Za-z_$][A-Za-z_$.]{0,60}", re.ASCII)
_DIGITS = re.compile(r"\d+|0x[0-9a-f]+", re.ASCII)


def crash(exceptions: Value) -> tuple[str, str]:
    """Return name, and name with top frame or message without digits, of the first exception of a trace event."""
    first = exceptions[0] if isinstance(exceptions, list) and exceptions else None
    if not isinstance(first, dict):
        return "", ""
    given = _text(first, "Name")
    name = given if _ERROR_NAME.fullmatch(given) else "Error"
    frame = next((line.strip() for line in _text(first, "Stack").split("\n")[:4] if "at " in line), "")
    return name, _DIGITS.sub("#", f"{name} {frame or _text(first, 'Message')[:LONGEST]}")


def _text(parts: dict[str, Value], name: str) -> str:
    value = parts.get(name, parts.get(name.lower()))
    return value if isinstance(value, str) else ""
