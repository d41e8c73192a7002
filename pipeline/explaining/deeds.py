"""What was done to one value, told by comparing it as it came with it as it leaves. Pure.

Nothing here knows how a value is made safe: it looks at what the engine did, so that it cannot say otherwise.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from redactors.addresses import looks_like_address
from redactors.base import Value
from redactors.marks import MARK

ACTIONS = (
    "kept",
    "marked",
    "marked in part",
    "truncated",
    "cut",
    "emptied",
    "nulled",
    "dropped",
    "rounded",
    "replaced",
)
_ADDRESS = re.compile(r"([0-9A-Fa-f:.]{2,45})")
_NUMBER = re.compile(r"\s*-?\d{1,3}\.\d+\s*", re.ASCII)
_URL = re.compile(r"\s*(?:[A-Za-z][A-Za-z0-9+.-]*:)?/")


class Absent:
    """The type of `ABSENT`: no value stands here."""


ABSENT: Final = Absent()


@dataclass(frozen=True, slots=True)
class Deed:
    """What was done to a value."""

    action: str
    """One of `ACTIONS`."""
    marks: tuple[tuple[str, int], ...] = ()
    """New marks, `[rule]` or `[rule~…]`, and how often."""
    removed: tuple[str, ...] = ()
    """Parts of a URL: user info, query, fragment."""


def deed(before: Value, after: Value) -> Deed:
    """Tell what was done to a value.

    >>> deed("203.0.113.77", "203.0.113.0").action, deed("/a?b=1", "/a").removed, deed("x", "[token]").marks
    ('truncated', ('query',), (('[token]', 1),))
    """
    if after is ABSENT:
        return Deed("dropped")
    if before == after:
        return Deed("kept")
    if after is None:
        return Deed("nulled")
    if isinstance(before, str) and isinstance(after, str):
        return _deed_of_text(before, after)
    return Deed("rounded" if _is_number(before) and _is_number(after) else "replaced")


def rule_of(mark: str) -> str:
    """Return the rule that a mark names.

    >>> rule_of("[github-token~…]"), rule_of("[cookie]")
    ('github-token', 'cookie')
    """
    return mark.strip("[]").partition("~")[0]


def _deed_of_text(before: str, after: str) -> Deed:
    marks = tuple(sorted((_marks(after) - _marks(before)).items()))
    removed = tuple(_removed(before, after))
    if not after:
        return Deed("emptied")
    if marks:
        return Deed("marked" if MARK.fullmatch(after) else "marked in part", marks, removed)
    if _is_truncated(before, after):
        return Deed("truncated")
    if _NUMBER.fullmatch(before) and _NUMBER.fullmatch(after):
        return Deed("rounded")
    return Deed("cut" if len(after) < len(before) else "replaced", (), removed)


def _marks(text: str) -> Counter[str]:
    if "[" not in text:
        return Counter()
    return Counter(f"[{found[1]}~…]" if found[2] else f"[{found[1]}]" for found in MARK.finditer(text))


def _removed(before: str, after: str) -> Iterator[str]:
    if _URL.match(before) is None:
        return
    if "@" in before.partition("?")[0] and "@" not in after:
        yield "user info"
    for sign, part in (("?", "query"), ("#", "fragment")):
        if sign in before and sign not in after:
            yield part


def _is_truncated(before: str, after: str) -> bool:
    """Tell whether nothing but addresses differs."""
    old, new = _ADDRESS.split(before), _ADDRESS.split(after)
    return len(old) == len(new) and all(
        was == now or (at % 2 == 1 and looks_like_address(was) and looks_like_address(now))
        for at, (was, now) in enumerate(zip(old, new, strict=True))
    )


def _is_number(value: Value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
