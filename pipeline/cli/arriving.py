"""Lines of text as they arrive, so that each can be answered before the next is asked."""

from __future__ import annotations

import os
from collections.abc import Iterator

_CHUNK_BYTES = 1 << 16
LONGEST_LINE = 1 << 20
"""In characters, of at most four bytes each."""


def whole_lines(descriptor: int) -> Iterator[list[str]]:
    """Yield whole lines as they come, the last one with or without its newline; an overlong one is cut.

    A byte that is no UTF-8 becomes U+FFFD.
    """
    rest = b""
    while chunk := os.read(descriptor, _CHUNK_BYTES):
        whole, newline, rest = (rest + chunk).rpartition(b"\n")
        rest = rest[: 4 * LONGEST_LINE + 4]
        if newline:
            yield whole.decode(errors="replace").split("\n")
    if rest:
        yield rest.decode(errors="replace").split("\n")
