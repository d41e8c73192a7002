"""Names and values in text: what follows a credential's name is marked, however it is written."""

from __future__ import annotations

import re

from redactors.credentials import SCHEME
from redactors.marks import MARK, Marker
from redactors.names import secrecy

# A name is looked for at its first character only, and its repeat is possessive: so a long run costs linear time.
_NAME = re.compile(r"(?<![A-Za-z0-9_.\-\[\]%$])([A-Za-z0-9_.\-\[\]%$]{1,80}+)(\\{0,8}[\"']?\s{0,4}(?:=>|=|:)\s{0,4})")
_WIDE_NAME = re.compile(r"(?<![\w.\-\[\]%$])([\w.\-\[\]%$]{1,80}+)(\\{0,8}[\"']?\s{0,4}(?:=>|[=:\uff1d\uff1a])\s{0,4})")
_QUOTE = re.compile(r"(\\{0,8})([\"'])")
_BARE = re.compile(r"(?:(?![,;]\s|[,;][\w.-]{1,40}[=:])[^\s&\"'<>\\])+")
_LINE = re.compile(r"[^\r\n\"']+")
_WHOLE_LINE = frozenset({"authorization", "proxyauthorization", "cookie", "setcookie"})
_NOTHING = frozenset({"true", "false", "null", "none", "undefined", "nil", "-", "*", "***", "redacted", "required"})


_SCHEME_SIGNS = ("earer", "EARER", "asic", "ASIC", "pop", "POP")
_AFTER_SCHEME = re.compile(
    r"(?i)((?:[=:]|%3d|%3a)\s{0,4}[\"']?(?:bearer|basic|dpop)(?:\s|\+|%20){1,4})([^\s\"'<>&,;]+)"
)


def mark_schemes(text: str, marker: Marker) -> str:
    """Mark the token behind a scheme that is itself a value: `=Bearer abc`, as in URLs that were never encoded."""
    if not any(sign in text for sign in _SCHEME_SIGNS):
        return text

    def mark(found: re.Match[str]) -> str:
        return found[0] if _is_nothing(found[2], marker) else found[1] + marker.keyed("credential", found[2])

    return _AFTER_SCHEME.sub(mark, text)


def mark_pairs(text: str, marker: Marker) -> str:
    """Mark the value in `key=value`, `key: value` or `"key":"value"`, however quoted, even where it is cut off."""
    made: list[str] = []
    done = 0
    names = _NAME if text.isascii() else _WIDE_NAME
    for found in names.finditer(text):
        if found.start() < done or not secrecy(found[1]):
            continue
        start, end = _value_after(text, found, marker)
        if start < end:
            made += (text[done:start], marker.keyed("credential", text[start:end]))
            done = end
    return "".join((*made, text[done:])) if made else text


def _value_after(text: str, name: re.Match[str], marker: Marker) -> tuple[int, int]:
    """Return where the value after a name stands; an empty span where there is none, or a mark already."""
    at = name.end()
    quote = _QUOTE.match(text, at)
    if quote:
        at = quote.end()
        end = _closing(text, at, quote[0])
    else:
        whole = name[1].replace("-", "").replace("_", "").lower() in _WHOLE_LINE
        scheme = SCHEME.match(text, at)
        found = (_LINE if whole else _BARE).match(text, scheme.end() if scheme and not whole else at)
        end = found.end() if found else at
    scheme = SCHEME.match(text, at, end)
    if scheme:
        at = scheme.end()
    return (at, at) if _is_nothing(text[at:end], marker) else (at, end)


def _is_nothing(value: str, marker: Marker) -> bool:
    """Tell whether a value needs no mark: empty, a word for nothing, an opening bracket, or a mark already."""
    mark = MARK.match(value)
    if mark and marker.is_ours(mark):
        return not any(letter.isalnum() for letter in value[mark.end() :])
    return not value.strip(" {[(") or value.lower() in _NOTHING


def _closing(text: str, at: int, quote: str) -> int:
    """Return where the quote that opened is closed by one under the same number of backslashes; else the text's end."""
    depth = len(quote) - 1
    end = text.find(quote, at)
    while end >= 0 and not depth and _escaped(text, end):
        end = text.find(quote, end + 1)
    return len(text) if end < 0 else end


def _escaped(text: str, at: int) -> bool:
    before = at
    while before and text[before - 1] == "\\":
        before -= 1
    return (at - before) % 2 == 1
