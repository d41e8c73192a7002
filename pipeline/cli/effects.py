"""What happens to a field of a class under a policy, in words: the lines of `edgesieve check`."""

from __future__ import annotations

from redactors.base import RECORDS_PREFIX
from redactors.policy import Policy

_FOLLOWED = "marked with a fingerprint"

_ALWAYS = {
    "path": "secret segments marked; the rest kept",
    "headers": "names kept; each value by its header's name: kept, marked, or [header]",
    "cookies": f"names kept; sessions and credentials {_FOLLOWED}, others [cookie]",
    "credential": f"{_FOLLOWED}; the scheme kept",
    "ip.infrastructure": "kept",
    "ip.actor": "kept",
    "text": "secrets, keys' values, URLs and JSON inside it made safe; the rest kept",
    "body": "[body], or null where it is no string",
    "object": "each value by its key's name and by what it holds",
    "host": "kept, and scanned for secrets",
    "safe": "kept, and scanned for secrets",
    "safe.list": "a list of safe values: kept, and scanned for secrets",
}

_URL_REST = "secret path segments marked; the rest kept"
_CHOSEN = {
    ("url", "strip"): f"user info, query and fragment removed; {_URL_REST}",
    ("url", "params"): f"user info and fragment removed; parameters marked but for those kept; {_URL_REST}",
    ("query", "strip"): "emptied",
    ("query", "params"): "values marked but for the parameters kept",
    ("ip", "keep"): "kept",
    ("ip", "truncate"): "cut to its network: /24, or /48",
    ("ip", "mark"): _FOLLOWED,
    ("ip", "encrypt"): "encrypted, IPv6 to its /64: prefixes stay comparable, `key lookup` tells whose it is",
    ("ip", "drop"): "[ip]",
    ("identity", "mark"): _FOLLOWED,
    ("identity", "keep"): "kept",
    ("email", "mark"): f"{_FOLLOWED}; the domain kept",
    ("email", "keep"): "kept",
    ("email", "drop"): "[email]",
    ("geo", "coarse"): "latitude and longitude to one decimal; names of places kept",
    ("geo", "drop"): "[geo]",
    ("text.user_agent", "keep"): _ALWAYS["text"],
    ("text.user_agent", "family"): "reduced to the browser's family",
    ("unknown", "scrub"): "as text, and by the field's name; counted",
    ("unknown", "drop"): "removed; counted",
}


_WITHOUT_KEY = {
    "mark": "[ip]: no key is named to mark it by",
    "encrypt": "[ip]: no key is named to encrypt it by",
}


def effect(field_class: str, policy: Policy, *, keyed: bool = True) -> str:
    """Say what a policy does to a field of a class, with a key ring or without one."""
    if field_class == "ip" and not keyed and policy.ip in _WITHOUT_KEY:
        return _WITHOUT_KEY[policy.ip]
    told = _effect(field_class, policy)
    return told if keyed else told.replace(_FOLLOWED, "marked")


def is_kept(field_class: str, policy: Policy) -> bool:
    """Tell whether a field of a class stays as it is, but for what the scan for secrets finds in it."""
    return field_class == "safe.list" or (
        not field_class.startswith(RECORDS_PREFIX) and _effect(field_class, policy).startswith("kept")
    )


def _effect(field_class: str, policy: Policy) -> str:
    if field_class.startswith(RECORDS_PREFIX):
        return f"each record inside made safe as {field_class.removeprefix(RECORDS_PREFIX)}"
    if field_class in _ALWAYS:
        return _ALWAYS[field_class]
    choices = {
        "url": policy.query,
        "query": policy.query,
        "ip": policy.ip,
        "identity": policy.identity,
        "email": policy.email,
        "geo": policy.geo,
        "text.user_agent": policy.user_agent,
        "unknown": policy.unknown,
    }
    return _CHOSEN[field_class, choices[field_class]]
