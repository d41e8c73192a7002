"""Lines in bytes, counted."""

from __future__ import annotations

import sys

LONG_LINES = 128
"""`bytes.find` jumps where `split` and `count` go byte by byte: so many lines are looked for one by one, since most
lines of logs are long; if there are more, they may be short."""


def count_lines(data: bytes, start: int = 0, end: int = sys.maxsize) -> int:
    r"""Count the line feeds in a stretch of bytes.

    >>> count_lines(b"a\nb\nc"), count_lines(b"a\nb\nc", 2)
    (2, 1)
    """
    at = start
    for count in range(LONG_LINES):
        at = data.find(b"\n", at, end) + 1
        if not at:
            return count
    return LONG_LINES + data.count(b"\n", at, end)
