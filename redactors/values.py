"""Where the value after a telling name stands in text: quoted, in pieces, in brackets, in the lines below, or bare."""

from __future__ import annotations

import re
from functools import lru_cache

from redactors.credentials import SCHEME
from redactors.marks import MARK

Span = tuple[int, int]

QUOTE = re.compile(r"[bBuUrRfF$]{0,2}(\\{0,8}([\"'`]))(?:\2\2)?")
_MORE = re.compile(r"\s{0,8}(?:([+.&]|\|\||\.\.)\s{0,8})?[bBuUrRfF$]{0,2}(\\{0,8}[\"'`])")
"""What stands between two pieces of one text: a sign that joins them, or nothing."""
_BARE = re.compile(r"(?:(?![,;]\s|[,;][\w.-]{1,40}[=:])[^\s&\"'<>\\])+")
_CALL = re.compile(
    r"[A-Za-z_][\w.:]{0,40}(?:\[[\w.]{0,40}\])?\s{0,4}(?:=|\({1,2})\s{0,4}(?=[bBuUrRfF$]{0,2}\\{0,8}[\"'`])"
)
"""A type or a call around the value: `string = "abc"`, `Some("abc")`."""
_WHOLE_LINE = frozenset(
    "authorization proxyauthorization cookie setcookie passphrase mnemonic seedphrase recoveryphrase".split()
)
_LINE = re.compile(r"[^\r\n]+(?:\r?\n[ \t]+(?!at\s|[\w-]{1,40}:\s)[^\r\n]+)*")
"""A line, and those below that go on with it, as header lines may. Frames of a stack and other headers do not."""
_LAST_QUOTE = re.compile(r"\\{0,8}([\"'])(?=[\s,)\]}|]|$)")
_BEFORE_QUOTES = frozenset("\"'`\\bBuUrRfF$")
_BEHIND_CALL = frozenset("\"'`\\=")
_BLOCK_SIGNS = frozenset("|>")
_BRACKETS = {"(": ")", "[": "]", "{": "}", "<": ">"}
_BRACKET = re.compile(r"[()\[\]{}<>]")
_LIST_OF_TEXTS = re.compile(r"[\[{(]\s{0,16}\\{0,8}[\"']")
_LONGEST_INSIDE = 96
_CLOSING = frozenset(")}>,.;")
_OPENED_BLOCK = re.compile(r"[|>][+-]?\d?[+-]?[ \t]*\r?\n")
"""How YAML opens a value that fills the lines below."""
_BLOCK_LINE = re.compile(r"([ \t]*)(?!at\s)([^\r\n]*)(?:\r?\n|$)")
_NEXT_NAME = re.compile(r"[\w.\"'-]{1,80}\s{0,4}[:=]|at\s|File \"")


def value_after(text: str, name: re.Match[str]) -> Span:
    """Return where the value after a name stands, without quotes, brackets and scheme.

    `name` matches up to the value: group 1 is the name, group 2 what parts it from the value.
    """
    at = name.end()
    first = text[at : at + 1]
    if first in _BRACKETS and not MARK.match(text, at):
        inside = _inside(text, at)
        if inside:
            return inside
    quote = QUOTE.match(text, at) if first in _BEFORE_QUOTES else None
    if quote:
        at, end = quote.end(), _end_of_pieces(text, quote)
    elif "\n" in name[2] or (first in _BLOCK_SIGNS and _OPENED_BLOCK.match(text, at)):
        return _below(text, name)
    else:
        end = _end_of_bare(text, name)
    scheme = SCHEME.match(text, at, end)
    return (scheme.end() if scheme else at), end


def _end_of_bare(text: str, name: re.Match[str]) -> int:
    at = name.end()
    if _fills_line(name[1]):
        return _end_of_line(text, name)
    scheme = SCHEME.match(text, at)
    found = _BARE.match(text, scheme.end() if scheme else at)
    end = found.end() if found else at
    if text[end : end + 4].lstrip(" ")[:1] in _BEHIND_CALL:
        call = _CALL.match(text, at)
        quote = QUOTE.match(text, call.end()) if call else None
        if quote:
            return _end_of_pieces(text, quote)
    while end - 1 > at and text[end - 1] in _CLOSING and not MARK.match(text, at):
        end -= 1
    return end


@lru_cache(maxsize=1024)
def _fills_line(name: str) -> bool:
    return name.replace("-", "").replace("_", "").lower() in _WHOLE_LINE


def _end_of_line(text: str, name: re.Match[str]) -> int:
    """Return where a line ends that is all value, or the quotes that opened right before the name."""
    found = _LINE.match(text, name.end())
    end = found.end() if found else name.end()
    opening = text[max(0, name.start() - 1) : name.start()]
    if opening and opening in "\"'":
        for quote in _LAST_QUOTE.finditer(text, name.end(), end):
            if quote[1] == opening:
                return quote.start()
    return end


def _end_of_pieces(text: str, quote: re.Match[str]) -> int:
    """Return where a text ends that is written in one or several pieces: `"abc" + "def"`."""
    opened, end = quote[1], _closing(text, quote.end(), quote[1])
    while end < len(text):
        more = _MORE.match(text, end + len(opened))
        if not more or not (more[1] or more[2] == opened):
            break
        opened, end = more[2], _closing(text, more.end(), more[2])
    return end


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


def _inside(text: str, at: int) -> Span | None:
    """Return where the inside of a bracket stands that opens here; None where nothing closes it.

    Where a list of texts is cut off, it is all of the rest.
    """
    texts = _LIST_OF_TEXTS.match(text, at) is not None
    opening, closing = text[at], _BRACKETS[text[at]]
    if not texts and text.find(closing, at, at + _LONGEST_INSIDE) < 0:
        return None
    depth = 0
    for found in _BRACKET.finditer(text, at, len(text) if texts else at + _LONGEST_INSIDE):
        depth += (found[0] == opening) - (found[0] == closing)
        if not depth:
            return at + 1, found.start()
    return (at, len(text)) if texts else None


def _below(text: str, name: re.Match[str]) -> Span:
    """Return the lines below a name that are its value: those that are further in, or one that is no name itself."""
    opened = _OPENED_BLOCK.match(text, name.end())
    indent = _indent(text, name.start())
    first = opened.end() if opened else text.rfind("\n", 0, name.end()) + 1
    start = end = first
    for line in _BLOCK_LINE.finditer(text, first):
        if (line[2] and len(line[1]) <= indent) or line.start() > end + len("\r\n") or line.end() == line.start():
            break
        if line[2]:
            start = line.start(2) if start == first and end == first else start
            end = line.end(2)
    if end > first:
        return start, end
    at = name.end()
    found = None if opened or _NEXT_NAME.match(text, at) else _BARE.match(text, at)
    return at, found.end() if found else at


def _indent(text: str, at: int) -> int:
    """Return how far in the line stands that holds a place; the dash of a list is part of that."""
    start = text.rfind("\n", 0, at) + 1
    return at - start if not text[start:at].strip(" \t-") else len(text[start:at]) - len(text[start:at].lstrip(" \t"))
