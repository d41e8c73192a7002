"""The choices that a configuration makes beyond its profile, and those among them that let through what is secret."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields

from redactors.headers import kind
from redactors.names import secrecy
from redactors.policy import PROFILES, Policy

_KEYS = {
    "field_classes": "redact.datasets",
    "identity_request": "identity.request",
    "identity_response": "identity.response",
    "session_cookies": "identity.session_cookies",
    "scope": "key.scope",
}
"""Keys of the configuration whose choice has another name in the policy, or another section than `redact`."""
_SECRET_HEADERS = frozenset({"credential", "cookie", "set-cookie"})


def choices(policy: Policy) -> Iterator[tuple[str, str]]:
    """Yield each choice that is not as the profile has it, and what was chosen."""
    profile = PROFILES[policy.profile]
    for name in (each.name for each in fields(Policy)):
        chosen = getattr(policy, name)
        if chosen != getattr(profile, name):
            yield _KEYS.get(name, f"redact.{name}"), _spelt(chosen)


def warnings(policy: Policy) -> Iterator[str]:
    """Yield a line for each choice that lets through what is secret, or that changes nothing."""
    for name in policy.cookies_keep:
        if secrecy(name) or name in policy.session_cookies:
            yield f"cookies_keep: {name} holds a session or a credential, and its value stays"
    for name in policy.headers_keep:
        if kind(name.lower()) in _SECRET_HEADERS:
            yield f"headers_keep: {name} holds credentials or cookies, and its value stays after a scan"
    if policy.query == "params":
        for name in filter(secrecy, policy.params_keep):
            yield f"params_keep: {name} is the name of a secret, and its value stays"
    elif policy.params_keep != PROFILES[policy.profile].params_keep:
        yield 'params_keep: changes nothing unless query = "params": queries are removed'
    for template in policy.path_templates:
        if "{" not in template:
            yield f"path_templates: {template} has no {{secret}}, and marks nothing"
    for rule in policy.rules_disabled:
        if rule in policy.rules_shadow:
            yield f"rules_shadow: {rule} is disabled too, and does not count"


def _spelt(value: object) -> str:
    """Spell a choice.

    >>> _spelt(("a", "b")), _spelt({"x": {"f": "text"}}), _spelt(True)
    ('a, b', 'x: (f: text)', 'true')
    """
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    if isinstance(value, Mapping):
        inner = (
            (name, f"({_spelt(each)})" if isinstance(each, Mapping) else _spelt(each)) for name, each in value.items()
        )
        return "; ".join(f"{name}: {each}" for name, each in inner)
    return str(value).lower() if isinstance(value, bool) else str(value)
