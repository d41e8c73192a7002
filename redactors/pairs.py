"""Names and values in text: what follows a credential's name is marked, however it is written."""

from __future__ import annotations

import re
from collections.abc import Callable

from redactors.addresses import looks_like_address
from redactors.credentials import SCHEME
from redactors.marks import MARK, Marker
from redactors.names import class_of_name, secrecy

# A name is looked for at its first character only, and its repeat is possessive: so a long run costs linear time.
_NAME = re.compile(
    r"(?<![A-Za-z0-9_.\-\[\]%$])([A-Za-z0-9_.\-\[\]%$]{1,80}+)(\\{0,8}[\"']?\s{0,16}(?:[=-]>|:=|\+=|={1,3}|:)\s{0,16})"
)
_WIDE_NAME = re.compile(
    r"(?<![\w.\-\[\]%$\u200b-\u200d\u2060\u00ad])([\w.\-\[\]%$\u200b-\u200d\u2060\u00ad]{1,80}+)"
    r"(\\{0,8}[\"']?\s{0,16}(?:[=-]>|:=|\+=|={1,3}|[:\uff1d\uff1a\ufe66\u2236])\s{0,16})"
)
_QUOTE = re.compile(r"[bBuUrRfF$]{0,2}(\\{0,8}([\"'`]))(?:\2\2)?")
_BARE = re.compile(r"(?:(?![,;]\s|[,;][\w.-]{1,40}[=:])[^\s&\"'<>\\])+")
_ADDRESS = re.compile(r"[0-9A-Fa-f.:]{2,45}")
_LINE = re.compile(r"[^\r\n]+")
_WHOLE_LINE = frozenset({"authorization", "proxyauthorization", "cookie", "setcookie"})
_NOTHING = frozenset(
    "true false null none undefined nil - * *** redacted required ok yes no on off enabled disabled valid invalid "
    "expired missing failed success".split()
)
_LONGEST_INSIDE = 512
_BRACKETS = {"(": ")", "[": "]", "{": "}", "<": ">"}
_CLOSING = frozenset(")}>,.;")
_ELEMENT = re.compile(r"<([A-Za-z_][\w:.-]{0,60})>([^<>]+)</")
_FLAG = re.compile(r"(?<!\S)--([A-Za-z][A-Za-z0-9-]{1,40})\s{1,8}([^\s\"']+)")


_AFTER_SCHEME = re.compile(
    r"(?i)((?:[=:]|%3d|%3a)\s{0,4}[\"']?(?:bearer|basic|dpop)(?:\s|\+|%20){1,4})([^\s\"'<>&,;]+)"
)


class Pairs:
    """Marks the values of telling names in text."""

    def __init__(self, marker: Marker, address: Callable[[str], str], allowed: Callable[[str], bool]) -> None:
        """Take what is done to an address, and what tells that a value may stay."""
        self._marker = marker
        self._address = address
        self._allowed = allowed

    def redact(self, text: str) -> str:
        """Mark the value in `key=value`, `key: value` or `"key":"value"`, however quoted, even where it is cut off."""
        text = self._mark_elements(self._mark_schemes(text))
        made: list[str] = []
        done = 0
        names = _NAME if text.isascii() else _WIDE_NAME
        for found in names.finditer(text):
            if found.start() < done:
                continue
            start, end = self._value_after(text, found)
            if start < end:
                safe = self._safe(found[1], text[start:end])
                made += (text[done:start], safe)
                done = end
        return "".join((*made, text[done:])) if made else text

    def _safe(self, name: str, value: str) -> str:
        return self._marker.keyed("credential", value) if secrecy(name) else self._address(value)

    def _value_after(self, text: str, name: re.Match[str]) -> tuple[int, int]:
        """Return where the value after a name stands; an empty span where it may stay."""
        if secrecy(name[1]):
            start, end = _value(text, name)
            value = text[start:end]
            return (0, 0) if self._is_nothing(value) or self._allowed(value) else (start, end)
        if class_of_name(name[1]) == "ip":
            quote = _QUOTE.match(text, name.end())
            found = _ADDRESS.match(text, quote.end() if quote else name.end())
            return found.span() if found and looks_like_address(found[0]) else (0, 0)
        return 0, 0

    def _is_nothing(self, value: str) -> bool:
        """Tell whether a value needs no mark: empty, a word for nothing, an opening bracket, or a mark already."""
        scheme = SCHEME.match(value)
        if scheme:
            value = value[scheme.end() :]
        mark = MARK.match(value)
        if mark and self._marker.is_ours(mark):
            return not any(letter.isalnum() for letter in value[mark.end() :])
        return not value.strip(" {[(") or value.lower() in _NOTHING

    def _mark_elements(self, text: str) -> str:
        """Mark `<password>abc</password>` and `--password abc`."""

        def mark(found: re.Match[str]) -> str:
            if not secrecy(found[1]) or self._is_nothing(found[2]) or self._allowed(found[2]):
                return found[0]
            return (
                text[found.start() : found.start(2)]
                + self._marker.keyed("credential", found[2])
                + text[found.end(2) : found.end()]
            )

        for sign, shape in (("</", _ELEMENT), ("--", _FLAG)):
            if sign in text:
                text = shape.sub(mark, text)
        return text

    def _mark_schemes(self, text: str) -> str:
        """Mark the token behind a scheme that is itself a value: `=Bearer abc`, as in URLs that were never encoded."""
        # Six searches for fixed text take an eighth of the time of one expression.
        if not (
            "earer" in text or "EARER" in text or "asic" in text or "ASIC" in text or "pop" in text or "POP" in text
        ):
            return text

        def mark(found: re.Match[str]) -> str:
            return found[0] if self._is_nothing(found[2]) else found[1] + self._marker.keyed("credential", found[2])

        return _AFTER_SCHEME.sub(mark, text)


def _value(text: str, name: re.Match[str]) -> tuple[int, int]:
    """Return where the value after a name stands, without quotes, brackets and scheme."""
    at = name.end()
    if text[at : at + 1] in _BRACKETS and not MARK.match(text, at):
        inside = _inside(text, at)
        if inside:
            return inside
    quote = _QUOTE.match(text, at)
    if quote:
        at = quote.end()
        end = _closing(text, at, quote[1])
    else:
        whole = name[1].replace("-", "").replace("_", "").lower() in _WHOLE_LINE
        scheme = SCHEME.match(text, at)
        found = (_LINE if whole else _BARE).match(text, scheme.end() if scheme and not whole else at)
        end = found.end() if found else at
        while not whole and end - 1 > at and text[end - 1] in _CLOSING and not MARK.match(text, at):
            end -= 1
    scheme = SCHEME.match(text, at, end)
    return (scheme.end() if scheme else at), end


def _inside(text: str, at: int) -> tuple[int, int] | None:
    """Return where the inside of a bracket stands that opens here; None where nothing closes it."""
    opening, closing = text[at], _BRACKETS[text[at]]
    last = text.rfind(closing, at, at + _LONGEST_INSIDE)
    depth = 0
    for place in range(at, last + 1):
        depth += (text[place] == opening) - (text[place] == closing)
        if not depth:
            return at + 1, place
    return None


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
