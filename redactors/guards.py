"""What the last scan looks for beside secrets: signs that a line must be read again, with care.

Both signs are searched for in the bytes that leave, where one pattern more costs nothing, instead of in each record,
where looking at the type of 70 fields that are never touched otherwise costs a sixth of the whole.
"""

from __future__ import annotations

from redactors.datasets import Catalogue

WIDE_NUMBER = r"[0-9]e\+[0-9]{2}"
"""How orjson writes a float of 1e16 and more, which an integer beyond 64 bits silently became."""

_HOT_DATASETS = ("http_requests", "workers_trace_events")


def guarded_names(catalogue: Catalogue) -> frozenset[str]:
    """Return the fields of plain scalars under which `guard_patterns` finds any object or list that is not empty."""
    hot = (catalogue[name].fields for name in _HOT_DATASETS if name in catalogue.names())
    return frozenset(name for fields in hot for name, of in fields.items() if of in {"safe", "host"})


def guard_patterns(catalogue: Catalogue) -> tuple[str, ...]:
    """Return the patterns, for serialised JSON, that call for a careful reading of a line."""
    names = "|".join(sorted(guarded_names(catalogue)))
    return WIDE_NUMBER, rf'"(?:{names})":[\[{{][^\]}}]'
