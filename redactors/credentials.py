"""Credentials and identities: replaced by a mark that can be followed; a scheme stays."""

from __future__ import annotations

import re
from collections.abc import Callable

from redactors.marks import PLATFORM_MARK, Marker

_NAMES = (
    "basic|bearer|digest|dpop|hawk|hoba|mutual|negotiate|ntlm|vapid|token|apikey|api-key|key|oauth|"
    "aws4-hmac-sha256|aws4-ecdsa-p256-sha256|aws|scram-sha-1|scram-sha-256|sharedkey|sharedaccesssignature|signature|"
    "gnap|concealed|privatetoken|splunk|jwt"
)
SCHEMES = frozenset(_NAMES.split("|"))
"""Schemes of the Authorization header (IANA HTTP Authentication Scheme Registry, and use)."""
_USUAL_SCHEMES = frozenset({"Basic", "Bearer"})
_ODD_STARTS = f"[{PLATFORM_MARK[0]} \t"
SCHEME = re.compile(rf"(?i)(\s*(?:{_NAMES})\s+)(?=\S)")
"""A scheme with the space behind it."""


def credential_redactor(marker: Marker, rule: str = "credential") -> Callable[[str], str]:
    """Return the redactor of the class `credential`: `Bearer abc` becomes `Bearer [credential~…]`."""
    keyed, stood = marker.keyer(rule), marker.stood

    def redact(value: str) -> str:
        first, _, rest = value.partition(" ")
        if rest and rest[0] not in _ODD_STARTS and (first in _USUAL_SCHEMES or first.lower() in SCHEMES):
            return f"{first} {keyed(rest)}"
        return odd(value)

    def odd(value: str) -> str:
        scheme = SCHEME.match(value) if " " in value or "\t" in value else None
        start = scheme[0] if scheme else ""
        token = value[len(start) :]
        kept = not token or token.isspace() or token == PLATFORM_MARK or (token[0] == "[" and stood(token))
        return value if kept else start + keyed(token)

    return redact


def identity_redactor(choice: str, marker: Marker) -> Callable[[str], str]:
    """Return the redactor of the class `identity`."""

    def keep(value: str) -> str:
        marker.stood(value)
        return value

    def redact(value: str) -> str:
        return value if not value or marker.stood(value) else marker.keyed("identity", value)

    return keep if choice == "keep" else redact


def email_redactor(choice: str, marker: Marker) -> Callable[[str], str]:
    """Return the redactor of the class `email`: the local part is marked, the domain stays."""
    if choice == "keep":
        return str

    def redact(value: str) -> str:
        local, at, domain = value.rpartition("@")
        plain_domain = at and DOMAIN.fullmatch(domain)
        if not value or marker.stood(value) or (plain_domain and marker.stood(local)):
            return value
        if choice == "drop":
            return marker.plain("email")
        return marker.keyed("email", value.lower()) + (f"@{domain}" if plain_domain else "")

    return redact


DOMAIN = re.compile(r"[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")
