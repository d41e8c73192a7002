"""A name and its value that stand apart: `name: API_KEY`, then `value: abc`; `<input name="password" value="abc">`."""

from __future__ import annotations

import re
from collections.abc import Callable

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
    """Tell by a few cheap searches whether `mark_named` could find anything."""
    return "alue" in text or "ontent" in text or "</key>" in text or "form-data" in text


def mark_named(text: str, mark: Callable[[str], str]) -> str:
    """Mark the values of telling names that stand elsewhere; `mark` returns a value that may stay as it is."""
    made: list[str] = []
    done = 0
    namings = list(_NAMING.finditer(text))
    for number, naming in enumerate(namings):
        if naming.start() < done or not secrecy(naming[1]):
            continue
        behind = namings[number + 1].start() if number + 1 < len(namings) else len(text)
        span = _value_of(text, naming, done, min(behind, naming.end() + _FARTHEST))
        if span:
            made += (text[done : span[0]], mark(text[span[0] : span[1]]))
            done = span[1]
    return "".join((*made, text[done:])) if made else text


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
