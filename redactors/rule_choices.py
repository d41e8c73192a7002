"""Choose among rules by the user's policy, and keep them as bytes for the start-up cache."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace

import orjson

from redactors.base import ConfigurationError
from redactors.rule_rows import Rule, compile_pattern

PERSONAL = "personal"
"""The family of rules for personal data, which can be switched as one."""


def select(
    rules: Iterable[Rule],
    disabled: Iterable[str] = (),
    shadow: Iterable[str] = (),
    allow: Mapping[str, tuple[str, ...]] | None = None,
    *,
    personal: bool = True,
) -> tuple[Rule, ...]:
    """Return the rules that the user's choices leave, numbered anew.

    Raises:
        ConfigurationError: a choice names no rule, or allows by what is not an RE2 pattern.

    """
    rules, disabled, shadow, allow = tuple(rules), frozenset(disabled), frozenset(shadow), allow or {}
    ids = [rule.id for rule in rules]
    for key, names in (("disabled", disabled), ("shadow", shadow), ("allow", allow.keys())):
        for name in sorted(names - set(ids)):
            message = f"rules.{key}: unknown rule {name!r}; {_nearest(name, ids)}"
            raise ConfigurationError(message)
    for name, patterns in allow.items():
        for pattern in patterns:
            _refuse_foreign(f"rules.allow.{name}", pattern)
    kept = (rule for rule in rules if rule.id not in disabled and (personal or rule.family != PERSONAL))
    return tuple(
        replace(
            rule,
            number=number,
            state="shadow" if rule.id in shadow else rule.state,
            allow=rule.allow + tuple(allow.get(rule.id, ())),
        )
        for number, rule in enumerate(kept)
    )


def rules_to_json(rules: Iterable[Rule]) -> bytes:
    """Return compiled rules as bytes for the start-up cache."""
    return orjson.dumps([asdict(rule) for rule in rules])


def rules_from_json(data: bytes) -> tuple[Rule, ...]:
    """Return the rules that `rules_to_json` wrote.

    Raises:
        ConfigurationError: the bytes are not of this version.

    """
    try:
        return tuple(Rule(**{**row, "allow": tuple(row["allow"])}) for row in orjson.loads(data))
    except (ValueError, TypeError, KeyError):
        message = "rules: the cached rules are not of this version; right would be to compile them anew"
        raise ConfigurationError(message) from None


def _nearest(name: str, ids: list[str]) -> str:
    near = difflib.get_close_matches(name, ids, n=3, cutoff=0.5)
    return f"nearest: {', '.join(near)}" if near else "`edgesieve rules list` names them all"


def _refuse_foreign(where: str, pattern: str) -> None:
    try:
        compile_pattern(pattern)
    except ConfigurationError as error:
        message = f"{where}: {error}"
        raise ConfigurationError(message) from None
