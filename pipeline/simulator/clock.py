"""Moments as logs spell them. Nothing here knows what time it is."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache


def rfc3339(moment: int) -> str:
    """Spell nanoseconds since 1970 to the second.

    >>> rfc3339(1_772_442_840_999_000_000)
    '2026-03-02T09:14:00Z'
    """
    minute, rest = divmod(moment, 60_000_000_000)
    return f"{_minute(minute)}{rest // 1_000_000_000:02}Z"


def rfc3339_ms(moment: int) -> str:
    """Spell nanoseconds since 1970 to the millisecond.

    >>> rfc3339_ms(1_772_442_840_999_000_000)
    '2026-03-02T09:14:00.999Z'
    """
    minute, rest = divmod(moment, 60_000_000_000)
    return f"{_minute(minute)}{rest // 1_000_000_000:02}.{rest // 1_000_000 % 1000:03}Z"


def compact(second: int) -> str:
    """Spell seconds since 1970 as names of objects do.

    >>> compact(1_772_442_840)
    '20260302T091400Z'
    """
    return datetime.fromtimestamp(second, UTC).strftime("%Y%m%dT%H%M%SZ")


@lru_cache(4096)
def _minute(minute: int) -> str:
    return datetime.fromtimestamp(minute * 60, UTC).strftime("%Y-%m-%dT%H:%M:")
