"""URLs and queries in text, found from the signs that only they have: any word may begin one, few signs do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from redactors.density import Change, splice
from redactors.shapes import INTEGRITY

Redact = Callable[[str], str]

_REST = r"[^\s\"'<>`]"
_SCHEMES = "|".join(
    rf"(?<={scheme}:)" for scheme in ("http", "https", "ws", "wss", "ftp", "mailto", "data", "javascript")
)
_ENDS_OF_HOST = "|".join(
    [*(rf"(?<=\.[A-Za-z]{{{size}}}/)" for size in range(2, 12)), *(rf"(?<=:\d{{{size}}}/)" for size in (2, 3, 4, 5))]
)
# Every branch begins with the sign itself, which the engine jumps to; what must stand before it is looked at then.
_LINK = re.compile(
    rf"/(?:(?<![\w/.:@\]]/)|{_ENDS_OF_HOST}){_REST}+"
    rf"|:(?<=[A-Za-z0-9+.-]:)(?:(?=/|\\[/\\])|{_SCHEMES}){_REST}+"
    rf"|\?(?<![\s?]\?){_REST}*"
    rf"|\\[/\\](?<![\w/.:@\]]\\[/\\]){_REST}+"
)
_LINK_OR_HASH = re.compile(f"{INTEGRITY.pattern}|{_LINK.pattern}")
_SCHEME_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+.-"
_LONGEST_BEFORE = 80


def redact_links(text: str, redact: Redact, rest: str) -> str:
    """Redact what is or may be a URL, with or without its scheme or host; a query alone needs a sign of equality.

    `rest` stands for what follows too many of them.
    """
    return splice(text, _changes(text, redact), rest)


def _changes(text: str, redact: Redact) -> Iterator[Change]:
    done = 0
    for found in (_LINK_OR_HASH if "sha" in text else _LINK).finditer(text):
        start, end = _span(text, found, done)
        if start < end:
            link = text[start:end]
            safe = redact(link)
            done = end
            if safe != link:
                yield start, end, safe


def _span(text: str, found: re.Match[str], done: int) -> tuple[int, int]:
    """Return where the URL begins and ends; an empty span where it is none."""
    start, end = found.span()
    sign = text[start]
    if sign == "?":
        return (start, end) if "=" in found[0] else (0, 0)
    if sign == "s":
        return 0, 0
    if sign == "/" and start and text[start - 1].isalnum():
        # Behind a host; a path behind a longer path is none of its own.
        before = text[max(done, start - _LONGEST_BEFORE) : start]
        return (0, 0) if "/" in before.rpartition(" ")[2] else (start, end)
    if sign == ":":
        before = text[max(done, start - _LONGEST_BEFORE) : start]
        return start - len(before) + len(before.rstrip(_SCHEME_LETTERS)), end
    return start, end
