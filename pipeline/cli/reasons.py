"""Why a value stays or goes, in words: the last column of `edgesieve explain`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pipeline.cli.effects import effect
from pipeline.explaining.deeds import rule_of
from pipeline.explaining.explainer import Told
from redactors.base import RECORDS_PREFIX
from redactors.names import class_of_name
from redactors.policy import Policy

DEAD: Mapping[str, str] = {
    "not_json": "the line is no JSON, even read leniently",
    "not_object": "the line is JSON, but no object",
    "too_deep": "nested deeper than limits.depth",
    "line_too_long": "longer than limits.line_bytes",
    "unrecognised": "no dataset fits its fields; right would be --dataset NAME, or --dataset generic for any",
    "number_out_of_range": "a number of thousands of digits",
    "unscrubbable": "a redactor met what it was not made for, or a secret would not go away; please report it",
    "truncated": "the input ends in the middle of compressed data",
    "corrupt": "the compressed data is damaged",
    "too_large": "the input is larger than the limits",
    "ratio": "the input inflates beyond the limits",
    "not_csv": "a row in which a quote does not end, or stands where none may",
    "wrong_columns": "a row of more or fewer cells than there are columns",
    "broken_document": "JSON that breaks off, or is none from here on",
    "killed": "a line on which worker processes of a live run die or hang",
}
"""By the reason of a dead letter."""

_BY_MARK = {
    "body": "a body never leaves",
    "cookie": "a cookie's value, whatever it is",
    "credential": "a credential, by the name or the place it stands under",
    "email": "an e-mail address",
    "geo": "where someone is",
    "header": "a header on no list of harmless ones",
    "identity": "tells who it was",
    "ip": "an address",
    "ip-encrypted": "an address, encrypted",
    "param": "a parameter that is not kept",
    "path": "a path segment that may be a secret: behind a telling word, or random",
    "session": "a session, by its name",
    "token": "a long random run of letters and digits",
}
_KEPT = {
    "headers": "harmless by its name, or nothing in it to hide",
    "cookies": "kept by its name, or a mark already",
    "url": "no user info, query, fragment or secret segment",
    "path": "no secret segment",
    "text": "no secret found in it",
    "text.user_agent": "no secret found in it",
    "object": "no secret by its name, and none found in it",
    "unknown": "in no list of this dataset; no secret by its name, and none found in it",
}
_CHOSEN = frozenset({"ip", "identity", "email"})
"""Classes whose values a policy may keep."""


def why(told: Told, policy: Policy, families: Mapping[str, str]) -> str:
    """Say why a value leaves as it does; `families` are the families of the secret rules by id."""
    return "; ".join(_reasons(told, policy, families))


def by(told: Told, families: Mapping[str, str]) -> list[str]:
    """Name what acted: secret rules by their ids, the redactor by its field class; nothing where a value stays."""
    if told.deed.action == "kept":
        return []
    names = [rule_of(mark) for mark, _ in told.deed.marks]
    rules = [f"rule {name}" for name in names if _is_rule(name, told, families)]
    return rules if len(rules) == len(names) > 0 and not told.deed.removed else [told.field_class, *rules]


def _is_rule(name: str, told: Told, families: Mapping[str, str]) -> bool:
    """Tell whether a mark is a rule's: the redactor of a class may bear the same name."""
    return name in families and name not in (told.field_class, class_of_name(told.path.rpartition(".")[2]))


def _reasons(told: Told, policy: Policy, families: Mapping[str, str]) -> Iterator[str]:
    action = told.deed.action
    if action == "kept":
        yield _kept(told, policy)
    elif action == "dropped":
        yield 'in no list of this dataset, and unknown = "drop"'
    for mark, count in told.deed.marks:
        name = rule_of(mark)
        reason = f"rule {name} of {families[name]}" if _is_rule(name, told, families) else _BY_MARK.get(name, "")
        yield f"{reason} ({count} times)" if count > 1 else reason
    if told.deed.removed:
        yield f"{' and '.join(told.deed.removed)} removed"
    elif action not in ("kept", "dropped") and not told.deed.marks:
        yield _by_class(told, policy)
    if told.late:
        yield "found by the last look at what leaves"
    for rule in told.shadow:
        yield f"rule {rule} hits, but is in shadow: it only counts"


def _kept(told: Told, policy: Policy) -> str:
    if not told.length:
        return {"boolean": "a boolean", "null": "no value"}.get(told.type, "empty")
    if told.type == "number":
        return "a number"
    if told.field_class in _CHOSEN:
        chosen = effect(told.field_class, policy) == "kept"
        return "kept by your policy" if chosen else "already as redacting leaves it"
    if told.field_class.startswith(RECORDS_PREFIX):
        return "no record"
    return _KEPT.get(told.field_class) or effect(told.field_class, policy)


def _by_class(told: Told, policy: Policy) -> str:
    if told.deed.action == "nulled":
        return "has not the type of its class"
    if told.deed.action == "truncated":
        return "addresses are cut to their networks"
    return effect(told.field_class, policy)
