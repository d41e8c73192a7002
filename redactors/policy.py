"""The user's choices of what may leave, by value; `redactors.plan` compiles them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace

from redactors.base import ConfigurationError

CHOICES: Mapping[str, tuple[str, ...]] = {
    "profile": ("standard", "strict", "forensic"),
    "query": ("strip", "params"),
    "ip": ("keep", "truncate", "mark", "encrypt", "drop"),
    "unknown": ("scrub", "drop"),
    "geo": ("coarse", "drop"),
    "identity": ("mark", "keep"),
    "email": ("mark", "keep", "drop"),
    "user_agent": ("keep", "family"),
    "scope": ("global", "account", "zone"),
}
"""The closed list of words for each choice."""

SAFE_PARAMETERS = (
    "page",
    "per_page",
    "limit",
    "offset",
    "sort",
    "order",
    "lang",
    "locale",
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "utm_term",
    "utm_content",
)


@dataclass(frozen=True, slots=True)
class Policy:
    """What may leave. The defaults are the profile `standard`; the words of each choice are in `CHOICES`."""

    profile: str = "standard"
    query: str = "strip"
    params_keep: tuple[str, ...] = SAFE_PARAMETERS
    path_templates: tuple[str, ...] = ()
    ip: str = "truncate"
    unknown: str = "scrub"
    personal: bool = True
    cookies_keep: tuple[str, ...] = ()
    headers_keep: tuple[str, ...] = ()
    geo: str = "coarse"
    identity: str = "mark"
    email: str = "mark"
    user_agent: str = "keep"
    rules_disabled: tuple[str, ...] = ()
    rules_shadow: tuple[str, ...] = ()
    rules_allow: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """RE2 patterns of values that a rule leaves alone, by rule id."""
    field_classes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Field class by dataset and field name; overrides the dataset's own."""
    identity_request: tuple[str, ...] = ()
    """`FIELD.header-name` of headers that name the user who asks."""
    identity_response: tuple[str, ...] = ()
    session_cookies: tuple[str, ...] = ()
    """Cookie names that are sessions beside those known by name."""
    scope: str = "global"
    """How far marks can be joined."""

    def __post_init__(self) -> None:
        """Refuse a word that no choice has.

        Raises:
            ConfigurationError: naming the choice and its words.

        """
        for name, words in CHOICES.items():
            if getattr(self, name) not in words:
                message = f"redact.{name}: unknown word; right would be one of {', '.join(words)}"
                raise ConfigurationError(message)

    @property
    def digest(self) -> str:
        """Name this policy by its content: 16 hex digits, the same for equal policies."""
        text = repr([(each.name, _plain(getattr(self, each.name))) for each in fields(self)])
        return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return sorted((key, _plain(inner)) for key, inner in value.items())
    return value


PROFILES: Mapping[str, Policy] = {
    "standard": Policy(),
    "strict": replace(Policy(), profile="strict", unknown="drop", ip="drop", user_agent="family"),
    "forensic": replace(Policy(), profile="forensic", query="params", ip="mark"),
}


def profile(name: str) -> Policy:
    """Return the policy that a profile stands for.

    Raises:
        ConfigurationError: no profile has this name.

    """
    if name not in PROFILES:
        message = f"redact.profile: unknown profile; right would be one of {', '.join(PROFILES)}"
        raise ConfigurationError(message)
    return PROFILES[name]
