"""Who may upload: secrets in a header, bearer tokens, users with passwords, compared in constant time."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Credential:
    """One header and the one value of it that is let in."""

    header: str
    value: bytes = field(repr=False)


def credential(said: str, secret: str) -> Credential:
    """Return what a way to prove oneself asks for: "header:NAME", "bearer" or "basic:USER", with its secret.

    >>> credential("header:X-Secret", "s3"), credential("bearer", "t0").value, credential("basic:me", "pw").value
    (Credential(header='X-Secret'), b'Bearer t0', b'Basic bWU6cHc=')
    """
    kind, _, name = said.partition(":")
    if kind == "header":
        return Credential(name, secret.encode())
    if kind == "bearer":
        return Credential("Authorization", b"Bearer " + secret.encode())
    pair = base64.b64encode(f"{name}:{secret}".encode())
    return Credential("Authorization", b"Basic " + pair)


def admits(credentials: Sequence[Credential], headers: Mapping[str, str]) -> bool:
    """Tell whether one of the credentials stands in the headers; without credentials everybody may come.

    All are compared, and each whole, so that the time tells nothing.
    """
    found = not credentials
    for each in credentials:
        given = headers.get(each.header, "").encode("utf-8", "surrogateescape")
        found |= hmac.compare_digest(given, each.value)
    return found
