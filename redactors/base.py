"""The words of redaction: a record, the closed list of field classes, the tally, the one error of a bad set-up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from typing import Any

Record = dict[str, Any]
"""One decoded log line. It never leaves the engine."""

Value = Any
"""Any JSON value: dict, list, str, int, float, bool or None."""

FIELD_CLASSES = (
    "url",
    "query",
    "path",
    "headers",
    "cookies",
    "credential",
    "identity",
    "email",
    "ip",
    "ip.infrastructure",
    "ip.actor",
    "geo",
    "text",
    "text.user_agent",
    "body",
    "object",
    "host",
    "safe",
    "safe.list",
    "unknown",
)
"""Every field class but `records.DATASET` (nested records, each scrubbed as that dataset)."""

RECORDS_PREFIX = "records."


class ConfigurationError(Exception):
    """A policy, rule, dataset, key or configuration that cannot be used: says where, what, and what would be right."""


def right_names(name: str, known: Iterable[str]) -> str:
    """Say what would be right in place of a name that is not known.

    >>> right_names("hots", ("host", "path"))
    'right would be host'
    """
    names = sorted(known)
    near = get_close_matches(name, names, n=3) or names
    return f"right would be {'one of ' if len(near) > 1 else ''}{', '.join(near)}"


@dataclass(slots=True)
class Tally:
    """What was done to one batch, in counts only; sums of tallies are tallies of the joined batches."""

    records: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By (dataset, outcome); outcome is redacted, clean or dead."""
    redactions: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By (dataset, family): a field class, or the family of a secret rule."""
    rule_hits: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By (rule id, state); state is active or shadow."""
    unknown_fields: Counter[str] = field(default_factory=Counter)
    """By dataset: values met under names that the dataset does not list."""
    dead: Counter[str] = field(default_factory=Counter)
    """By reason."""
    marked_paths: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By (dataset, template of a path in which something was marked), where a report of them is asked for."""
    lines: int = 0
    bytes_in: int = 0
    """Inflated bytes read."""
    bytes_out: int = 0
    """Safe bytes before compression."""
    interpreted: int = 0
    """Records that met more field lists than plans are kept for."""
    unseen: int = 0
    """Records in which detection saw nothing, by a fault of the program; they left all the same."""

    def merge(self, other: Tally) -> None:
        """Add the counts of `other` to this tally."""
        for each in fields(self):
            mine, theirs = getattr(self, each.name), getattr(other, each.name)
            if isinstance(mine, Counter):
                mine.update(theirs)
            else:
                setattr(self, each.name, mine + theirs)
