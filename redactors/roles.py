"""Roles: what a field means to the detectors; which there are, and what is wrong with what a dataset says of one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from redactors.base import right_names

ROLES = frozenset(
    "account action actor cache children client colo configuration console content_type cookies credentials exceptions"
    " host interface limited_by method origin outbound outcome parent ray redirect resource response_fingerprint route"
    " rule scheme script service set_cookies side size status token version worker_zone zone".split()
)
"""What a field can mean to the detectors."""

SIDE = "side"
"""The role whose table names values by the side that they stand for: each key but `field` and `else` is one."""

_FIELD_KEYS = frozenset({"field", "origin", "rule"})
_KEYS = _FIELD_KEYS | {"else", "none", "status"}


def faults_of_role(role: str, value: object, fields: Mapping[str, str]) -> Iterator[str]:
    """Tell what is wrong with a role: a field (`Event.RayID` for one inside), a list of fields, or a table."""
    if role not in ROLES:
        yield f"roles.{role}: no such role; {right_names(role, ROLES)}"
    meant: object = [value] if isinstance(value, str) else value
    if isinstance(value, dict):
        yield from _faults_of_keys(role, value)
        meant = [value[key] for key in sorted(_FIELD_KEYS & value.keys())]
    if not _are_names(meant):
        yield f"roles.{role}: of the wrong type; right would be a field, a list of fields or a table"
        return
    for field in meant if isinstance(meant, list) else ():
        if field.partition(".")[0] not in fields:
            yield f"roles.{role}: {field} is no field of this dataset; {right_names(field.partition('.')[0], fields)}"


def _faults_of_keys(role: str, table: Mapping[str, object]) -> Iterator[str]:
    for key in sorted(table.keys() - _KEYS):
        if role != SIDE:
            yield f"roles.{role}.{key}: no such key; {right_names(key, _KEYS)}"
        elif not _are_names(table[key]):
            yield f"roles.{role}.{key}: of the wrong type; right would be a list of values"


def _are_names(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)
