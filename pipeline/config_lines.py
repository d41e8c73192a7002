"""Where a key stands in a TOML text: tomllib reads values but forgets their lines."""

from __future__ import annotations

import re
from collections.abc import Iterator

Path = tuple[str | int, ...]

_KEY = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*')"""
_KEYS = rf"{_KEY}(?:[ \t]*\.[ \t]*{_KEY})*"
_TABLE = re.compile(rf"[ \t]*(\[\[?)[ \t]*({_KEYS})[ \t]*\]")
_PAIR = re.compile(rf"[ \t]*({_KEYS})[ \t]*=")
_PART = re.compile(_KEY)
# What can hide a bracket or a newline from whoever looks for the end of a value.
_VALUE_TOKEN = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'"
    r"|\#[^\n]*|[\[\]{}\n]",
    re.DOTALL,
)


def place_of(text: str, path: Path) -> tuple[int, int]:
    r"""Return how many parts of a key's path stand in a text, and the line (from 1) of the last of them.

    Takes a text that tomllib accepts. An int in the path counts the tables of an array. (0, 0) is nowhere.

    >>> place_of('[a]\nb = 1', ("a", "b")), place_of('[a]\nb = 1', ("a", "c")), place_of('[a]', ("z",))
    ((2, 2), (1, 1), (0, 0))
    """
    lines = dict(_places(text))
    return next(((size, lines[path[:size]]) for size in range(len(path), 0, -1) if path[:size] in lines), (0, 0))


def _places(text: str) -> Iterator[tuple[Path, int]]:
    table: Path = ()
    counts: dict[Path, int] = {}
    at, line = 0, 1
    while at < len(text):
        if header := _TABLE.match(text, at):
            table = _parts(header[2])
            yield table, line
            if header[1] == "[[":
                counts[table] = counts.get(table, -1) + 1
                table = (*table, counts[table])
                yield table, line
        elif pair := _PAIR.match(text, at):
            path = (*table, *_parts(pair[1]))
            yield from ((path[:size], line) for size in range(len(table) + 1, len(path) + 1))
            end = _end_of_value(text, pair.end())
            line += text.count("\n", at, end)
            at = end
        newline = text.find("\n", at)
        at, line = (newline + 1, line + 1) if newline >= 0 else (len(text), line)


def _end_of_value(text: str, at: int) -> int:
    depth = 0
    for token in _VALUE_TOKEN.finditer(text, at):
        if token[0] in "[{":
            depth += 1
        elif token[0] in "]}":
            depth -= 1
        elif token[0] == "\n" and depth == 0:
            return token.start()
    return len(text)


def _parts(keys: str) -> tuple[str, ...]:
    return tuple(part[0].strip("\"'") for part in _PART.finditer(keys))
