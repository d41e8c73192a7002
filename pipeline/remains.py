"""What a dead letter may tell of its line: time, ray and status, where they are nothing but that. Pure."""

from __future__ import annotations

import re

from redactors.base import Record

_RAY = re.compile(r"[0-9a-f]{16}")
_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,9})?Z?|1\d{9}(?:\d{3}|\d{6}|\d{9})?")
"""RFC 3339, or seconds, milli-, micro- or nanoseconds of this age: no number of another kind passes for one."""
_TIME_NAMES = ("EdgeStartTimestamp", "Datetime", "Timestamp", "EventTimestampMs", "When", "ActionTimestamp", "time")
_MAX_STATUS = 599


def remains(record: Record) -> tuple[str | None, str | None, int | None]:
    """Return time, ray and status of a record; None for each that is something else."""
    ray, status = record.get("RayID"), record.get("EdgeResponseStatus")
    time = next((str(record[name]) for name in _TIME_NAMES if name in record), "")
    return (
        time if _TIME.fullmatch(time) else None,
        ray if isinstance(ray, str) and _RAY.fullmatch(ray) else None,
        status if isinstance(status, int) and 0 <= status <= _MAX_STATUS else None,
    )
