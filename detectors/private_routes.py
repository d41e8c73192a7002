"""Which routes are one user's alone, by the patterns that the owner gave; also where a path only hides such a one."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from detectors.facts import matches

_KEPT: Final = 8192
_LEAST_PARTS: Final = 3
"""Of a pattern, the empty one before the first slash included, below which `*` in its last place would fit anything."""


@lru_cache(_KEPT)
def is_among(patterns: tuple[str, ...], route: str) -> bool:
    """Tell whether a route fits one of these patterns.

    >>> is_among(("/account/*",), "/account/orders/*"), is_among((), "/account")
    (True, False)
    """
    return any(matches(pattern, route) for pattern in patterns)


@lru_cache(_KEPT)
def hides_one(patterns: tuple[str, ...], route: str) -> bool:
    """Tell whether the route of an odd path lies below one of these patterns, or is one with a delimiter at its end.

    >>> hides_one(("/account/profile",), "/account/profile/style.css"), hides_one(("/account/profile",), "/account/*")
    (True, True)
    """
    return is_among(patterns, route) or any(_lies_below(pattern.split("/"), route.split("/")) for pattern in patterns)


def _lies_below(wanted: list[str], given: list[str]) -> bool:
    if len(given) < len(wanted):
        return False
    *way, end = zip(wanted, given, strict=False)
    same_way = all(want in ("*", has) for want, has in way)
    return same_way and (end[0] in ("*", end[1]) or (end[1] == "*" and len(wanted) >= _LEAST_PARTS))
