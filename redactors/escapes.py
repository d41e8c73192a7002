"""Escapes undone: percent-encoding, JSON and HTML, so that what hides behind them can be looked at."""

from __future__ import annotations

import html
import re
from urllib.parse import unquote

_ROUNDS = 3
ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}|\\x[0-9A-Fa-f]{2}|\\[/\"]|&(?:#\d|#x|amp|quot|lt|gt|apos)")
"""Finds text that `decode` may change."""
_JSON_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|([/\"]))")


def decode(text: str) -> str:
    r"""Undo percent-encoding (up to three rounds), JSON and HTML escapes.

    >>> decode("to%256Ben%3Dx"), decode(r"token\u003dx"), decode("a&amp;b")
    ('token=x', 'token=x', 'a&b')
    """
    for _ in range(_ROUNDS):
        before = text
        if "%" in text:
            text = unquote(text)
        if "\\" in text:
            text = _JSON_ESCAPE.sub(_unescape, text)
        if "&" in text:
            text = html.unescape(text)
        if text == before:
            break
    return text


def _unescape(found: re.Match[str]) -> str:
    code = found[1] or found[2]
    letter = chr(int(code, 16)) if code else found[3]
    return "\ufffd" if "\ud800" <= letter <= "\udfff" else letter
