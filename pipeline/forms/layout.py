"""The white space of JSON: told from how a value came, and given to what leaves in its place."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[{}\[\],:]', re.DOTALL)
_BEGIN = re.compile(rb"[{\[](\r?\n)([ \t]*)")
_END = re.compile(rb"\n([ \t]*)[}\]]\Z")


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the white space is in a value."""

    line_end: bytes = b""
    """Between the parts of a container; empty where all stand on one line."""
    base: bytes = b""
    """Before the last bracket, on its line."""
    unit: bytes = b""
    """Once more for each level."""
    colon: bytes = b":"
    comma: bytes = b","


COMPACT = Layout()


def layout_of(value: bytes) -> Layout:
    r"""Tell the layout of a value by its first parts and its end.

    >>> layout_of(b'{"a": 1, "b": 2}')
    Layout(line_end=b'', base=b'', unit=b'', colon=b': ', comma=b', ')
    >>> layout_of(b'{\n    "a":1\n  }')
    Layout(line_end=b'\n', base=b'  ', unit=b'  ', colon=b':', comma=b',')
    """
    begin, end = _BEGIN.match(value), _END.search(value)
    colon = _first(b":", value) or b":"
    if begin and end:
        return Layout(begin[1], end[1], begin[2].removeprefix(end[1]), colon)
    return Layout(colon=colon, comma=_first(b",", value) or colon.replace(b":", b","))


def lay_out(compact: bytes, layout: Layout) -> bytes:
    r"""Give a layout to compact JSON. Nothing but white space changes.

    >>> lay_out(b'{"a":[1,{}],"b":"x:y"}', Layout(b"\n", b"", b" ", b": ")).decode()
    '{\n "a": [\n  1,\n  {}\n ],\n "b": "x:y"\n}'
    """
    return compact if layout == COMPACT else _TOKEN.sub(_Writer(layout, compact).token, compact)


def _first(sign: bytes, value: bytes) -> bytes:
    """Return the first such sign that stands in no string, with the blank behind it if there is one."""
    for found in _TOKEN.finditer(value):
        if found[0] == sign:
            return sign + (b" " if value.startswith(b" ", found.end()) else b"")
    return b""


class _Writer:
    """Knows how deep in a value its next token stands."""

    __slots__ = ("_compact", "_depth", "_layout")

    def __init__(self, layout: Layout, compact: bytes) -> None:
        self._layout = layout
        self._compact = compact
        self._depth = 0

    def token(self, found: re.Match[bytes]) -> bytes:
        token, layout = found[0], self._layout
        if token == b":":
            return layout.colon
        if token == b",":
            return b"," + self._new_line() if layout.line_end else layout.comma
        if token in (b"{", b"[") and self._compact[found.end()] not in b"}]":
            self._depth += 1
            return token + self._new_line()
        if token in (b"}", b"]") and self._compact[found.start() - 1] not in b"{[":
            self._depth -= 1
            return self._new_line() + token
        return token

    def _new_line(self) -> bytes:
        layout = self._layout
        return layout.line_end + layout.base + layout.unit * self._depth if layout.line_end else b""
