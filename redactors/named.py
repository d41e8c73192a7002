"""A name and its value that stand apart: `name: API_KEY`, then `value: abc`; `<input name="password" value="abc">`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import zip_longest

from redactors.names import secrecy
from redactors.values import Span, value_after

_NAMING = re.compile(
    r"(?i)(?<![\w-])(?:name|key|id|property|field|param|header|http-equiv)"
    r"(?:\\{0,8}[\"']?\s{0,8}[=:]\s{0,8}\\{0,8}[\"']?|>\s{0,8})([\w.:\[\]$-]{1,80})"
)
_VALUED = re.compile(r"(?i)(?<![\w-])(value|content|val)(\\{0,8}[\"']?\s{0,8}[=:]\s{0,8})(?=\S)")
_BEHIND = re.compile(
    r"</key>\s{0,16}<(?:string|data)>([^<]{1,400})"
    r"|[\"'](?:\r?\n[\w-]{1,40}:[^\r\n]{0,200}){0,4}\r?\n\r?\n([^\r\n]+)"
)
"""The value of a property list, and of a part of a form."""
_FARTHEST = 200
"""Characters between a name and its value."""


def may_stand_apart(text: str) -> bool:
    """Tell by a few cheap searches whether `named_values` could find anything."""
    return "alue" in text or "ontent" in text or "</key>" in text or "form-data" in text


def named_values(text: str) -> Iterator[Span]:
    """Return where the values of telling names stand elsewhere, in order."""
    done = 0
    namings = list(_NAMING.finditer(text))
    for naming, following in zip_longest(namings, namings[1:]):
        if naming.start() < done or not secrecy(naming[1]):
            continue
        behind = following.start() if following else len(text)
        span = _value_of(text, naming, done, min(behind, naming.end() + _FARTHEST))
        if span:
            done = span[1]
            yield span


def _value_of(text: str, naming: re.Match[str], done: int, behind: int) -> Span | None:
    """Return where the value of a name stands: right behind it, after the next word for a value, or before it."""
    direct = _BEHIND.match(text, naming.end())
    if direct:
        return direct.span(direct.lastindex or 0)
    valued = _VALUED.search(text, naming.end(), behind)
    if not valued:
        tag = text.rfind("<", max(done, naming.start() - _FARTHEST), naming.start())
        valued = _VALUED.search(text, tag, naming.start()) if tag >= 0 else None
    return value_after(text, valued) if valued else None
